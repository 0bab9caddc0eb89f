"""People reach the warehouse: memberships without names in core, identities in restricted, nothing before linking."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from ingest import link_tables as lt
from ingest.ledger import engine
from linkage import run
from linkage.explain import side_by_side
from network.api import summarize
from support.audit import logged
from support.warehouse_world import ARRESTS, PROJECT, World
from warehouse import api
from warehouse.explain import explain
from warehouse.marts_page import marts

pytestmark = [
    pytest.mark.usefixtures("without_data_tests"),
    pytest.mark.builds(
        "dim_person", "person_membership", "person_membership_roster", "person_membership_victim", "person_identity",
        "mart_gvi__coarrest_edge", "mart_gvi__coarrest_edge_linked", "mart_gvi__network_node", "fct_arrest",
        "juvenile_mention",
    ),
]  # fmt: skip


def published(world: World, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in api.query(world.settings, sql).rows]


def people_arrive(world: World) -> None:
    """Four arrests at one incident, of three people who can be told apart, one of them a minor; built."""
    one = {"arrestee_first_name": "Terrence", "arrestee_last_name": "Okafor", "arrestee_sid": "77120001",
           "arrestee_birth_date": date(1991, 4, 17)}  # fmt: skip
    two = {"arrestee_first_name": "Wendell", "arrestee_last_name": "Pruitt", "arrestee_sid": "88220002",
           "arrestee_birth_date": date(1970, 1, 5)}  # fmt: skip
    minor = {"arrestee_first_name": "Odalys", "arrestee_last_name": "Quimby", "arrestee_sid": "99330003",
             "arrestee_birth_date": date(2006, 6, 1), "arrestee_age": 17}  # fmt: skip
    rows = [
        {"op": "insert", "record_key": f"p{n}", "arrest_key": f"kp{n}", "arrest_id": f"P{n}", "incident_id": "I1",
         "incident_key": "ki1", "arrested_on": date(2024, 1, 1 + n), **person}
        for n, person in enumerate((one, one, two, minor))
    ]  # fmt: skip
    world.deliver(ARRESTS, 40, {"arrest": rows})
    api.build(world.settings, world.active)


CITIES = """recipients:
  first: {tier: T2, jurisdictions: [us_aa_first], purpose: Records of the city with the arrests}
  second: {tier: T2, jurisdictions: [us_bb_second], purpose: Records of another city}
"""


def test_links_come_with_the_next_build_and_hold_no_names(built: World, tmp_path: Path) -> None:
    settings = built.settings
    people_arrive(built)
    assert published(built, "select count(*) from core.dim_person") == [(0,)]
    assert api.is_settled(settings, built.active)
    result = run.run(settings)
    assert (result.people, result.action_people) == (3, 3)
    assert not api.is_settled(settings, built.active), "people changed: a build has something to do"
    api.build(settings, built.active)
    assert api.is_settled(settings, built.active)

    with engine(settings).connect() as connection:
        kept = connection.execute(sa.select(lt.person_membership.c.mention_key, lt.person_membership.c.grade,
                                            lt.person_membership.c.person_key)).all()  # fmt: skip
    seen = published(built, "select mention_key, grade, person_key from core.person_membership where known_to is null")
    assert sorted(seen) == sorted(tuple(row) for row in kept)
    people = published(
        built, "select grade, count(*), sum(mentions) from core.dim_person where status = 'active' group by 1"
    )
    counts = {grade: (number, mentions) for grade, number, mentions in people}
    assert counts["linked"][0] == result.people
    assert counts["action"] == (result.action_people, counts["linked"][1])

    with duckdb.connect(str(settings.warehouse), read_only=True) as db:
        names = {
            str(v)
            for row in db.execute("select last_name, sid from restricted.person_identity").fetchall()
            for v in row
            if v
        }
    assert names
    with duckdb.connect(str(settings.published / "warehouse.duckdb"), read_only=True) as db:
        for table in ("dim_person", "person_membership"):
            said = {str(v) for row in db.execute(f"from core.{table}").fetchall() for v in row}
            assert not names & said
        assert db.execute(
            "select count(*) from information_schema.tables where table_schema = 'restricted'"
        ).fetchall() == [(0,)]

    pair = sorted(row[0] for row in kept)[:2]
    shown = {name: values for name, *values in side_by_side(settings, *pair)}
    assert set(shown["last_name"]) <= names
    last = logged(settings, "read")[-1]["detail"]
    assert (last["mentions"], "restricted.person_mention.last_name" in last["columns"]) == (pair, True)

    shutil.copytree(PROJECT / "policies", tmp_path / "policies")
    (tmp_path / "policies" / "recipients.yml").write_text(CITIES)
    given = api.publish_for(settings.model_copy(update={"policies": tmp_path / "policies"}), "T2")
    # a city hears of nobody whom only others know, and without a second person of no minor
    for done, expected in zip(given, (len(kept) - 2, 0), strict=True):
        assert not [table for table in done.tables if "mart_gvi__coarrest" in table]
        assert "core.dim_person" not in done.tables, "it counts mentions over all places"
        with duckdb.connect(str(done.path), read_only=True) as db:
            assert db.execute("select count(*) from core.person_membership").fetchall() == [(expected,)]

    ties_are_told_to_two_people_and_without_minors(built, tmp_path / "policies")
    later = settings.model_copy(update={"clock": settings.now() + timedelta(days=3)})
    assert run.run(later).changed is False
    assert api.is_settled(settings, built.active), "a second run gives the warehouse nothing to do"


def ties_are_told_to_two_people_and_without_minors(world: World, policies: Path) -> None:
    """Three people arrested at one incident are three ties in each window; what leaves has the tie of adults alone."""
    window = "from marts.mart_gvi__coarrest_edge where window_code = '12_months'"
    rows = published(world, f"select events, first_on, last_on, known_on, strength, weight {window} order by first_on")
    days = [(date(2024, 1, 3),) * 2, *[(date(2024, 1, 4),) * 2] * 2]
    assert [row[:3] for row in rows] == [(1, *of_pair) for of_pair in days]  # the day from which both were arrested
    for _, first_on, _, known_on, strength, weight in rows:
        assert isinstance(first_on, date)
        assert isinstance(known_on, date)
        assert (strength, round(float(str(weight)), 6)) == ("weak", round(0.5 ** ((known_on - first_on).days / 730), 6))
    told = explain(world.settings, "mart_gvi__coarrest_edge", "first_on = date '2024-01-03'")
    assert {source.record_key for source in told.sources} == {"p0", "p1", "p2"}
    for mart in (mart for mart in marts(PROJECT) if "coarrest" in mart.name):
        assert len(published(world, mart.example)) == 3
    figures = [(found.people, found.ties, found.largest_component) for found in map(partial(summarize, world.settings),
                                                                                    ("action", "linked"))]  # fmt: skip
    assert figures == [(3, 3, 3)] * 2
    (policies / "recipients.yml").write_text(
        "recipients:\n  site: {tier: T3, jurisdictions: all, purpose: Call-in of the site}\n"
    )
    settings = world.settings.model_copy(update={"policies": policies})
    for who in ("Ana Ruiz", "Ben Okoye"):
        (done,) = api.publish_for(settings, "T3", who=who, why="call-in of the month")
    with duckdb.connect(str(done.path), read_only=True) as db:
        assert db.execute(f"select events, first_on {window}").fetchall() == [(1, date(2024, 1, 3))]
