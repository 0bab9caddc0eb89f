"""Millbrook's lists about violence between partners: calls and arrests with both parties, and the notices given."""

from __future__ import annotations

from simulator.agencies.common import person
from simulator.forms import Column, Form, Kind, flag, mdy
from simulator.places import MILLBROOK, PLACES
from simulator.recording import Habits

_ZONE = PLACES[MILLBROOK].zone
HABITS = Habits("DV", upper=False, races={})
_YES_NO = flag("Yes", "No")
_FLAGS = ("charged", "felony", "weapon", "convicted", "prohibited")
_WHO = ("last_name", "first_name", "birth_date")

EVENTS = Form(
    feed_id=f"{MILLBROOK}/ipv_event", mode="full", stem="partner_calls", zone=_ZONE,
    layouts={"2025": (
        Column("Event", "number"), Column("Type", "type"), Column("Date", "at", mdy), Column("Couple", "pair"),
        Column("Address No", "address_no"), Column("District", "area"), Column("Charged", "charged", _YES_NO),
        Column("Felony", "felony", _YES_NO), Column("Weapon", "weapon", _YES_NO), Column("Convicted", "convicted", _YES_NO),
        Column("Order Violated", "prohibited", _YES_NO), Column("Last Name", "last"), Column("First Name", "first"),
        Column("Date of Birth", "dob", mdy), Column("SID", "sid"), Column("Victim No", "victim_no"),
        Column("Victim Last Name", "v_last"), Column("Victim First Name", "v_first"), Column("Victim Birth", "v_dob", mdy),
        Column("Victim Injury", "injury"), Column("Narrative", "secret"),
    )},
    kinds=(
        Kind("ipv_event", ("number",), "unique", {
            "event_id": "number", "event_type": "type", "occurred_on": "on", "pair_id": "pair", "address_id": "address_no",
            "area_id": "area", "is_charged": "charged", "is_felony": "felony", "has_weapon": "weapon",
            "is_convicted": "convicted", "is_prohibited": "prohibited", **person("offender", *_WHO, "sid"),
        }, person="person"),
        Kind("ipv_victim", ("number", "victim_no"), "unique", {
            "event_id": "number", "occurred_on": "on", "injury": "injury", **person("victim", *_WHO, prefix="v_"),
        }, person="v_person", present="victim_no"),
    ),
    vary=("area",), losable="Couple", flags=_FLAGS,
    faults=("row_too_short", "blank_number", "blank_date", "impossible_date", "future_date"),
)  # fmt: skip

NOTICES = Form(
    feed_id=f"{MILLBROOK}/ipvi_notice", mode="full", stem="partner_notices", zone=_ZONE,
    layouts={"2025": (
        Column("Notice", "number"), Column("Strategy", "strategy"), Column("Type", "type"), Column("Date", "at", mdy),
        Column("Level", "level"), Column("Last Name", "last"), Column("First Name", "first"),
        Column("Date of Birth", "dob", mdy), Column("SID", "sid"), Column("Outcome", "outcome"), Column("Given By", "by"),
    )},
    kinds=(
        Kind("engagement", ("number",), "unique", {
            "engagement_id": "number", "strategy": "strategy", "engagement_type": "type", "engaged_on": "on",
            "notice_level": "level", "outcome": "outcome", "delivered_by": "by", **person("participant", *_WHO, "sid"),
        }, person="person"),
    ),
    vary=("by",), losable="Outcome", faults=("row_too_short", "blank_date", "impossible_date"),
)  # fmt: skip

LISTS: tuple[Form, ...] = (EVENTS, NOTICES)
