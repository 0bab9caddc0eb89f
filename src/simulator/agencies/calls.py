"""Rivermouth's dispatch center: calls for service with their types, ends and points."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS
from simulator.forms import Column, Form, Kind, degrees, flag, hms, joined, ymd
from simulator.places import PLACES, RIVERMOUTH

#: What the dispatchers write for each kind of call; "" is a type that no list understands.
TYPES: dict[str, tuple[str, ...]] = {
    "drug": ("NARCOTICS ACTIVITY", "DRUG SALES IN PROGRESS", "11350 HS - POSS CONTROLLED SUBSTANCE"),
    "disorder": ("DISTURBANCE - LOUD PARTY", "LOITERING", "DRINKING IN PUBLIC", "UNWANTED PERSON"),
    "violence": ("ASSAULT", "FIGHT IN PROGRESS", "ROBBERY", "BRANDISHING A WEAPON"),
    "shots_fired": ("SHOTS FIRED", "SHOTSPOTTER ALERT"),
    "domestic": ("DOMESTIC VIOLENCE", "FAMILY DISTURBANCE"),
    "property": ("BURGLARY", "THEFT", "STOLEN VEHICLE", "VANDALISM"),
    "traffic": ("TRAFFIC STOP", "HIT AND RUN - NO INJURY", "PARKING COMPLAINT"),
    "medical": ("OVERDOSE", "MEDICAL AID", "WELFARE CHECK"),
    "other": ("ALARM - COMMERCIAL", "ASSIST OTHER AGENCY"),
    "": ("ZZ-UNLISTED",),
}
#: How a call ends, by standard code; "" is a call of which no end was written down.
ENDS: dict[str, str] = {
    "report": "REPORT TAKEN", "arrest": "ARREST MADE", "no_report": "NO REPORT", "not_found": "GONE ON ARRIVAL",
    "unfounded": "UNFOUNDED", "duplicate": "DUPLICATE", "cancelled": "CANCELLED BY CALLER", "": "",
}  # fmt: skip

CALLS = Form(
    feed_id=f"{RIVERMOUTH}/calls", mode="full", stem="rpd_calls", zone=PLACES[RIVERMOUTH].zone,
    layouts={"2024": (
        Column("call_no", "number"), Column("received", "at", joined(ymd(), hms)), Column("call_type", "type"),
        Column("on_view", "on_view", flag("Y", "N")), Column("disposition", "end"), Column("incident_no", "case"),
        Column("location", "location"), Column("district", "area"), Column("beat", "beat"), Column("lat", "lat", degrees),
        Column("lon", "lon", degrees), Column("caller_phone", "secret"),
    )},
    kinds=(
        Kind("call_for_service", ("number",), "unique", {
            "call_id": "number", "incident_id": "case", "received_at": "at", "call_type": "type",
            "is_officer_initiated": "on_view", "disposition": "end", "area_id": "area", "beat_id": "beat",
            "location_text": "location", "latitude": "lat", "longitude": "lon",
        }),
    ),
    vary=("location", "lat"), losable="disposition", flags=("on_view",),
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "blank_type", "coordinate_text", "contradicting_duplicate"),
)  # fmt: skip
