"""Rivermouth, California: a wide arrest export with four charge groups, and shooting victims without ids."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS, Agency, person
from simulator.forms import Column, Form, Kind, degrees, flag, hm, mdy, ymd
from simulator.places import PLACES, RIVERMOUTH
from simulator.recording import Habits

_PLACE = PLACES[RIVERMOUTH]
_TEXTS = {
    "arrest_no": "number", "incident_no": "case", "last_name": "last", "first_name": "first", "middle_name": "middle",
    "suffix": "suffix", "aka": "alias", "sex": "sex", "race": "race", "ethnicity": "ethnicity", "sid": "sid",
    "fbi_no": "fbi", "person_no": "local", "home_address": "address", "district": "area", "beat": "beat",
    "arrest_location": "location", "ssn_last4": "secret", "booking_officer": "junk",
}  # fmt: skip


def _charges(title: bool) -> tuple[Column, ...]:
    found = []
    for i in range(1, 5):
        for part, fact in (("", "charge"), ("_code", "code"), ("_level", "level")):
            name = f"charge_{i}{part}"
            found.append(Column(_title(name) if title else name, f"{fact}_{i}"))
    return tuple(found)


def _title(name: str) -> str:
    return name.replace("_", " ").title()


def _arrest_columns(title: bool) -> tuple[Column, ...]:
    """The old export, or the new records system's: other headings, month-first dates."""
    name = _title if title else str
    day = mdy if title else ymd()
    texts = tuple(Column(name(heading), fact) for heading, fact in _TEXTS.items())
    return (
        *texts[:2], Column(name("arrest_date"), "at", day), Column(name("arrest_time"), "at", hm), *texts[2:7],
        Column(name("dob"), "dob", day), Column(name("age"), "age"), *texts[7:], Column(name("lat"), "lat", degrees),
        Column(name("lon"), "lon", degrees), *_charges(title),
    )  # fmt: skip


_ARREST = Form(
    feed_id=f"{RIVERMOUTH}/arrest", mode="full", stem="rpd_arrests", zone=_PLACE.zone,
    layouts={"2024": _arrest_columns(False), "2025 records system": _arrest_columns(True)},
    kinds=(
        Kind("arrest", ("number",), "unique", {
            "arrest_id": "number", "incident_id": "case", "arrested_at": "at", "arrested_on": "on", "area_id": "area",
            "beat_id": "beat", "location_text": "location", "latitude": "lat", "longitude": "lon",
            **person("arrestee", "last_name", "first_name", "middle_name", "name_suffix", "alias_names", "birth_date",
                     "age", "sex", "race", "ethnicity", "sid", "fbi_number", "local_id", "address"),
        }, person="person"),
        Kind("arrest_charge", ("number", "{i}"), "unique", {
            "arrest_id": "number", "charge_number": "{i}", "source_offense": "charge_{i}",
            "source_offense_code": "code_{i}", "charge_level": "level_{i}",
        }, present="charge_{i}", repeat=4),
    ),
    vary=("location", "age", "lat"), losable="arrest_location",
    faults=(*COMMON_FAULTS, "blank_date", "blank_time", "blank_number", "age_text", "age_fraction", "age_too_old",
            "age_negative", "birth_ancient", "birth_impossible", "birth_future", "coordinate_text",
            "contradicting_duplicate"),
)  # fmt: skip

_INCIDENT = {"incident_id": "case", "occurred_at": "at", "area_id": "area", "beat_id": "beat",
             "location_text": "location", "latitude": "lat", "longitude": "lon"}  # fmt: skip

_SHOOTING = Form(
    feed_id=f"{RIVERMOUTH}/shooting", mode="full", stem="rpd_shooting_victims", zone=_PLACE.zone, line_end="\r\n",
    layouts={"2024": (
        Column("incident_no", "case"), Column("date", "at", ymd()), Column("time", "at", hm),
        Column("victim_age", "age"), Column("victim_sex", "sex"), Column("victim_race", "race"),
        Column("fatal", "fatal", flag("1", "0")), Column("wound", "wound"), Column("code", "offense"),
        Column("location", "location"), Column("district", "area"), Column("beat", "beat"),
        Column("lat", "lat", degrees), Column("lon", "lon", degrees), Column("row_id", "junk"),
    )},
    kinds=(
        Kind("shooting_victim", ("case",), "ordinal", {
            **_INCIDENT, "is_fatal": "fatal", "wound": "wound", "source_offense": "offense",
            **person("victim", "age", "sex", "race"),
        }, person="person"),
        Kind("shooting_incident", ("case",), "collapse", _INCIDENT),
    ),
    vary=("age", "wound"), losable="wound", whole_text=("case",),
    faults=(*COMMON_FAULTS, "blank_date", "blank_time", "blank_number", "number_text", "age_text", "age_too_old",
            "flag_unknown", "flag_blank", "coordinate_text"),
)  # fmt: skip

AGENCY = Agency(
    _PLACE,
    Habits("R", races={"Hispanic": "H", "White": "W", "Black": "B", "Asian": "A"}),
    case_number=lambda n, at: f"{at.year}{n:06d}",
    arrest_number=lambda n, at: f"A{at.year % 100}-{n:06d}",
    arrest=_ARREST,
    shooting=_SHOOTING,
)
