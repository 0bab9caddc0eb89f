"""Lists that practitioners keep, from spreadsheet to core: against the simulator's books, and a template filled in."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from cli import nnsc
from ingest.api import drain, fetch, outcomes
from ingest.inspect import quarantined
from linkage.api import link
from settings import Settings
from simulator.agencies import PRACTICE
from simulator.api import deliver, simulate
from simulator.places import MILLBROOK
from support.world import JURISDICTION, PROJECT, settings_in
from warehouse import api
from warehouse.kept import publication

TEMPLATE = "us_oh_springfield/group_roster"
ENTRY = {
    "roster_id": "1", "group_id": "007", "group_name": "Lower End", "membership_role": "core",
    "basis_kind": "court_finding", "stated_facts": "Found by the court in the case of 2025", "valid_from": date(2025, 3, 1),
    "review_on": date(2026, 3, 1), "expires_on": date(2030, 3, 1), "roster_entered_by": "A", "roster_approved_by": "B",
    "member_last_name": "Zzyzx", "member_first_name": "Ana", "member_age": 31,
}  # fmt: skip
#: What may not pass, and the rule that says so.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "2": ({"basis_kind": None}, "expect_column_values_to_not_be_null:basis_kind"),
    "3": ({"expires_on": None}, "expect_column_values_to_not_be_null:expires_on"),
    "4": ({"expires_on": date(2030, 3, 2)}, "expect_column_values_to_be_between:expires_on:since:reviewed_on"),
    "5": ({"expires_on": date(2025, 3, 1)}, "expect_column_values_to_be_between:expires_on:since:valid_from"),
    "6": ({"basis_kind": "arrest"}, "expect_column_values_to_be_in_set:basis_kind"),
    "7": ({"member_age": 9}, "expect_column_values_to_be_between:member_age"),
    "8": ({"stated_facts": "known member"}, "expect_column_value_lengths_to_be_between:stated_facts"),
    "10": ({"reviewed_on": date(2999, 1, 1)}, "expect_column_values_to_be_between:reviewed_on"),
}
#: Reviewed in 2026, so five years count from then.
RENEWED = {"roster_id": "9", "reviewed_on": date(2026, 1, 15), "expires_on": date(2031, 1, 15)}


@dataclass
class World:
    """What is built, and the simulator's books."""

    settings: Settings
    truth: Path

    def current(self, kind: str) -> list[dict[str, Any]]:
        """The records that must be current, as the simulator wrote them down."""
        told = json.loads((self.truth / "current.json").read_text())[f"{MILLBROOK}/{kind}"][kind]
        return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Of the publication."""
        return api.query(self.settings, sql).rows


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A simulated Millbrook, and a town whose people filled in the template; built once."""
    folder = tmp_path_factory.mktemp("practice")
    settings = settings_in(folder)
    shutil.copytree(PROJECT / "jurisdictions" / MILLBROOK, settings.jurisdictions / MILLBROOK)
    simulate(folder / "world", seed=3, people=1600, months=5)
    feeds = {*PRACTICE, f"{MILLBROOK}/shooting"}
    deliver(folder / "world", settings.buckets, feeds=feeds)
    fill_in(settings, folder / "template.xlsx")
    for feed_id in sorted({*feeds, TEMPLATE}):
        fetch(settings, feed_id)
        drain(settings, feed_id)
    api.build(settings)
    return World(settings, folder / "world" / "truth")


