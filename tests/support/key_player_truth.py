"""Who has which reason as a key player in California's prisons, from what the simulator's records truly say."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from settings import Settings
from warehouse.engine import engine_for

FEED = "sim_us_ca_state/incidents"
#: Class as recorded -> what it is without a weapon; the fights are fights of many from three people on.
_CLASSES = {"BATTERY ON STAFF": "assault_on_staff", "MELEE": "multi_person_fight"}
_VIOLENT = {"MUTUAL COMBAT", "MELEE", "BATTERY ON PRISONER", "BATTERY ON STAFF"}
_WEAPONS = {"INMATE MADE STABBING WEAPON", "LOCK IN SOCK", "RAZOR"}
_RULES = {
    ("assault_on_staff", "AGGRESSOR", "GUILTY"): "staff_found",
    ("assault_with_weapon", "AGGRESSOR", "GUILTY"): "weapon_found",
    ("multi_person_fight", "AGGRESSOR", "GUILTY"): "fight_found",
    ("multi_person_fight", "PARTICIPANT", "GUILTY"): "fight_taken_part",
    ("assault_on_staff", "AGGRESSOR", "PENDING"): "staff_pending",
    ("assault_with_weapon", "AGGRESSOR", "PENDING"): "weapon_pending",
    ("multi_person_fight", "AGGRESSOR", "PENDING"): "fight_pending",
}
#: Record of the agency, rule, day, finding, whether the incident is linked to a group.
Reasons = Counter[tuple[Any, ...]]


def classes(incident: Any) -> set[str]:
    """The targeted classes of an incident."""
    found = {_CLASSES[incident.source_class]} if incident.source_class in _CLASSES else set()
    if incident.source_class == "MUTUAL COMBAT" and incident.participant_count >= 3:
        found.add("multi_person_fight")
    if incident.source_class in _VIOLENT and incident.weapon in _WEAPONS:
        found.add("assault_with_weapon")
    return found


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the warehouse itself, as the agency's own keys, which come first, are in no publication."""
    with engine_for(settings).session() as db:
        found = db.execute(sql).fetchall()
    return [("|".join(json.loads(key)), *others) for key, *others in found]


def waiting(world: Path, kind: str) -> set[str]:
    """Keys of the agency's records whose newest row waits for a correction."""
    told = json.loads((world / "world" / "truth" / "current.json").read_text())[FEED][kind]
    return {"|".join(key) for key in told["pending"]}


def expected(world: Path, incidents: pd.DataFrame, parts: pd.DataFrame) -> Reasons:
    """Reasons by the records that are current, one part and class at a time."""
    told = {i.incident_id: i for i in incidents[incidents["feed_id"] == FEED].itertuples()}
    held_back, late = waiting(world, "prison_incident"), waiting(world, "prison_incident_person")
    found: Reasons = Counter()
    for part in parts[parts["feed_id"] == FEED].itertuples():
        incident = told.get(part.incident_id)
        if incident is None or incident.finding == "UNSUBSTANTIATED":
            continue
        if incident.source_key in held_back or part.source_key in late:
            continue
        for code in classes(incident):
            if rule := _RULES.get((code, part.involvement, part.finding)):
                day = str(pd.Timestamp(incident.occurred_at).date())
                found[part.source_key, rule, day, part.finding.lower(), incident.is_group_linked] += 1
    return found


def told_reasons(settings: Settings) -> Reasons:
    """The same of the publication; a mention of nobody in particular has no person and no reason."""
    found = rows(
        settings,
        "select source_key, rule_id, evidence_on::varchar, finding_code, is_group_linked from marts.mart_pvi__key_player "
        "join restricted.record_source using (feed_id, record_key) "
        "where record_source.record_kind = 'prison_incident_person' and record_source.known_to is null",
    )
    return Counter(found)


def nobody(settings: Settings) -> set[str]:
    """Keys of parts of which nothing says whose they are."""
    sql = (
        "select source_key from core.fct_prison_incident_person as part join restricted.record_source as source "
        "on source.feed_id = part.feed_id and source.record_key = part.record_key and source.known_to is null "
        "and source.record_kind = 'prison_incident_person' where part.mention_key not in "
        "(select mention_key from core.person_membership where grade = 'action' and known_to is null)"
    )
    return {key for key, *_ in rows(settings, sql)}
