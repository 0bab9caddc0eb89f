"""Each recipient gets its tier and nothing else; the gate and the audit log stand at the door of every publication."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from feeds.contracts import load_contracts
from governance.errors import TierViolation, UnknownRecipient, WrongDecision
from governance.verify import verify
from ingest.ledger import engine
from settings import Settings
from support.audit import logged
from support.narrow import builds
from support.warehouse_world import ARRESTS, PROJECT, SHOOTINGS, World, shooting
from warehouse import api
from warehouse.kept import publication_path

pytestmark = pytest.mark.usefixtures("without_data_tests")

POLICY = """recipients:
  everybody: {tier: T0, jurisdictions: all, purpose: Reference lists for all}
  partners: {tier: T1, jurisdictions: all, purpose: Counts for partners}
  network: {tier: T2, jurisdictions: all, purpose: Pseudonymous records}
  other: {tier: T2, jurisdictions: [us_bb_second], purpose: Pseudonymous records of one city}
  court: {tier: T4, jurisdictions: all, purpose: All that is published}
"""


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as db:
        return db.execute(sql).fetchall()


def columns(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in rows(
        path, "select table_schema || '.' || table_name, column_name from information_schema.columns"
    ):
        found.setdefault(table, set()).add(column)
    return found


def with_policies(world: World, tmp_path: Path, text: str = POLICY) -> Settings:
    folder = tmp_path / "policies"
    shutil.copytree(PROJECT / "policies", folder)
    (folder / "recipients.yml").write_text(text)
    return world.settings.model_copy(update={"policies": folder})


#: What the deliveries about minors reach, as far as the tests ask.
ABOUT_PEOPLE = ("fct_arrest", "fct_arrest_history", "fct_arrest_charge", "fct_shooting_victim", "juvenile_mention")


@pytest.fixture(scope="module")
def people_once(built_once: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The built world with a juvenile's arrest, its charge, and a victim of 15; copied by ``people``."""
    built = copy(built_once, tmp_path_factory.mktemp("people") / "home")
    arrest = {"op": "insert", "arrested_on": date(2024, 1, 9)}
    built.deliver(
        ARRESTS,
        2,
        {
            "arrest": [
                {**arrest, "record_key": "a2", "arrest_key": "k2", "arrest_id": "8", "arrestee_age": 15},
                {**arrest, "record_key": "a3", "arrest_key": "k3", "arrest_id": "9", "arrestee_age_group": "<18"},
                {**arrest, "record_key": "a4", "arrest_key": "k4", "arrest_id": "10", "arrestee_age": 18},
                {
                    **arrest,
                    "record_key": "a5",
                    "arrest_key": "k5",
                    "arrest_id": "11",
                    "arrestee_birth_date": date(2006, 1, 10),
                },
                {
                    **arrest,
                    "record_key": "a6",
                    "arrest_key": "k6",
                    "arrest_id": "12",
                    "arrestee_birth_date": date(2006, 1, 9),
                },
            ],
            "arrest_charge": [
                {"op": "insert", "record_key": f"d{n}", "arrest_key": f"k{n}", "arrest_id": "8", "charge_number": 1}
                for n in (2, 3, 4, 5, 6)
            ],
        },
    )
    built.deliver(SHOOTINGS, 2, {"shooting_victim": [shooting("shooting_victim", "insert", "v3", "i1", victim_age=15)]})
    with builds(*ABOUT_PEOPLE):
        api.build(built.settings, built.active)
    return built


@pytest.fixture
def people(people_once: World, tmp_path: Path) -> World:
    return copy(people_once, tmp_path / "home")


def copy(world: World, home: Path) -> World:
    """The same installation elsewhere."""
    shutil.copytree(world.settings.home, home)
    settings = Settings(home=home, project=PROJECT, jurisdictions=home / "jurisdictions")
    return World(settings, world.contracts, list(world.active), world.counter)


