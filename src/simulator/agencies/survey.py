"""Millbrook's survey of residents: one row per answer, respondents as numbers."""

from __future__ import annotations

from simulator.forms import Column, Form, Kind, flag, mdy
from simulator.places import MILLBROOK, PLACES

SURVEY = Form(
    feed_id=f"{MILLBROOK}/legitimacy_survey", mode="full", stem="resident_survey", zone=PLACES[MILLBROOK].zone,
    layouts={"2025": (
        Column("Respondent", "respondent"), Column("Wave", "wave"), Column("Date", "at", mdy), Column("Mode", "mode"),
        Column("Precinct", "area"), Column("Scale", "scale"), Column("Item", "item"), Column("Answer", "answer"),
        Column("Lowest", "lowest"), Column("Highest", "highest"), Column("Reversed", "reversed", flag("Yes", "No")),
        Column("Remarks", "secret"),
    )},
    kinds=(
        Kind("legitimacy_survey", ("respondent", "wave", "item"), "unique", {
            "respondent_id": "respondent", "wave": "wave", "surveyed_on": "on", "survey_mode": "mode", "area_id": "area",
            "scale": "scale", "item": "item", "answer": "answer", "lowest_answer": "lowest", "highest_answer": "highest",
            "is_reversed": "reversed",
        }),
    ),
    vary=("mode",), losable="Scale", flags=("reversed",),
    faults=("row_too_short", "impossible_date", "future_date", "answer_text", "blank_scale"),
)  # fmt: skip
