"""Lists of practitioners: a template filled in as a person would, and the simulator's books to compare with."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import CliRunner
from openpyxl import load_workbook

from cli import nnsc
from settings import Settings
from simulator.places import MILLBROOK
from support.world import JURISDICTION
from warehouse import api
from warehouse.engine import engine_for

TEMPLATE = "us_oh_springfield/group_roster"
ENTRY = {
    "roster_id": "1", "group_id": "007", "group_name": "Lower End", "membership_role": "core",
    "basis_kind": "court_finding", "stated_facts": "Found by the court in the case of 2025", "valid_from": date(2025, 3, 1),
    "review_on": date(2026, 3, 1), "expires_on": date(2030, 3, 1), "roster_entered_by": "A", "roster_approved_by": "B",
    "member_last_name": "Zzyzx", "member_first_name": "Ana", "member_age": 31,
}  # fmt: skip
#: What may not pass (28 CFR 23 and the defects of a known database of gangs), and the rule that says so.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "2": ({"basis_kind": None}, "expect_column_values_to_not_be_null:basis_kind"),
    "3": ({"expires_on": None}, "expect_column_values_to_not_be_null:expires_on"),
    "4": ({"expires_on": date(2030, 3, 2)}, "expect_column_values_to_be_between:expires_on:since:reviewed_on"),
    "5": ({"expires_on": date(2025, 3, 1)}, "expect_column_values_to_be_between:expires_on:since:valid_from"),
    "6": ({"basis_kind": "arrest"}, "expect_column_values_to_be_in_set:basis_kind"),
    "7": ({"member_age": 9}, "expect_column_values_to_be_between:member_age"),
    "8": ({"stated_facts": "known member"}, "expect_column_value_lengths_to_be_between:stated_facts"),
    "10": ({"reviewed_on": date(2999, 1, 1)}, "expect_column_values_to_be_between:reviewed_on"),
    "11": ({"review_on": date(2026, 3, 2)}, "expect_column_values_to_be_between:review_on:since:reviewed_on"),
    "12": ({"member_age": None, "member_birth_date": date(2013, 3, 2)},
           "expect_column_values_to_be_between:valid_from:since:member_birth_date"),
    "13": ({"member_age": 0}, "expect_column_values_to_be_between:member_age"),
    "14": ({"member_age": None, "member_birth_date": date(1900, 12, 31)},
           "expect_column_values_to_be_between:member_birth_date"),
    "15": ({"member_age": None}, "expect_column_values_to_not_be_null:member_birth_date:or:member_age"),
    "16": ({"roster_entered_by": None}, "expect_column_values_to_not_be_null:roster_entered_by"),
    "17": ({"valid_from": None}, "expect_column_values_to_not_be_null:valid_from"),
    "18": ({"valid_from": date(2999, 1, 1), "review_on": date(2999, 6, 1), "expires_on": date(3000, 1, 1)},
           "expect_column_values_to_be_between:valid_from"),
    "19": ({"reviewed_on": date(2025, 2, 1), "review_on": date(2026, 1, 1), "expires_on": date(2030, 1, 1)},
           "expect_column_values_to_be_between:reviewed_on:since:valid_from"),
}  # fmt: skip
#: Reviewed in 2026, so five years count from then.
RENEWED = {"roster_id": "9", "reviewed_on": date(2026, 1, 15), "expires_on": date(2031, 1, 15)}


def grown_up(today: date) -> list[dict[str, Any]]:
    """Two entries of one person, first as a minor; both are current."""
    person = {"member_last_name": "Vandersloot", "member_first_name": "Milo", "member_sid": "OH5550017"}
    person["member_birth_date"] = today - timedelta(days=19 * 365 + 100)
    clock = {"review_on": today + timedelta(days=300), "expires_on": today + timedelta(days=900)}
    before = {"valid_from": today - timedelta(days=730), "reviewed_on": today - timedelta(days=30), "member_age": 17}
    return [
        {**ENTRY, "roster_id": "y1", **person, **clock, **before},
        {**ENTRY, "roster_id": "y2", **person, **clock, "valid_from": today - timedelta(days=20), "member_age": 19},
    ]


@dataclass
class World:
    """What is built, and the simulator's books."""

    settings: Settings
    truth: Path
    is_first: bool

    def has(self, case: bool, what: str = "too small a world") -> None:
        """A case that is compared occurs: in the first world, whose seed was chosen for it; others may lack it."""
        assert case or not self.is_first, what

    def current(self, kind: str) -> list[dict[str, Any]]:
        """The records that must be current, as the simulator wrote them down."""
        told = json.loads((self.truth / "current.json").read_text())[f"{MILLBROOK}/{kind}"][kind]
        return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]

    def practice(self) -> dict[str, list[dict[str, Any]]]:
        """What the office truly did and concluded."""
        found: dict[str, list[dict[str, Any]]] = json.loads((self.truth / "practice.json").read_text())
        return found

    def waiting(self, kind: str) -> set[str]:
        """Numbers of the records whose newest row waits for a correction."""
        told = json.loads((self.truth / "current.json").read_text())[f"{MILLBROOK}/{kind}"][kind]
        return {number for (number,) in told["pending"]}

    def told_until(self, kind: str) -> dict[str, str]:
        """The day up to which each current record was told, by its number; one that waits is as of the list before."""
        feed = f"{MILLBROOK}/{kind}"
        sent = [d["file"] for d in json.loads((self.truth / "deliveries.json").read_text()) if d["feed_id"] == feed]
        days = sorted(date.fromisoformat(file[-12:-4]).isoformat() for file in sent)
        told = json.loads((self.truth / "current.json").read_text())[feed][kind]
        waiting = self.waiting(kind)
        return {number: days[-2 if number in waiting else -1] for (number,), *_ in told["rows"]}

    def with_truth(self, kind: str, truth: str, form: str) -> list[tuple[dict[str, Any], dict[str, Any], str]]:
        """Each current record, what is true of it (by its number, whose ``form`` is given), and until when it was told."""
        until = self.told_until(kind)
        by_number = {form.format(n): one for n, one in enumerate(self.practice()[truth], start=1)}
        return [(r, by_number[r["key"][0]], until[r["key"][0]]) for r in self.current(kind)]

    def concluded(self) -> dict[str, str]:
        """The conclusion that was told of each case that was reviewed: the later one if it came before the list."""
        pairs = self.with_truth("incident_review", "reviews", "SR-{:04d}")
        return {
            record["incident_id"]: review["later"]
            if review["revised"] and review["revised"] <= day
            else review["first"]
            for record, review, day in pairs
        }

    def minors_on_roster(self) -> set[str]:
        """Mentions of entries that began when the member was younger than 18, by the birth date that the office wrote.

        The first of a month may stand for all of it, and that of January for the year: the latest day counts.
        """
        young = []
        for entry in self.current("group_roster"):
            if entry["member_birth_date"]:
                born = pd.Timestamp(entry["member_birth_date"])
                whole = {"years": 1} if born.month == 1 else {"months": 1}
                latest = born if born.day > 1 else born + pd.DateOffset(**whole)
                if pd.Timestamp(entry["valid_from"]) < latest + pd.DateOffset(years=18):
                    young.append(entry["key"][0])
        with engine_for(self.settings).session() as db:
            found = db.execute(
                "select mention_key from restricted.record_source join core.fct_group_roster using (feed_id, record_key) "
                "where feed_id = ? and list_contains(?, source_key)", [f"{MILLBROOK}/group_roster", young],
            ).fetchall()  # fmt: skip
        assert len(set(found)) == len(young)
        return {key for (key,) in found}

    def minors(self) -> set[str]:
        """People who were younger than 18 in any record, as far as ages, bands aside, and the roster's birth dates tell."""
        mentions, columns = self.minors_on_roster(), "information_schema.columns where table_schema = 'core'"
        aged = self.rows(f"select table_name, column_name from {columns} and column_name like '%\\_age' escape '\\'")
        named = {table for (table,) in self.rows(f"select table_name from {columns} and column_name = 'mention_key'")}
        for table, age in aged:
            if table in named:
                mentions |= {key for (key,) in self.rows(f"select mention_key from core.{table} where {age} < 18")}
        members = [row for kind in ("", "_roster", "_victim")
                   for row in self.rows(f"select mention_key, person_key from core.person_membership{kind}")]  # fmt: skip
        return {person for mention, person in members if mention in mentions}

    def shootings(self) -> set[str]:
        """Numbers of the shootings that the police tell of."""
        told = json.loads((self.truth / "current.json").read_text())[f"{MILLBROOK}/shooting"]["shooting_incident"]
        return {number for (number,), *_ in told["rows"]}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Of the publication."""
        return api.query(self.settings, sql).rows


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
    many = [{**ENTRY, "roster_id": f"m{n}", "member_first_name": f"Ana{n}"} for n in range(150)]
    for row, entry in enumerate([*entries, *many, *grown_up(settings.now().date())], start=2):
        for name, value in entry.items():
            sheet.cell(row=row, column=columns[name], value=value)
    target = settings.buckets / TEMPLATE / "roster.xlsx"
    target.parent.mkdir(parents=True)
    book.save(target)


def scorecards(world: World, today: str) -> dict[str, dict[str, Any]]:
    """What holds of each group on a day, by the name that the lists give it; what became of an entry is the simulator's."""
    cards: dict[str, dict[str, Any]] = {}

    def card(group: str) -> dict[str, Any]:
        return cards.setdefault(group, Counter({"members": 0, "victim": 0, "suspect": 0, "disputes": 0, "actions": 0}))

    def lasts(end: str | None, told_until: str) -> str:
        return end if end is not None and end <= told_until else "9999"

    for record, entry, day in world.with_truth("group_roster", "roster", "R{:04d}"):
        is_sound = record["key"][0] not in world.waiting("group_roster")
        holds = is_sound and entry["entered"] <= today < min(entry["expires"], lasts(entry["ended"], day))
        card(record["group_id"])["members"] += holds
    for record, relation, day in world.with_truth("group_relation", "relations", "D{:03d}"):
        is_open = relation["kind"] == "dispute" and relation["since"] <= today <= lasts(relation["until"], day)
        for side in ("group_id", "other_group_id"):
            card(record[side])["disputes"] += is_open
    for record, contact, _ in world.with_truth("engagement", "contacts", "C{:05d}"):
        names = ("contact", "reached") if contact["outcome"] == "reached" else ("contact",)
        for name in names if record["group_id"] else ():
            found = card(record["group_id"])
            found[name] = max(found[name] or "", contact["on"])
    for record, action, day in world.with_truth("enforcement_action", "enforcement", "EA-{:03d}"):
        if record["started_on"] <= today:
            found = card(record["group_id"])
            found["enforced"] = max(found["enforced"] or "", action["on"])
            found["actions"] += today <= lasts(action["ended"], day)
    conclusions, counted = world.concluded(), world.shootings()
    for record in world.current("incident_review"):
        if record["incident_id"] not in counted:  # the police withdrew it: it has no day
            continue
        for side in ("victim", "suspect"):
            if group := record[f"{side}_group_id"]:
                card(group)[side] += conclusions[record["incident_id"]] == "confirmed"
    return cards
