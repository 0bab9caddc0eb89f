"""Millbrook, Ohio: a gzipped log of changed bookings, and shootings with victim and suspect side by side."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS, Agency, person
from simulator.forms import Column, Form, Kind, degrees, flag, hms, joined, mdy, ymd
from simulator.places import MILLBROOK, PLACES
from simulator.recording import Habits

_PLACE = PLACES[MILLBROOK]

_ARREST = Form(
    feed_id=f"{MILLBROOK}/arrest", mode="append", stem="bookings", zone=_PLACE.zone, gzip=True, suffix=".csv.gz",
    layouts={"2024": (
        Column("BookingNum", "number"), Column("CaseNum", "case"),
        Column("ArrestDateTime", "at", joined(ymd("/"), hms)), Column("LastName", "last"), Column("FirstName", "first"),
        Column("MI", "middle"), Column("Suffix", "suffix"), Column("DOB", "dob", mdy), Column("Age", "age"),
        Column("Sex", "sex"), Column("RaceEth", "race"), Column("OhioSID", "sid"), Column("FBI", "fbi"),
        Column("Offense", "charge_1"), Column("ORC", "statute_1"), Column("Level", "level_1"),
        Column("Disposition", "disposition_1"), Column("Precinct", "area"), Column("Beat", "beat"),
        Column("ArrestAddress", "location"), Column("LastUpdated", "updated"), Column("Clerk", "junk"),
    )},
    kinds=(
        Kind("arrest", ("number",), "latest", {
            "arrest_id": "number", "incident_id": "case", "arrested_at": "at", "arrested_on": "on", "precinct_id": "area",
            "beat_id": "beat", "location_text": "location",
            **person("arrestee", "last_name", "first_name", "middle_name", "name_suffix", "birth_date", "age", "sex",
                     "race", "sid", "fbi_number"),
        }, person="person"),
        Kind("arrest_charge", ("number",), "latest", {
            "arrest_id": "number", "charge_number": "=1", "source_offense": "charge_1", "statute": "statute_1",
            "charge_level": "level_1", "disposition": "disposition_1",
        }),
    ),
    vary=("disposition_1", "location"), losable="OhioSID", null_marker="NULL",
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "age_text", "age_too_old", "age_negative", "birth_ancient",
            "birth_impossible"),
)  # fmt: skip

_INCIDENT = {"incident_id": "case", "occurred_at": "at", "precinct_id": "area", "beat_id": "beat",
             "location_text": "location", "latitude": "lat", "longitude": "lon"}  # fmt: skip

_SHOOTING = Form(
    feed_id=f"{MILLBROOK}/shooting", mode="full", stem="shooting_log", zone=_PLACE.zone,
    layouts={"2024": (
        Column("CaseNumber", "case"), Column("OccurredDate", "at", mdy), Column("OccurredTime", "at", hms),
        Column("VictimNo", "victim_no"), Column("VicLast", "last"), Column("VicFirst", "first"),
        Column("VicDOB", "dob", mdy), Column("VicAge", "age"), Column("VicSex", "sex"), Column("VicRace", "race"),
        Column("VicSID", "sid"), Column("VictimDied", "fatal", flag("Yes", "No")), Column("Wound", "wound"),
        Column("SuspectNo", "suspect_no"), Column("SusLast", "s_last"), Column("SusFirst", "s_first"),
        Column("SusDOB", "s_dob", mdy), Column("SusAge", "s_age"), Column("SusSex", "s_sex"),
        Column("SusRace", "s_race"), Column("Precinct", "area"), Column("Beat", "beat"), Column("Address", "location"),
        Column("Latitude", "lat", degrees), Column("Longitude", "lon", degrees), Column("DetectiveNotes", "secret"),
    )},
    kinds=(
        Kind("shooting_incident", ("case",), "collapse", _INCIDENT),
        Kind("shooting_victim", ("case", "victim_no"), "unique", {
            **_INCIDENT, "is_fatal": "fatal", "wound": "wound",
            **person("victim", "last_name", "first_name", "birth_date", "age", "sex", "race", "sid"),
        }, person="person", present="victim_no"),
        Kind("shooting_suspect", ("case", "suspect_no"), "unique", {
            "incident_id": "case",
            **person("suspect", "last_name", "first_name", "birth_date", "age", "sex", "race", prefix="s_"),
        }, person="s_person", present="suspect_no"),
    ),
    vary=("age", "wound"), losable="Wound", null_marker="NULL", flags=("fatal",),
    faults=(*COMMON_FAULTS, "blank_date", "blank_time", "blank_number", "age_text", "suspect_age_text",
            "suspect_age_too_old", "birth_ancient", "birth_future", "flag_unknown", "flag_blank", "coordinate_text",
            "contradicting_duplicate"),
)  # fmt: skip

AGENCY = Agency(
    _PLACE,
    Habits("MB", upper=False, races={"Hispanic": "Hispanic/Latino", "Black": "African American"}),
    case_number=lambda n, at: f"{at.year % 100}-{n:05d}",
    arrest_number=lambda n, at: f"{at.year}{n:07d}",
    arrest=_ARREST,
    shooting=_SHOOTING,
)
