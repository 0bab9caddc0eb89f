"""The plan of a call-in from records to the file: who is in it, who never is, and that two people decide."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import nnsc
from governance.errors import WrongDecision
from linkage.run import run
from support.audit import logged
from support.warehouse_world import ARRESTS, SHOOTINGS, World, make_world, shooting, write_feed
from targeting.callin import plan
from warehouse import api
from warehouse.dbt_runner import run_dbt
from warehouse.errors import QueryError

pytestmark = pytest.mark.slow
PLACE = "us_aa_first"
TERMS, ROSTER, RELATIONS = (f"{PLACE}/{name}" for name in ("terms", "roster", "relations"))
#: Who each is: state number, group, supervised, age in the arrest (None: nobody recorded it).
PEOPLE: dict[str, tuple[str, str | None, bool, int | None]] = {
    "Amos": ("10000001", "g1", True, 30),  # arrested with Cyril and Dora, and with the minor
    "Bela": ("20000002", "g2", True, 41),
    "Cyril": ("30000003", "g1", False, 28),
    "Dora": ("40000004", "g1", True, 25),  # whoever reaches less than Amos is not needed
    "Edda": ("50000005", "g3", False, 33),
    "Milo": ("60000006", "g1", True, 17),
    "Ulla": ("70000007", "g2", True, None),
    "Zeno": ("80000008", None, True, 50),  # arrested with Amos, on supervision, no reason to be spoken to
}
TOGETHER = {"i1": ("Amos", "Cyril"), "i2": ("Amos", "Dora"), "i3": ("Amos", "Milo"), "i4": ("Bela",), "i5": ("Edda",),
            "i6": ("Amos", "Zeno"), "i7": ("Ulla",)}  # fmt: skip


def person(role: str, name: str) -> dict[str, Any]:
    """The columns that say who it is."""
    number = int(PEOPLE[name][0][0])
    born = date(1970 + 3 * number, number, 10 + number)
    return {f"{role}_first_name": name, f"{role}_last_name": f"{name}sson", f"{role}_sid": PEOPLE[name][0],
            f"{role}_birth_date": born}  # fmt: skip


def rows(kind: str) -> Iterator[dict[str, Any]]:
    """The records of one kind."""
    if kind == "arrest":
        for incident, names in TOGETHER.items():
            for name in names:
                key = f"{incident}{name}"
                yield {"record_key": key, "arrest_key": key, "arrest_id": key, "incident_id": incident,
                       "incident_key": f"k{incident}", "arrested_on": date(2024, 1, 5), "arrestee_age": PEOPLE[name][3],
                       **person("arrestee", name)}  # fmt: skip
    for name, (_, group, is_supervised, _) in PEOPLE.items():
        if kind == "probation_term" and is_supervised:
            offense = "Theft" if group is None else "Aggravated assault"
            yield {"record_key": f"t{name}", "probation_term_key": f"t{name}", "term_id": name, "status": "Active",
                   "started_on": date(2023, 6, 1), "term_type": "Probation", "source_offense": offense,
                   **person("client", name)}  # fmt: skip
        if kind == "group_roster" and group is not None:
            yield {"record_key": f"r{name}", "roster_id": name, "group_id": group, "group_key": f"k{group}",
                   "basis_kind": "court_finding", "stated_facts": "Found by the court in a case of 2023",
                   "valid_from": date(2023, 7, 1), "review_on": date(2024, 7, 1), "expires_on": date(2028, 7, 1),
                   **person("member", name)}  # fmt: skip
    if kind == "group_relation":
        for n, (other, ended_on) in enumerate((("g2", None), ("g3", date(2023, 12, 1)))):
            yield {"record_key": f"d{n}", "relation_id": f"d{n}", "group_id": "g1", "group_key": "kg1",
                   "other_group_id": other, "other_group_key": f"k{other}", "relation_type": "Feud",
                   "started_on": date(2023, 9, 1), "ended_on": ended_on}  # fmt: skip


@dataclass
class Site:
    """A site whose people were linked, and the key of each by first name."""

    world: World
    keys: dict[str, str]

    def call_in(self, *options: str) -> Result:
        """``nnsc targeting call-in``."""
        settings = self.world.settings
        environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
        return CliRunner().invoke(nnsc, ["targeting", "call-in", PLACE, *options], env=environment)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    world = make_world(tmp_path_factory.mktemp("call_in") / "home")
    for feed, kinds in {TERMS: ["probation_term"], ROSTER: ["group_roster"], RELATIONS: ["group_relation"]}.items():
        write_feed(world.settings, feed, kinds)
    victim = shooting("shooting_victim", "insert", "v1", "s1", is_fatal=False, victim_age=22, victim_first_name="Vera",
                      victim_last_name="Verasson", victim_sid="90000009", victim_birth_date=date(2001, 9, 19))  # fmt: skip
    world.deliver(SHOOTINGS, 20, {"shooting_victim": [victim]})
    feeds = {ARRESTS: "arrest", TERMS: "probation_term", ROSTER: "group_roster", RELATIONS: "group_relation"}
    for feed, kind in feeds.items():
        world.deliver(feed, 30, {kind: [{"op": "insert", **row} for row in rows(kind)]})
    api.load(world.settings, world.active)
    run_dbt(world.settings, ["run", "--full-refresh", "--select", "+person_mention"])  # all that linking reads
    run(world.settings.model_copy(update={"clock": datetime(2030, 1, 1, tzinfo=UTC)}), full=True)
    api.build(world.settings, world.active)
    found = api.query(
        world.settings,
        "select distinct record_key, person_key from core.fct_arrest join core.person_membership using (mention_key) "
        "where grade = 'action' and known_to is null",
    ).rows
    return Site(world, {key[2:]: person_key for key, person_key in found})


def test_the_fewest_reach_everybody_who_has_a_reason(site: Site) -> None:
    found = plan(site.world.settings, PLACE, 5)
    amos, bela = (next(one for one in found.called if one.person_key == site.keys[name]) for name in ("Amos", "Bela"))
    assert len(found.called) == 2
    assert set(amos.people) == {site.keys["Cyril"], site.keys["Dora"]}, "Zeno has no reason and Milo is a minor"
    assert (amos.groups, amos.disputes, bela.groups) == (("kg1",), ("kg1 : kg2",), ("kg2",))
    assert (amos.supervised_by, amos.expires_on) == ((TERMS,), date(2024, 2, 29))
    assert {reason.says[:9] for reason in amos.reasons} == {"Suspected", "Is, or wa"}
    assert (found.people, found.supervised, found.cover.method, found.cover.at_least) == (5, 3, "exact", 2)
    assert found.aside == {"younger than 18 in a record": 1, "of an age that nobody recorded": 1}
    assert {(p.kind, p.name) for p in found.cover.unreachable} == {("group", "kg3"), ("person", site.keys["Edda"])}
    # whoever is supervised where all are adults is no doubt any more, a minor is one all the same
    more = plan(site.world.settings, PLACE, 5, adult_feeds=[TERMS])
    assert (more.people, more.aside["younger than 18 in a record"]) == (6, 1)
    assert len(more.called) == 3


def test_with_too_small_a_capacity_it_says_what_is_left_out(site: Site) -> None:
    found = plan(site.world.settings, PLACE, 1)
    assert [one.person_key for one in found.called] == [site.keys["Amos"]]
    left_out = {(part.kind, part.name) for part in found.cover.left_out}
    assert left_out == {("dispute", "kg2"), ("group", "kg2"), ("person", site.keys["Bela"])}
    said = site.call_in("--capacity", "1").output
    assert "A capacity of 1 is too small: 1 sides of disputes, 1 groups, 1 people stay unreached" in said
    assert "2 are the fewest who reach it all" in said
    assert "Never for a stop" in said


def test_two_people_decide_that_the_plan_is_written(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    asked = ("--capacity", "2", "--out", str(file), "--why", "call-in of February")
    assert isinstance(site.call_in(*asked[:4], "--who", "Ana Ruiz").exception, WrongDecision), "it takes a reason"
    assert isinstance(site.call_in(*asked, "--who", "Anonymous").exception, WrongDecision), "and somebody"
    assert "waits" not in site.call_in("--capacity", "2").output
    assert "second, different person" in site.call_in(*asked, "--who", "Ana Ruiz").output
    other = ("--capacity", "1", *asked[2:])
    assert "second, different person" in site.call_in(*other, "--who", "Ben Okoye").output, "of another plan"
    assert not file.exists()
    assert f"Written: {file}" in site.call_in(*asked, "--who", "Ben Okoye").output
    assert file.stat().st_mode & 0o777 == 0o600
    (line,) = logged(site.world.settings, "export")
    assert line["detail"]["digest"] == sha256(file.read_bytes()).hexdigest()
    with file.open(newline="", encoding="utf-8") as text:
        told = list(csv.DictReader(text))
    invited = [row for row in told if row["row"] == "invite"]
    assert {row["key"] for row in invited} == {site.keys["Amos"], site.keys["Bela"]}
    assert all(row["who_may_use"] and row["for_what"] and row["never_for"] and row["expires_on"] for row in told)
    assert {row["key"] for row in told if row["row"] == "not reached"} == {"kg3", site.keys["Edda"]}
    never = {site.keys["Milo"], site.keys["Ulla"], site.keys["Zeno"]}
    assert not [key for key in never if key in file.read_text()]
    read = {name for line in logged(site.world.settings, "read") for name in line["detail"]["columns"]}
    assert "marts.mart_gvi__candidate_reasons.person_key" in read


def test_what_cannot_be_planned_says_why(site: Site) -> None:
    with pytest.raises(QueryError, match="no candidates"):
        plan(site.world.settings, "us_bb_second", 5)
    with pytest.raises(QueryError, match="no window"):
        plan(site.world.settings, PLACE, 5, window="for ever' or true --")
