"""What readers of a Postgres server meet: whole publications, no names, no waiting."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg2
import pytest
from pydantic import ValidationError

from governance.recipients import Recipient
from settings import Settings
from support.engines import contents, differences
from support.narrow import builds
from support.postgres import Server
from support.recipient_roles import DENIED, FIRST, POLICY, ROLES, SECOND, VICTIMS, Given, name_of
from support.warehouse_world import PROJECT, World, first_deliveries, make_world
from warehouse import api, serving
from warehouse.engine import engine_for
from warehouse.errors import PublishError
from warehouse.kept import publication
from warehouse.recipient_databases import roles_of

AREA, MONTH = "mart_gvi__shootings_by_area_month", "mart_gvi__arrests_by_offense_month"
BOTH = f"select (select max(victims) from marts.{AREA}), (select max(charges) from marts.{MONTH})"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Settings:
    """A world that was built in Postgres; two publications of it are kept."""
    world: World = make_world(tmp_path_factory.mktemp("served") / "home")
    first_deliveries(world)
    settings = world.settings.model_copy(update={"warehouse": postgres.database(), "publications_kept": 2})
    with builds():
        api.build(settings, world.active)
    return settings


@pytest.fixture(scope="module")
def reader(served: Settings, postgres: Server) -> Iterator[str]:
    """The URL of somebody who may read publications."""
    postgres.execute("create role ana login in role nnsc_analyst")
    yield postgres.url_of(f"{name_of(served)}_published", "ana")
    postgres.execute("drop role ana")


def publish_with(settings: Settings, number: int) -> int:
    """Change two marts alike behind dbt's back and publish."""
    with engine_for(settings).session() as db:
        db.execute(f"update marts.{AREA} set victims = {number}")
        db.execute(f"update marts.{MONTH} set charges = {number}")
    return api.publish(settings).publication_id


def test_a_small_world_is_the_same_in_both_engines(served: Settings, built_once: World) -> None:
    """Every relation, value by value; larger worlds are compared in test_two_engines.py."""
    assert publication(served).manifest["files"] == publication(built_once.settings).manifest["files"]
    left, right = contents(built_once.settings), contents(served)
    assert differences(left, right) == {}
    assert sum(table.num_rows > 0 for table in left.values()) >= 20


def test_an_analyst_reads_the_publication_under_the_same_names(served: Settings, reader: str, postgres: Server) -> None:
    sql = f"select jurisdiction_id, area_id, victims from marts.{AREA} order by 1, 2"
    assert postgres.execute(sql, reader) == api.query(served, sql).rows
    comment = "select obj_description('core.fct_shooting_victim'::regclass)"
    assert str(postgres.execute(comment, reader)[0][0]).startswith("Grain:")


def test_an_analyst_comes_nowhere_near_names(served: Settings, reader: str, postgres: Server) -> None:
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(postgres.url_of(name_of(served), "ana"))
    for sql in ("select * from store.publication", f"delete from marts.{AREA}", "create table core.mine (x int)"):
        with pytest.raises(psycopg2.Error, match=r"permission denied|cannot delete"):
            postgres.execute(sql, reader)
    schemas = postgres.execute("select distinct table_schema from information_schema.tables", reader)
    assert {"raw", "staging", "restricted", "intermediate"}.isdisjoint(name for (name,) in schemas)


@pytest.mark.slow
def test_readers_never_wait_and_never_see_half_a_publication(served: Settings, reader: str) -> None:
    """While publications are swapped, somebody asks for two marts at once, and somebody has a query open."""
    seen: list[tuple[int, int]] = []
    stop, failed = threading.Event(), []
    slow = psycopg2.connect(reader)
    cursor = slow.cursor()
    cursor.execute(BOTH)
    publish_with(served, 100)

    def ask() -> None:
        try:
            with psycopg2.connect(reader, options="-c statement_timeout=2000") as connection:
                connection.autocommit = True
                while not stop.is_set():
                    with connection.cursor() as own:
                        own.execute(BOTH)
                        seen.append(own.fetchone())
        except psycopg2.Error as error:
            failed.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for number in (101, 102, 103):
            publish_with(served, number)
    finally:
        stop.set()
        asking.join()
        slow.close()
    assert failed == []
    assert {one for one, other in seen if one != other} == set()
    assert {one for one, _ in seen} >= {100, 101, 102}