def fill_in(settings: Settings, file: Path) -> None:
    """What a practitioner does: ask for the template, fill in rows, drop the file."""
    town = settings.jurisdictions / "us_oh_springfield"
    town.mkdir()
    (town / "jurisdiction.yml").write_text(JURISDICTION)
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
    command = ["template", "group_roster", "--out", str(file), "--feed", TEMPLATE]
    asked = CliRunner().invoke(nnsc, command, env=environment)
    assert asked.exit_code == 0, asked.output
    book = load_workbook(file)
    sheet = book["group_roster"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    entries = [ENTRY, *({**ENTRY, "roster_id": n, **wrong} for n, (wrong, _) in WRONG.items()), {**ENTRY, **RENEWED}]
    many = [{**ENTRY, "roster_id": f"m{n}", "member_first_name": f"Ana{n}"} for n in range(90)]
    for row, entry in enumerate([*entries, *many], start=2):
        for name, value in entry.items():
            sheet.cell(row=row, column=columns[name], value=value)
    target = settings.buckets / TEMPLATE / "roster.xlsx"
    target.parent.mkdir(parents=True)
    book.save(target)


def test_a_filled_in_template_is_applied_and_wrong_entries_wait(world: World) -> None:
    (outcome,) = outcomes(world.settings, TEMPLATE)
    assert (outcome.state, outcome.accepted, outcome.quarantined) == ("applied", 92, 8)
    waiting = {row.row_number: set(row.rules) for row in quarantined(world.settings, outcome.delivery_id)}
    assert waiting == {n: {rule} for n, (_, rule) in enumerate(WRONG.values(), start=2)}
    found = world.rows(
        "select valid_from, valid_to, basis_kind, membership_role_code, reviewed_on from core.fct_group_membership "
        f"where feed_id = '{TEMPLATE}' order by expires_on"
    )
    assert len(found) == 92
    assert found[0] == (date(2025, 3, 1), date(2030, 3, 1), "court_finding", "core", None)
    assert found[-1] == (date(2025, 3, 1), date(2031, 1, 15), "court_finding", "core", date(2026, 1, 15))


def test_memberships_are_the_entries_that_held_until_they_expired_or_ended(world: World) -> None:
    expected, groups = Counter[tuple[Any, ...]](), Counter[str]()
    for entry in world.current("group_roster"):
        last = min(date.fromisoformat(entry[name]) for name in ("expires_on", "ended_on") if entry[name])
        if date.fromisoformat(entry["valid_from"]) < last:
            expected[date.fromisoformat(entry["valid_from"]), last, entry["basis_kind"]] += 1
            groups[entry["group_id"]] += 1
    sql = (
        "select valid_from, valid_to, basis_kind, group_key from core.fct_group_membership where jurisdiction_id = '{}'"
    )
    found = world.rows(sql.format(MILLBROOK))
    assert Counter(row[:3] for row in found) == expected
    assert sorted(Counter(row[3] for row in found).values()) == sorted(groups.values())
    assert expected.total() >= 15


def test_a_group_has_one_key_in_every_list(world: World) -> None:
    """As many groups as the lists name together, and as many records of each as they hold."""
    named = {
        "group_roster": ("group_id",), "group_relation": ("group_id", "other_group_id"), "engagement": ("group_id",),
        "incident_review": ("victim_group_id", "suspect_group_id"),
    }  # fmt: skip
    counts: dict[str, Counter[str]] = {}
    for kind, columns in named.items():
        for record in world.current(kind):
            for group in {record[column] for column in columns if record[column]}:
                counts.setdefault(group, Counter())[kind] += 1
    told = ", ".join(f"{kind}_records" for kind in named)
    found = world.rows(f"select {told} from core.dim_group where jurisdiction_id = '{MILLBROOK}'")
    assert Counter(found) == Counter(tuple(count[kind] for kind in named) for count in counts.values())
    assert any(all(row) for row in found), "no group stands in all four lists"


@pytest.mark.parametrize(
    ("kind", "column", "words"),
    [
        ("incident_review", "group_involvement",
         {"Confirmed": "confirmed", "Suspected": "suspected", "No": "no", "Unknown": "unknown"}),
        ("engagement", "outcome",
         {"Reached": "reached", "Absent": "absent", "Refused": "refused", "Not found": "not_found"}),
        ("engagement", "engagement_type", {"Call-in": "call_in", "Custom notification": "custom_notification"}),
        ("group_relation", "relation_type", {"Feud": "dispute", "Allied": "alliance"}),
        ("service_referral", "status",
         {"Referred": "referred", "Contacted": "contacted", "Accepted": "accepted", "Active": "active",
          "Completed": "completed", "Closed": "stopped"}),
    ],
)  # fmt: skip
def test_words_of_the_office_meet_in_standard_codes(
    world: World, kind: str, column: str, words: dict[str, str]
) -> None:
    expected = Counter(words[record[column]] for record in world.current(kind))
    sql = f"select {column}_code, count(*) from core.fct_{kind} where jurisdiction_id = '{MILLBROOK}' group by 1"
    assert dict(world.rows(sql)) == expected


def test_reviews_meet_their_shootings_and_referrals_their_contacts(world: World) -> None:
    shootings = json.loads((world.truth / "current.json").read_text())[f"{MILLBROOK}/shooting"]["shooting_incident"]
    cases = {key for (key,), *_ in shootings["rows"]}
    reviewed = sum(record["incident_id"] in cases for record in world.current("incident_review"))
    joined = "select count(*) from core.fct_incident_review join core.fct_shooting_incident using (incident_key)"
    assert world.rows(joined) == [(reviewed,)]
    assert reviewed >= 10
    contacts = {record["engagement_id"] for record in world.current("engagement")}
    offered = sum(record["engagement_id"] in contacts for record in world.current("service_referral"))
    joined = "select count(*) from core.fct_service_referral join core.fct_engagement using (engagement_key)"
    assert world.rows(joined) == [(offered,)]
    assert offered >= 3


def test_what_was_not_recorded_is_neither_yes_nor_no(world: World) -> None:
    """Help is offered, not offered, or nobody was there to whom it could be."""
    found = dict(world.rows(
        f"select has_service_offer, count(*) from core.fct_engagement where jurisdiction_id = '{MILLBROOK}' group by 1"
    ))  # fmt: skip
    assert found == Counter(record["has_service_offer"] for record in world.current("engagement"))
    assert found[None] > 0


def test_groups_and_memberships_are_restricted_and_names_stay_where_they_belong(world: World) -> None:
    tiers = publication(world.settings).manifest["tiers"]
    for table in ("dim_group", "fct_group_membership", "fct_group_roster", "fct_group_relation"):
        assert tiers[f"core.{table}"]["tier"] == "T3", table
    for kind, column in (("engagement", "group_key"), ("incident_review", "victim_group_key")):
        assert tiers[f"core.fct_{kind}"]["columns"][column] == "T3"
    names = {name for told in tiers.values() for name in told["columns"]}
    assert not names & {"group_id", "group_name", "stated_facts", "roster_entered_by", "session_id", "delivered_by"}


def test_links_do_not_tell_who_is_on_a_roster(world: World) -> None:
    """Only T3 sees that an entry belongs to a person; to others nothing is missing and nobody is without records."""
    link(world.settings)
    api.build(world.settings)
    roster = {key for (key,) in world.rows("select mention_key from core.fct_group_roster")}
    open_to_all = {key for (key,) in world.rows("select mention_key from core.person_membership")}
    apart = {key for (key,) in world.rows("select mention_key from core.person_membership_roster")}
    assert not open_to_all & roster
    assert apart, "no entry tells who it is"
    assert apart <= roster
    assert publication(world.settings).manifest["tiers"]["core.person_membership_roster"]["tier"] == "T3"
    bare = "select count(*) from core.dim_person where status = 'active' and mentions = 0"
    assert world.rows(bare) == [(0,)]
    only_rosters = (
        "select count(distinct person_key) from core.person_membership_roster where known_to is null and person_key not in "
        "(select person_key from core.dim_person)"
    )
    assert world.rows(only_rosters)[0][0] > 0