def test_each_recipient_gets_only_its_tier(people: World, tmp_path: Path) -> None:
    settings = with_policies(people, tmp_path)
    tiers = json.loads((settings.published / "manifest.json").read_text())["tiers"]
    for tier in ("T0", "T2"):
        for done in api.publish_for(settings, tier):
            found = columns(done.path)
            assert found, done
            for table, names in found.items():
                assert tiers[table]["tier"] <= tier, table
                for name in names:
                    assert tiers[table]["columns"][name] <= tier, f"{table}.{name}"
    network = columns(settings.home / "recipients" / "network" / "warehouse.duckdb")
    assert "victim_age" not in network["core.fct_shooting_victim"]
    assert "is_fatal" in network["core.fct_shooting_victim"]
    everybody = columns(settings.home / "recipients" / "everybody" / "warehouse.duckdb")
    assert "core.dim_jurisdiction" in everybody
    assert not [table for table in everybody if "fct_" in table or "mart_" in table]


def test_no_identifier_and_no_name_in_any_recipients_file(people: World, tmp_path: Path) -> None:
    settings = with_policies(people, tmp_path)
    identifying = {name for c in load_contracts(PROJECT / "expectations").values() for name in c.identifying_columns()}
    for tier in ("T0", "T1", "T2"):
        for done in api.publish_for(settings, tier):
            assert not identifying & set().union(*columns(done.path).values())
            data = done.path.read_bytes()
            assert b"Zzyzxsson" not in data
            assert b"number-i1" not in data
            assert done.path.stat().st_mode & 0o077 == 0


def test_a_recipient_sees_its_jurisdictions_only(people: World, tmp_path: Path) -> None:
    settings = with_policies(people, tmp_path)
    (done,) = api.publish_for(settings, None, ("other",))
    for table, names in columns(done.path).items():
        if "jurisdiction_id" in names:
            assert set(rows(done.path, f"select distinct jurisdiction_id from {table}")) <= {("us_bb_second",)}, table
    assert rows(done.path, "select count(*) from core.fct_shooting_victim") == [(2,)]


def test_juveniles_and_what_hangs_on_them_stay_at_t4(people: World, tmp_path: Path) -> None:
    settings = with_policies(people, tmp_path)
    (done,) = api.publish_for(settings, None, ("network",))
    assert rows(done.path, "select count(*) from core.fct_arrest") == [(3,)]  # a1 of unknown age, a4 and a6 of 18
    assert rows(done.path, "select count(*) from core.fct_arrest_history") == [(3,)]
    arrests = "select arrest_key from core.fct_arrest"
    assert rows(done.path, f"select count(*) from core.fct_arrest_charge where arrest_key not in ({arrests})") == [(0,)]
    assert rows(done.path, "select count(*) from core.fct_arrest_charge") == [(5,)]
    assert rows(done.path, "select count(*) from core.fct_shooting_victim") == [(4,)]


def keys(path: Path) -> set[str]:
    found: set[str] = set()
    for table, names in columns(path).items():
        for name in names:
            if name.endswith("_key"):
                found |= {row[0] for row in rows(path, f'select distinct "{name}" from {table}') if row[0]}
    return found