def test_a_publication_that_ended_half_way_is_not_seen_and_made_up_for(
    served: Settings, reader: str, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names were changed, the row that makes it current was not written."""
    publish_with(served, 150)

    def ends(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as patched:
        patched.setattr(serving, "_show", ends)
        with pytest.raises(ConnectionAbortedError):
            publish_with(served, 151)
    assert postgres.execute(BOTH, reader) == [(150, 150)]
    publish_with(served, 152)
    assert postgres.execute(BOTH, reader) == [(152, 152)]
    url = postgres.url_of(f"{name_of(served)}_published")
    assert postgres.execute("select count(*) from pg_namespace where nspname like '%\\_gone\\_%'", url) == [(0,)]


def test_old_publications_stand_beside_and_go_in_time(served: Settings, reader: str, postgres: Server) -> None:
    numbers = [publish_with(served, number) for number in (201, 202)]
    url = postgres.url_of(f"{name_of(served)}_published")
    before = f"select max(victims) from marts_p{numbers[0]:06}.{AREA}"
    assert postgres.execute(before, reader) == [(201,)]
    kept = postgres.execute("select nspname from pg_namespace where nspname like 'marts%' order by 1", url)
    assert kept == [("marts",), (f"marts_p{numbers[0]:06}",)]
    stored = postgres.execute(
        "select count(*) from pg_tables where tablename like 'mart_gvi__shootings_by_area_month%'", url
    )
    assert stored == [(2,)]


def test_a_server_that_forbids_says_what_to_do(tmp_path: Path, served: Settings, postgres: Server) -> None:
    """A user without the right to create the published database: nothing is published, the message says what to do."""
    postgres.execute("create role poor login")
    try:
        settings = served.model_copy(update={"warehouse": served.warehouse.replace("postgres@", "poor@")})
        postgres.execute(f"grant connect on database {name_of(served)} to poor")
        with pytest.raises(PublishError, match=r"permission denied|must be owner"):
            engine_for(settings).serve(publication(served), [])
    finally:
        postgres.execute(f"revoke connect on database {name_of(served)} from poor")
        postgres.execute("drop role poor")


every_role = pytest.mark.parametrize("role", ROLES)


@pytest.fixture(scope="module")
def given(served: Settings, postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    """Every recipient's database, and a login in each role."""
    folder = tmp_path_factory.mktemp("recipients") / "policies"
    shutil.copytree(PROJECT / "policies", folder)
    (folder / "recipients.yml").write_text(POLICY)
    settings = served.model_copy(update={"policies": folder})
    for tier in ("T0", "T1", "T2"):
        api.publish_for(settings, tier)
    for who in ("Ana Ruiz", "Ben Okoye"):
        api.publish_for(settings, "T4", who=who, why="court order 7")
    given = Given(settings, postgres)
    for role in ROLES:
        postgres.execute(f'create role login_{role} login in role "{given.group(role)}"')
    yield given
    for role in ROLES:
        postgres.execute(f"drop role login_{role}")


@every_role
def test_a_role_reads_its_tier_and_its_places_and_nothing_else(given: Given, role: str) -> None:
    """Every table of the database is tried; what is read equals the recipient's file, cut down to the role's places."""
    recipient, tier, places = ROLES[role]
    tiers = publication(given.settings).manifest["tiers"]
    file = given.settings.home / "recipients" / recipient / "warehouse.duckdb"
    tables = given.tables(role)
    assert tables
    with given.asking(role) as ask, duckdb.connect(str(file), read_only=True) as db:
        for table, columns in tables.items():
            told = tiers[table.replace('"', "").removesuffix("__totals")]
            assert told["tier"] <= tier, table
            assert all(told["columns"].get(column, told["tier"]) <= tier for column in columns), table
            listed, only = ", ".join(f'"{column}"' for column in sorted(columns)), ""
            if role == "network__second" and "jurisdiction_id" in columns:
                only = f" where jurisdiction_id = '{SECOND}'"
            elif role == "network__second" and told["tier"] > "T0":
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    ask(f"select count(*) from {table}")
                continue
            rows = ask(f"select {listed} from {table}")
            held = db.execute(f"select {listed} from {table}{only}").fetchall()
            assert sorted(map(repr, rows)) == sorted(map(repr, held)), table
            if places and "jurisdiction_id" in columns:
                place = sorted(columns).index("jurisdiction_id")
                assert {row[place] for row in rows} <= places, table


@every_role
def test_a_role_connects_nowhere_else(given: Given, role: str) -> None:
    warehouse = name_of(given.settings)
    others = {given.group(recipient) for recipient, _, _ in ROLES.values()} - {given.group(ROLES[role][0])}
    for database in (warehouse, f"{warehouse}_published", *sorted(others)):
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            psycopg2.connect(given.url(role, database))


@pytest.mark.parametrize("sql", DENIED)
def test_a_reader_of_one_city_gets_around_nothing(given: Given, sql: str) -> None:
    with pytest.raises(psycopg2.ProgrammingError) as refused:
        given.ask("network__second", sql.format(network=given.group("network")))
    said = str(refused.value)
    assert any(words in said for words in ("permission denied", "must be owner", "row-level security", "not exist")), (
        said
    )


def test_what_is_allowed_shows_the_rows_of_the_city_only(given: Given) -> None:
    """COPY, subqueries, a filter that would fail on the rows of others, a block of code."""
    ask = lambda sql: given.ask("network__second", sql)  # noqa: E731
    everything = given.server.execute(
        f"select jurisdiction_id, count(*) from {VICTIMS} group by 1", given.url("network")
    )
    assert dict(everything) == {FIRST: 2, SECOND: 2}
    assert ask(f"select count(*) from {VICTIMS}") == [(2,)]
    assert ask(f"select count(*) from (select * from {VICTIMS} where jurisdiction_id = '{FIRST}' or true) as t") == [
        (2,)
    ]
    tripwire = f"select count(*) from {VICTIMS} where 1 / (case when jurisdiction_id = '{FIRST}' then 0 else 1 end) = 1"
    assert ask(tripwire) == [(2,)]
    with pytest.raises(psycopg2.errors.DivisionByZero):
        given.ask("network", tripwire)
    block = f"do $$ begin perform set_config('x.n', (select count(*)::text from {VICTIMS}), false); end $$; "
    assert ask(f"{block} select current_setting('x.n')") == [("2",)]
    ask(f"grant select on {VICTIMS} to public")  # a warning: there is no right to hand on
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        given.server.execute(f"set role login_city; select count(*) from {VICTIMS}", given.owner("network"))
    with psycopg2.connect(given.url("network__second")) as connection, connection.cursor() as cursor:
        copied = Path(given.settings.work / "copied.csv")
        with copied.open("w+") as file:
            cursor.copy_expert(f"copy (select jurisdiction_id from {VICTIMS}) to stdout", file)
        assert copied.read_text().split() == [SECOND, SECOND]
    connection.close()


def test_statistics_tell_a_reader_of_one_city_about_public_lists_only(given: Given) -> None:
    """The server analyzes tables when it likes; here all of them, so that there is something to tell."""
    given.server.execute("analyze", given.owner("network"))
    asked = "select distinct schemaname || '.' || tablename from pg_stats where schemaname in ('core', 'marts')"
    everything = {str(table) for (table,) in given.server.execute(asked, given.owner("network"))}
    told = {str(table) for (table,) in given.ask("network__second", asked)}
    tiers = publication(given.settings).manifest["tiers"]
    by_place = {
        name.replace('"', "") for name, columns in given.tables("network").items() if "jurisdiction_id" in columns
    }
    assert VICTIMS in by_place & everything
    assert told == {name for name in everything - by_place if tiers.get(name, {}).get("tier") == "T0"}
    assert told


def test_row_level_security_holds_where_the_file_was_wrong(given: Given) -> None:
    """A row of another city is planted in a recipient's table: its role does not see it, until the policy is off."""
    columns = sorted(given.tables("city")[f'"core"."{VICTIMS.split(".")[1]}"'] - {"jurisdiction_id"})
    listed = ", ".join(f'"{column}"' for column in columns)
    plant = f"insert into {VICTIMS} (jurisdiction_id, {listed}) select '{SECOND}', {listed} from {VICTIMS} limit 1"
    asked = f"select distinct jurisdiction_id from {VICTIMS} order by 1"
    given.server.execute(plant, given.owner("city"))
    assert given.ask("city", asked) == [(FIRST,)]
    given.server.execute(f"alter table {VICTIMS} disable row level security", given.owner("city"))
    assert given.ask("city", asked) == [(FIRST,), (SECOND,)]
    api.publish_for(given.settings, None, ("city",))
    assert given.ask("city", asked) == [(FIRST,)]


def test_a_publication_for_a_recipient_replaces_the_one_that_is_being_read(given: Given) -> None:
    with psycopg2.connect(given.url("city")) as slow, slow.cursor() as cursor:
        cursor.execute(f"select count(*) from {VICTIMS}")
        for _ in range(2):  # the reader keeps the tables of the first one open
            api.publish_for(given.settings, None, ("city",))
        cursor.execute(f"select count(*) from {VICTIMS}")
        assert cursor.fetchall() == [(2,)]
    slow.close()
    api.publish_for(given.settings, None, ("city",))
    schemas = given.server.execute("select nspname from pg_namespace where nspname !~ '^pg_'", given.owner("city"))
    assert {name for (name,) in schemas} == {"core", "marts", "reference", "public", "information_schema"}


def test_whoever_is_no_longer_declared_is_shut_out(given: Given) -> None:
    """A reader goes when its recipient is served again, a recipient with anybody's next publication."""
    file = given.settings.policies / "recipients.yml"
    try:
        without = [line.replace(f", readers: {{second: [{SECOND}]}}", "") for line in POLICY.splitlines()]
        file.write_text("\n".join(line for line in without if "city" not in line or "network" in line) + "\n")
        api.publish_for(given.settings, None, ("network",))
        for role in ("network__second", "city"):
            with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
                given.ask(role, "select 1")
        assert given.ask("network", f"select count(*) from {VICTIMS}") == [(4,)]
    finally:
        file.write_text(POLICY)
        api.publish_for(given.settings, None, ("network", "city"))
    assert given.ask("network__second", f"select count(*) from {VICTIMS}") == [(2,)]


def test_a_reader_cannot_be_declared_beyond_its_recipient_nor_a_name_that_postgres_would_cut() -> None:
    told = {"tier": "T2", "jurisdictions": [FIRST], "purpose": "Records of one city"}
    with pytest.raises(ValidationError, match=f"reader r would see {SECOND}"):
        Recipient.model_validate({**told, "readers": {"r": [SECOND]}})
    recipient = Recipient.model_validate({**told, "readers": {"r" * 40: [FIRST]}})
    with pytest.raises(PublishError, match="63 bytes"):
        roles_of("nnsc_for_somebody_with_a_name", recipient)
