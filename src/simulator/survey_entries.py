"""From what was said to the rows of the survey's table, and the truth beside."""

from __future__ import annotations

from dataclasses import asdict
from random import Random
from typing import Any

from simulator.agencies.survey import SURVEY
from simulator.entries import Entry
from simulator.practice_entries import Row, list_entries, on_day
from simulator.recording import Facts
from simulator.survey import HIGHEST, LOWEST, REFUSED, Answer


def respondent_number(answer: Answer) -> str:
    """The number that the survey gives a respondent."""
    return f"Q{answer.respondent:05d}"


def survey_entries(seed: int, told: list[Answer]) -> list[Entry]:
    """One row per respondent, wave and item."""
    return list_entries(seed, SURVEY, told, _answer)


def _answer(_rng: Random, _number: int, answer: Answer) -> Row:
    number = respondent_number(answer)
    facts: Facts = {
        "number": number, "respondent": number, "wave": answer.wave, "area": answer.area, "mode": answer.mode,
        "scale": answer.scale, "item": answer.item, "answer": REFUSED if answer.refused else answer.answer,
        "lowest": LOWEST, "highest": HIGHEST, "reversed": answer.is_reversed, **on_day(answer.on),
    }  # fmt: skip
    return facts, []


def survey_truth(told: list[Answer]) -> list[dict[str, Any]]:
    """``survey.json``: what each respondent truly answered; null where nothing was said, whatever was written down."""
    return [{**asdict(answer), "respondent": respondent_number(answer)} for answer in told]