@pytest.mark.slow
def test_pseudonyms_are_each_recipients_own_join_within_it_and_can_be_rotated(people: World, tmp_path: Path) -> None:
    settings = with_policies(people, tmp_path, POLICY.replace("[us_bb_second]", "all"))
    paths = {done.recipient: done.path for done in api.publish_for(settings, "T2")}
    network, other = keys(paths["network"]), keys(paths["other"])
    ours = {row[0] for row in api.query(settings, "select record_key from core.fct_arrest").rows}
    assert network
    assert not network & other
    assert not network & ours
    texts = "select table_schema || '.' || table_name, column_name from information_schema.columns where data_type = 'VARCHAR'"
    for table, name in rows(paths["network"], texts):  # nor under any other name
        assert not ours & {row[0] for row in rows(paths["network"], f'select distinct "{name}" from {table}')}, (
            table,
            name,
        )
    joined = "select count(*) from core.fct_arrest_charge join core.fct_arrest using (jurisdiction_id, arrest_key)"
    assert rows(paths["network"], joined) == [(5,)]
    api.publish_for(settings, None, ("network",))
    assert keys(paths["network"]) == network  # the same key, the same pseudonyms
    assert api.rotate_key(settings, "network", "steward", "a laptop was lost") == 2
    api.publish_for(settings, None, ("network",))
    assert not keys(paths["network"]) & network
    assert logged(settings, "decision")[-1]["subject"] == "network"


def test_t4_takes_two_people(people: World, tmp_path: Path) -> None:
    settings = with_policies(people, tmp_path)
    with pytest.raises(WrongDecision, match="who decided and why"):
        api.publish_for(settings, "T4")
    (waits,) = api.publish_for(settings, "T4", who="Ana Ruiz", why="court order 7")
    assert waits.waits_for is not None
    assert not waits.path.exists()
    with pytest.raises(WrongDecision, match="second, different person"):
        api.publish_for(settings, "T4", who="ana ruiz", why="court order 7")
    (done,) = api.publish_for(settings, "T4", who="Ben Okoye", why="I read the order")
    assert "victim_age" in columns(done.path)["core.fct_shooting_victim"]
    assert rows(done.path, "select count(*) from core.fct_arrest") == [(6,)]


def test_an_unknown_recipient_is_said(built: World, tmp_path: Path) -> None:
    settings = with_policies(built, tmp_path)
    with pytest.raises(UnknownRecipient, match="Declared are: court"):
        api.publish_for(settings, None, ("nobody",))
    with pytest.raises(UnknownRecipient, match="No recipient gets T3"):
        api.publish_for(settings, "T3")


@pytest.mark.builds("mart_gvi__shootings_by_area_month")
def test_small_numbers_are_left_out_at_t1_and_roll_ups_do_not_give_them_away(built: World, tmp_path: Path) -> None:
    """14 shootings in the North and 3 in the South in one month: the total would give the 3 away."""
    settings = with_policies(built, tmp_path)
    more = [shooting("shooting_victim", "insert", f"n{n}", f"in{n}", is_fatal=True, area_id="North") for n in range(14)]
    more += [
        shooting("shooting_victim", "insert", f"s{n}", f"is{n}", is_fatal=False, area_id="South") for n in range(3)
    ]
    built.deliver(SHOOTINGS, 2, {"shooting_victim": more})
    api.build(settings, built.active)
    (done,) = api.publish_for(settings, "T1")
    mart = "marts.mart_gvi__shootings_by_area_month"
    inside = (
        "select area_id, victims, fatal_victims from {} where jurisdiction_id = 'us_aa_first' and month is not null"
    )
    assert ("South", None, 0) in rows(done.path, inside.format(mart))
    assert rows(
        done.path, f"select count(*) from {mart} where victims between 1 and 10 or incidents between 1 and 10"
    ) == [(0,)]
    assert done.suppressed > 0
    # whoever adds up what is given cannot reach the 3
    totals = rows(
        done.path, f"select victims from {mart}__totals where jurisdiction_id = 'us_aa_first' and area_id is null"
    )
    north = rows(done.path, f"select victims from {mart} where area_id = 'North'")
    assert all(total[0] is None for total in totals) or north == [(None,)]
    assert not [t for t in done.tables if "_pvi_" in t]  # an aggregate that does not declare its cells stays here


