"""California's simulated department of correction: wide incident reports, stays from move to move, counts per unit."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS, Codes, person
from simulator.departments import CA_STATE, DEPARTMENTS
from simulator.forms import Column, Form, Kind, flag, hm, joined, mdy, ymd
from simulator.recording import Habits

_ZONE = DEPARTMENTS[CA_STATE].zone
PARTS = DEPARTMENTS[CA_STATE].largest
CODES = Codes(
    what={"fight": "MUTUAL COMBAT", "brawl": "MELEE", "assault": "BATTERY ON PRISONER", "staff": "BATTERY ON STAFF",
          "possession": "POSSESSION OF WEAPON"},
    role={"aggressor": "AGGRESSOR", "victim": "VICTIM", "combatant": "PARTICIPANT", "witness": "WITNESS", "staff": "STAFF"},
    weapon={"shank": "INMATE MADE STABBING WEAPON", "lock in a sock": "LOCK IN SOCK", "razor": "RAZOR"},
    unarmed=("NONE", None),
    injury={"none": "NONE", "minor": "MINOR", "serious": "SERIOUS", "hospital": "OUTSIDE HOSPITAL"},
    finding=("GUILTY", "NOT GUILTY", "PENDING"),
)  # fmt: skip
HABITS = Habits(
    "K", races={"Hispanic": "HIS", "White": "WHI", "Black": "BLA", "Asian": "OTH", "Native American": "OTH"}
)

_PART = (("PER", "role"), ("CDCR", "local"), ("LNAME", "last"), ("FNAME", "first"), ("AGE", "age"), ("ETH", "race"),
         ("INJ", "hurt"), ("DISP", "verdict"), ("RHU_DAYS", "days"))  # fmt: skip

INCIDENTS = Form(
    feed_id=f"{CA_STATE}/incidents", mode="full", stem="CDCR837_EXTRACT", zone=_ZONE, line_end="\r\n",
    layouts={"2024": (
        Column("LOG_NUMBER", "number"), Column("INC_DATE", "at", mdy), Column("INC_TIME", "at", hm),
        Column("INST", "facility"), Column("HOUSING", "unit"), Column("CRIME", "what"), Column("WEAPON", "weapon"),
        Column("INJURY", "injury"), Column("NUM_INVOLVED", "participants"), Column("STG_RELATED", "linked", flag("Y", "N")),
        Column("FINDING", "finding"),
        *(Column(f"{heading}{i}", f"{fact}_{i}") for i in range(1, PARTS + 1) for heading, fact in _PART),
        Column("NARRATIVE", "secret"), Column("REPORT_COPIES", "junk"),
    )},
    kinds=(
        Kind("prison_incident", ("number",), "unique", {
            "incident_id": "number", "occurred_at": "at", "facility_id": "facility", "unit_id": "unit",
            "source_class": "what", "weapon": "weapon", "injury_level": "injury", "participant_count": "participants",
            "finding": "finding", "is_group_linked": "linked",
        }),
        Kind("prison_incident_person", ("number", "{i}"), "unique", {
            "incident_id": "number", "involvement": "role_{i}", "injury": "hurt_{i}", "finding": "verdict_{i}",
            "restrictive_housing_days": "days_{i}", "participant_local_id": "local_{i}",
            "participant_last_name": "last_{i}", "participant_first_name": "first_{i}", "participant_age": "age_{i}",
            "participant_race": "race_{i}",
        }, person="person_{i}", present="role_{i}", repeat=PARTS),
    ),
    vary=("injury", "hurt_1"), losable="INJURY", flags=("linked",),
    faulty=0.05,
    faults=(*COMMON_FAULTS, "blank_date", "blank_time", "blank_number", "age_text", "age_too_old", "participants_text",
            "participants_too_many", "days_text", "days_negative", "days_too_many", "group_flag_unknown",
            "contradicting_duplicate"),
)  # fmt: skip

STAYS = Form(
    feed_id=f"{CA_STATE}/stays", mode="full", stem="bed_assignments", zone=_ZONE, separator="|", suffix=".txt",
    layouts={"2024": (
        Column("MOVE_ID", "number"), Column("CDCR_NO", "local"), Column("LAST_NAME", "last"), Column("FIRST_NAME", "first"),
        Column("MIDDLE", "middle"), Column("BIRTH_DATE", "dob", ymd("")), Column("SEX", "sex"), Column("ETHNICITY", "race"),
        Column("CII", "sid"), Column("FBI_NO", "fbi"), Column("INST", "facility"), Column("UNIT", "unit"),
        Column("CUSTODY", "level"), Column("IN_DTTM", "at", joined(ymd(""), hm, "-")), Column("IN_REASON", "reason_in"),
        Column("OUT_DTTM", "out", joined(ymd(""), hm, "-")), Column("OUT_REASON", "reason_out"),
        Column("MH_LEVEL", "secret"), Column("PRINTED_BY", "junk"),
    )},
    kinds=(
        Kind("custody_stay", ("number",), "unique", {
            "stay_id": "number", "admitted_at": "at", "released_at": "out", "facility_id": "facility", "unit_id": "unit",
            "custody_level": "level", "admission_reason": "reason_in", "release_reason": "reason_out",
            **person("inmate", "last_name", "first_name", "middle_name", "birth_date", "sex", "race", "sid", "fbi_number",
                     "local_id"),
        }, person="person"),
    ),
    vary=("reason_in", "level"), losable="CUSTODY", null_marker="(none)",
    faulty=0.05,
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "release_text", "birth_ancient", "birth_impossible",
            "birth_future", "contradicting_duplicate"),
)  # fmt: skip

CENSUS = Form(
    feed_id=f"{CA_STATE}/census", mode="window", stem="daily_count", zone=_ZONE, window_days=95,
    window_column="snapshot_on",
    layouts={"2024": (
        Column("COUNT_DATE", "at", ymd()), Column("INSTITUTION", "facility"), Column("HOUSING_UNIT", "unit"),
        Column("IN_COUNT", "people"), Column("DESIGN_CAPACITY", "junk"),
    )},
    kinds=(
        Kind("custody_census", ("facility", "unit", "day"), "unique", {
            "snapshot_on": "on", "facility_id": "facility", "unit_id": "unit", "people_count": "people",
        }),
    ),
    vary=("people",), losable="IN_COUNT", whole_text=("people",),
    faults=(*COMMON_FAULTS, "blank_date", "blank_count", "count_text", "count_negative", "count_too_high",
            "contradicting_duplicate"),
)  # fmt: skip
