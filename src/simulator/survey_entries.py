"""From what was said to the rows of the survey's table, and the truth beside."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from random import Random
from typing import Any

from simulator.agencies.survey import SURVEY
from simulator.entries import Entry, known_on, lived
from simulator.recording import Facts
from simulator.survey import HIGHEST, LOWEST, REFUSED, Answer


def respondent_number(answer: Answer) -> str:
    """The number that the survey gives a respondent."""
    return f"Q{answer.respondent:05d}"


def survey_entries(seed: int, told: list[Answer]) -> list[Entry]:
    """One row per respondent, wave and item."""
    rng = Random(f"{seed}/{SURVEY.feed_id}")
    found = []
    for number, answer in enumerate(told, start=1):
        facts: Facts = {
            "respondent": respondent_number(answer), "wave": answer.wave, "area": answer.area, "mode": answer.mode,
            "scale": answer.scale, "item": answer.item, "answer": REFUSED if answer.refused else answer.answer,
            "lowest": LOWEST, "highest": HIGHEST, "reversed": answer.is_reversed, "on": answer.on,
            "at": datetime(answer.on.year, answer.on.month, answer.on.day), "secret": "see sheet",
        }  # fmt: skip
        entry = Entry(number, answer.on, facts["respondent"], [(known_on(rng, answer.on), facts)])
        found.append(lived(rng, SURVEY, entry))
    return found


def survey_truth(told: list[Answer]) -> list[dict[str, Any]]:
    """``survey.json``: what each respondent truly answered; null where nothing was said, whatever was written down."""
    return [{**asdict(answer), "respondent": respondent_number(answer)} for answer in told]