def test_every_publication_and_every_read_of_t4_is_in_the_audit_log(built: World, tmp_path: Path) -> None:
    settings = with_policies(built, tmp_path)
    assert [line["subject"] for line in logged(settings, "publication")] == ["warehouse"]
    files = logged(settings, "configuration")[0]["detail"]["files"]
    assert f"jurisdictions/{SHOOTINGS}.yml" in files
    assert "dbt/models/core/fct_arrest.sql" in files
    harmless = [
        "select count(*) from core.fct_shooting_victim",
        "select is_fatal, count(*) from core.fct_shooting_victim group by 1",
        "select * from core.dim_jurisdiction",
        "show all tables",
    ]
    telling = [
        "select victim_age from core.fct_shooting_victim",
        "select * from core.fct_shooting_victim",
        "select count(*) from core.fct_shooting_victim where VICTIM_SEX = 'M'",
        "select count(*) from core.fct_shooting_victim as v order by max(v.victim_age)",
        "with a as (from core.fct_shooting_victim) select x.victim_age as y from a as x",
        "select columns('vic.*') from core.fct_shooting_victim",
        "select v from core.fct_shooting_victim as v",
        "summarize core.fct_shooting_victim",
        "from core.fct_shooting_victim",
    ]
    for sql in harmless:
        api.query(settings, sql)
    assert logged(settings, "read") == []
    for number, sql in enumerate(telling, start=1):
        api.query(settings, sql)
        seen = logged(settings, "read")
        assert len(seen) == number, sql
        assert any("core.fct_shooting_victim.victim_" in column for column in seen[-1]["detail"]["columns"])
    api.publish_for(settings, "T2")
    assert {line["subject"] for line in logged(settings, "publication")} == {
        "warehouse", "recipient network", "recipient other",
    }  # fmt: skip
    with engine(settings).connect() as connection:
        assert verify(connection, settings).problems == []


@pytest.mark.slow
def test_decisions_and_log_survive_the_loss_of_the_warehouse(built: World) -> None:
    before = logged(built.settings, "publication")
    shutil.rmtree(Path(built.settings.warehouse).parent)
    shutil.rmtree(built.settings.published)
    api.build(built.settings, built.active)
    assert logged(built.settings, "publication")[: len(before)] == before
    assert api.query(built.settings, "select count(*) from core.fct_shooting_victim").rows == [(4,)]


@pytest.mark.slow
def test_a_violation_planted_in_the_project_is_not_published(built: World, tmp_path: Path) -> None:
    """The whole way: a model that gives out a victim's age at T2, and one that targets by race."""
    project = tmp_path / "project"
    for folder in ("dbt", "expectations", "policies"):
        shutil.copytree(PROJECT / folder, project / folder, ignore=shutil.ignore_patterns("target", "logs"))
    plants = {
        "mart_gvi__leak": "select record_key, victim_age + 0 as n from {{ ref('fct_shooting_victim') }}",
        "mart_gvi__target": "select record_key, 1 as n from {{ ref('fct_arrest') }} where arrestee_race = 'B'",
    }
    for name, sql in plants.items():
        (project / "dbt" / "models" / "marts" / "gvi" / f"{name}.sql").write_text(sql)
        told = (
            f"version: 2\nmodels:\n  - name: {name}\n    description: 'Grain: one row per record, planted.'\n    columns:\n"
            "      - {name: record_key, data_type: varchar, description: planted}\n"
            "      - {name: n, data_type: integer, description: planted}\n"
        )
        (project / "dbt" / "models" / "marts" / "gvi" / f"{name}.yml").write_text(told)
    before = publication_path(built.settings).read_bytes()
    settings = built.settings.model_copy(
        update={"project": project, "contracts": project / "expectations", "policies": project / "policies"}
    )
    with pytest.raises(TierViolation) as refused:
        api.build(settings, built.active)
    assert "mart_gvi__leak.n says T2, but is made of raw.shooting_victim.victim_age (T4)" in str(refused.value)
    assert "mart_gvi__target's rows: raw.arrest.arrestee_race (T3) must not reach targeting" in str(refused.value)
    assert publication_path(built.settings).read_bytes() == before
