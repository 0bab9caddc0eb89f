"""A site written by hand: people with reasons, ties, supervision, groups and contacts, and three shootings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cli import nnsc
from linkage.run import run
from support.engines import no_data_tests
from support.warehouse_world import ARRESTS, SHOOTINGS, World, make_world, shooting, write_feed
from warehouse import api
from warehouse.dbt_runner import run_dbt

PLACE = "us_aa_first"
TERMS, ROSTER, RELATIONS, CONTACTS = (f"{PLACE}/{name}" for name in ("terms", "roster", "relations", "contacts"))
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

#: Whom a messenger sought, when, and what came of it.
CONTACTED = (("Edda", date(2024, 1, 15), "Reached"), ("Dora", date(2024, 1, 16), "Refused"),
             ("Amos", date(2023, 9, 1), "Reached"), ("Amos", date(2024, 3, 1), "Reached"))  # fmt: skip


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
    for n, (name, day, outcome) in enumerate(CONTACTED if kind == "engagement" else ()):
        yield {"record_key": f"c{n}", "engagement_key": f"c{n}", "engagement_id": f"c{n}", "engagement_type": "Custom notification",
               "engaged_on": day, "outcome": outcome, **person("participant", name)}  # fmt: skip


def shootings() -> dict[str, list[dict[str, Any]]]:
    """Vera is shot and Bela is suspected; Cyril, and later the minor, are shot by nobody knows whom."""
    vera = {"victim_age": 22, "victim_first_name": "Vera", "victim_last_name": "Verasson", "victim_sid": "90000009",
            "victim_birth_date": date(2001, 9, 19)}  # fmt: skip
    later: dict[str, dict[str, Any]] = {
        case: {"occurred_at": datetime(2024, 1, day, 3), "occurred_at_local": datetime(2024, 1, day - 1, 22)}
        for case, day in (("s2", 10), ("s3", 18))
    }
    victims = {"s1": vera, "s2": person("victim", "Cyril"), "s3": {**person("victim", "Milo"), "victim_age": 17}}
    return {
        "shooting_incident": [shooting("shooting_incident", "insert", f"i{s}", s, **later.get(s, {})) for s in victims],
        "shooting_victim": [
            shooting("shooting_victim", "insert", f"v{s}", s, is_fatal=False, **who, **later.get(s, {}))
            for s, who in victims.items()
        ],
        "shooting_suspect": [shooting("shooting_suspect", "insert", "us1", "s1", **person("suspect", "Bela"))],
    }


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


def made(home: Path) -> Site:
    """The site, linked and built."""
    world = make_world(home)
    for feed, kinds in {
        TERMS: ["probation_term"],
        ROSTER: ["group_roster"],
        RELATIONS: ["group_relation"],
        CONTACTS: ["engagement"],
    }.items():
        write_feed(world.settings, feed, kinds)
    world.deliver(SHOOTINGS, 20, shootings())
    feeds = {
        ARRESTS: "arrest",
        TERMS: "probation_term",
        ROSTER: "group_roster",
        RELATIONS: "group_relation",
        CONTACTS: "engagement",
    }
    for feed, kind in feeds.items():
        world.deliver(feed, 30, {kind: [{"op": "insert", **row} for row in rows(kind)]})
    api.load(world.settings, world.active)
    run_dbt(world.settings, ["run", "--full-refresh", "--select", "+person_mention"])  # all that linking reads
    run(world.settings.model_copy(update={"clock": datetime(2030, 1, 1, tzinfo=UTC)}), full=True)
    with no_data_tests():  # which larger worlds with people run (test_marts_truth.py)
        api.build(world.settings, world.active)
    found = api.query(
        world.settings,
        "select distinct record_key, person_key from core.fct_arrest join core.person_membership using (mention_key) "
        "where grade = 'action' and known_to is null",
    ).rows
    return Site(world, {key[2:]: person_key for key, person_key in found})
