"""Ohio's simulated department of correction: incidents by person, movements, and everybody in custody on one day."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS, Codes, person
from simulator.departments import DEPARTMENTS, OH_STATE
from simulator.forms import Column, Form, Kind, d_mon_y, flag, hm, joined, mdy, mdy_12h, ymd
from simulator.recording import Habits

_ZONE = DEPARTMENTS[OH_STATE].zone
CODES = Codes(
    what={"fight": "Fight", "brawl": "Fight", "assault": "Assault on inmate", "staff": "Assault on staff",
          "possession": "Possession of weapon"},
    role={"aggressor": "Aggressor", "victim": "Victim", "combatant": "Mutual combatant", "witness": "Witness",
          "staff": "Staff victim"},
    weapon={"shank": "Sharpened instrument", "lock in a sock": "Blunt instrument", "razor": "Razor"},
    unarmed=("No weapon", "Hands/feet"),
    injury={"none": "None", "minor": "Minor", "serious": "Serious", "hospital": "Hospital"},
    finding=("RIB guilty", "RIB not guilty", None),
)  # fmt: skip
HABITS = Habits("A", upper=False, sexes=("Male", "Female", "Unknown"), races={"Hispanic": "Hispanic", "Asian": "Other"})

INCIDENTS = Form(
    feed_id=f"{OH_STATE}/incidents", mode="full", stem="incident_persons", zone=_ZONE,
    layouts={"2024": (
        Column("IncidentNo", "number"), Column("PersonNo", "person_no"), Column("IncidentDateTime", "at", mdy_12h),
        Column("Institution", "facility"), Column("HousingUnit", "unit"), Column("IncidentType", "what"),
        Column("Weapon", "weapon"), Column("STGRelated", "linked", flag("Yes", "No")), Column("Role", "role"),
        Column("OffenderNo", "local"), Column("LastName", "last"), Column("FirstName", "first"), Column("DOB", "dob", mdy),
        Column("Sex", "sex"), Column("Race", "race"), Column("Injury", "hurt"), Column("RIBDecision", "verdict"),
        Column("RHDays", "days"), Column("InvestigatorNotes", "secret"),
    )},
    kinds=(
        Kind("prison_incident", ("number",), "collapse", {
            "incident_id": "number", "occurred_at": "at", "facility_id": "facility", "unit_id": "unit",
            "source_class": "what", "weapon": "weapon", "is_group_linked": "linked",
        }),
        Kind("prison_incident_person", ("number", "person_no"), "unique", {
            "incident_id": "number", "involvement": "role", "injury": "hurt", "finding": "verdict",
            "restrictive_housing_days": "days",
            **person("participant", "last_name", "first_name", "birth_date", "sex", "race", "local_id"),
        }, person="person"),
    ),
    vary=("hurt",), losable="Injury", null_marker="NULL", flags=("linked",),
    faulty=0.05,
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "blank_person_no", "days_text", "days_negative",
            "days_too_many", "group_flag_unknown", "birth_ancient", "birth_impossible", "birth_future",
            "contradicting_duplicate"),
)  # fmt: skip

POPULATION = Form(
    feed_id=f"{OH_STATE}/population", mode="window", stem="inmate_roster", zone=_ZONE, gzip=True, suffix=".csv.gz",
    window_column="snapshot_on", snapshot=True,
    layouts={"2024": (
        Column("OFFENDER_NO", "local_key"), Column("LAST", "last"), Column("FIRST", "first"), Column("MI", "middle"),
        Column("DOB", "dob", d_mon_y), Column("AGE", "age"), Column("SEX", "sex"), Column("RACE", "race"),
        Column("INSTITUTION", "facility"), Column("UNIT", "unit"), Column("SECURITY", "level"),
        Column("ADMITTED", "at", d_mon_y), Column("OFFENSE", "offense"), Column("STG", "linked", flag("Y", "N")),
        Column("INFRACTION", "infraction", flag("Y", "N")), Column("RELIGION", "secret"),
    )},
    kinds=(
        Kind("custody_census", ("local_key", "snapshot_text"), "unique", {
            "snapshot_on": "snapshot", "facility_id": "facility", "unit_id": "unit", "people_count": "=1",
            "admitted_at": "at", "custody_level": "level", "source_offense": "offense", "has_group_flag": "linked",
            "has_infraction": "infraction", "inmate_local_id": "local_key",
            **person("inmate", "last_name", "first_name", "middle_name", "birth_date", "age", "sex", "race"),
        }, person="person"),
    ),
    vary=("level",), losable="SECURITY", flags=("linked", "infraction"),
    faulty=0.05,
    faults=("row_too_long", "row_too_short", "impossible_date", "blank_offender", "age_text", "age_too_old",
            "age_negative", "group_flag_unknown", "birth_ancient", "birth_impossible", "birth_future",
            "contradicting_duplicate"),
)  # fmt: skip

#: What the department writes for each reason of the books; "" is a movement within the unit.
REASONS = {
    "New commitment": "Admission", "Transfer": "Transfer", "Housing change": "Bed assignment", "": "Bed assignment",
    "Restrictive housing": "Placed in RHU", "Return to general population": "Release from RHU", "Released": "Discharged",
}  # fmt: skip
MOVEMENTS = Form(
    feed_id=f"{OH_STATE}/movements", mode="full", stem="movement_log", zone=_ZONE,
    layouts={"2024": (
        Column("MovementNo", "number"), Column("BookingNo", "booking"), Column("OffenderNo", "local"),
        Column("LastName", "last"), Column("FirstName", "first"), Column("DOB", "dob", mdy), Column("Sex", "sex"),
        Column("Race", "race"), Column("MovedAt", "at", joined(ymd(), hm)), Column("Reason", "reason"),
        Column("FromInst", "from_facility"), Column("FromUnit", "from_unit"), Column("FromCell", "from_cell"),
        Column("ToInst", "to_facility"), Column("ToUnit", "to_unit"), Column("ToCell", "to_cell"), Column("Bunk", "bunk"),
        Column("EscortNotes", "secret"),
    )},
    kinds=(
        Kind("prison_movement", ("number",), "unique", {
            "movement_id": "number", "booking_id": "booking", "moved_at": "at", "movement_reason": "reason",
            "from_facility_id": "from_facility", "from_unit_id": "from_unit", "from_cell_id": "from_cell",
            "to_facility_id": "to_facility", "to_unit_id": "to_unit", "to_cell_id": "to_cell", "bunk_id": "bunk",
            **person("inmate", "last_name", "first_name", "birth_date", "sex", "race", "local_id"),
        }, person="person"),
    ),
    vary=("bunk",), losable="Bunk",
    faulty=0.05,
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "birth_ancient", "birth_impossible", "birth_future",
            "contradicting_duplicate"),
)  # fmt: skip
