"""Lagrange, Texas: pipe-separated; arrests of the last weeks only, and shooting victims with an id of their own."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS, Agency, person
from simulator.forms import Column, Form, Kind, d_mon_y, degrees, flag, hms, joined, mdy_12h, ymd
from simulator.places import LAGRANGE, PLACES
from simulator.recording import Habits

_PLACE = PLACES[LAGRANGE]

_ARREST = Form(
    feed_id=f"{LAGRANGE}/arrest", mode="window", stem="ARRESTS", zone=_PLACE.zone, separator="|", suffix=".txt",
    line_end="\r\n", window_days=60, window_column="arrested_on",
    layouts={"2024": (
        Column("ARREST_ID", "number"), Column("OFFENSE_REPORT", "case"), Column("ARR_DATE", "at", d_mon_y),
        Column("LAST", "last"), Column("FIRST", "first"), Column("MIDDLE", "middle"), Column("SFX", "suffix"),
        Column("AKA", "alias"), Column("DOB", "dob", d_mon_y), Column("SEX", "sex"), Column("RACE", "race"),
        Column("ETHN", "ethnicity"), Column("TX_SID", "sid"), Column("FBI", "fbi"), Column("PID", "local"),
        Column("HOME_ADDR", "address"), Column("DIST", "area"), Column("BEAT", "beat"), Column("BLOCK", "location"),
        Column("LAT", "lat", degrees), Column("LON", "lon", degrees), Column("CHARGES", "junk"), Column("SSN", "secret"),
    )},
    kinds=(
        Kind("arrest", ("number",), "unique", {
            "arrest_id": "number", "incident_id": "case", "arrested_on": "on", "area_id": "area", "beat_id": "beat",
            "location_text": "location", "latitude": "lat", "longitude": "lon",
            **person("arrestee", "last_name", "first_name", "middle_name", "name_suffix", "alias_names", "birth_date",
                     "sex", "race", "ethnicity", "sid", "fbi_number", "local_id", "address"),
        }, person="person"),
    ),
    vary=("location", "lat"), losable="TX_SID", null_marker="(null)",
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "birth_ancient", "birth_impossible", "birth_future",
            "coordinate_text", "contradicting_duplicate"),
)  # fmt: skip

_INCIDENT = {"incident_id": "case", "occurred_at": "at", "area_id": "area", "beat_id": "beat",
             "location_type": "premise", "location_text": "location", "latitude": "lat", "longitude": "lon"}  # fmt: skip


def _shooting_columns(republished: bool) -> tuple[Column, ...]:
    """The usual file, or the one that the new portal wrote: ISO moments under another heading."""
    moment = Column("OCCURRED_AT", "at", joined(ymd(), hms, "T")) if republished else Column("OCCURRED", "at", mdy_12h)
    return (
        Column("VICTIM_ID", "victim_id"), Column("CASE_NO", "case"), moment, Column("AGE", "age"), Column("SEX", "sex"),
        Column("RACE", "race"), Column("FATAL", "fatal", flag("Y", "N")), Column("INJURY", "wound"),
        Column("DISTRICT", "area"), Column("BEAT", "beat"), Column("PREMISE", "premise"), Column("BLOCK", "location"),
        Column("LAT", "lat", degrees), Column("LON", "lon", degrees), Column("EXPORT_BATCH", "junk"),
    )  # fmt: skip


_SHOOTING = Form(
    feed_id=f"{LAGRANGE}/shooting", mode="full", stem="GUNSHOT_VICTIMS", zone=_PLACE.zone, separator="|", suffix=".txt",
    layouts={"2024": _shooting_columns(False), "portal": _shooting_columns(True)},
    kinds=(
        Kind("shooting_victim", ("victim_id",), "unique", {
            **{column: fact for column, fact in _INCIDENT.items() if column != "location_type"}, "is_fatal": "fatal",
            "wound": "wound", **person("victim", "age", "sex", "race"),
        }, person="person"),
        Kind("shooting_incident", ("case",), "collapse", _INCIDENT),
    ),
    vary=("age", "wound"), losable="INJURY", null_marker="(null)", flags=("fatal",),
    faults=(*COMMON_FAULTS, "blank_date", "blank_victim_id", "age_text", "age_too_old", "age_negative", "flag_unknown",
            "flag_blank", "coordinate_text", "contradicting_duplicate"),
)  # fmt: skip

AGENCY = Agency(
    _PLACE,
    Habits("L", sexes=("1", "2", "9"), races={"Hispanic": "W", "White": "W", "Black": "B", "Asian": "A"}),
    case_number=lambda n, at: f"LG{at.year % 100}{n:05d}",
    arrest_number=lambda n, at: f"{at.year % 100}{at.month:02d}-{n:05d}",
    arrest=_ARREST,
    shooting=_SHOOTING,
)
