"""What residents think of the police, and what of it they tell: waves of an anonymous survey in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

#: Scale -> its items; an item whose name ends in R is worded the other way round.
SCALES: dict[str, tuple[str, ...]] = {
    "procedural justice": ("PJ1", "PJ2", "PJ3R", "PJ4"),
    "trust": ("TR1", "TR2R", "TR3"),
    "safety": ("SF1", "SF2"),
}
AREAS = ("1", "2", "3")
#: Answers offered, and what stands for a refusal where the interviewer wrote one down.
LOWEST, HIGHEST, REFUSED = 1, 5, 9
_RESPONDENTS, _WAVE_DAYS = 48, 75
#: Share of items left empty, of respondents who stop early, and of empty items that are written as refused.
_EMPTY, _STOPS, _WRITTEN = 0.1, 0.15, 0.2


@dataclass(frozen=True)
class Answer:
    """One question put to one respondent: ``answer`` is what was truly said, ``None`` where nothing was."""

    respondent: int
    wave: str
    on: date
    area: str
    mode: str
    scale: str
    item: str
    answer: int | None
    refused: bool

    @property
    def is_reversed(self) -> bool:
        """True where the highest answer is the least favorable."""
        return self.item.endswith("R")


def make_survey(seed: int, place: str, start: date, end: date) -> list[Answer]:
    """All waves in ``[start, end)``: the first after two weeks, then every 75 days; each asks other people."""
    rng = Random(f"{seed}/survey/{place}")
    found: list[Answer] = []
    day, number = start + timedelta(days=14), 1
    while day + timedelta(days=10) < end:
        mood = rng.gauss(0, 0.3)
        for respondent in range(1, _RESPONDENTS + 1):
            person = 1000 * number + respondent
            found += _asked(rng, person, f"{start.year}-{number}", day + timedelta(days=rng.randrange(10)), mood)
        day, number = day + timedelta(days=_WAVE_DAYS), number + 1
    return found


def _asked(rng: Random, respondent: int, wave: str, on: date, mood: float) -> list[Answer]:
    """What one person answers; who stops early leaves everything after that empty."""
    area, mode = rng.choice(AREAS), rng.choice(("paper", "phone", "door"))
    opinion = 3 + mood + rng.gauss(0, 0.9)
    questions = [(scale, item) for scale, items in SCALES.items() for item in items]
    stops = rng.randrange(len(questions)) if rng.random() < _STOPS else len(questions)
    told = []
    for place, (scale, item) in enumerate(questions):
        felt = min(HIGHEST, max(LOWEST, round(opinion + rng.gauss(0, 0.7))))
        said = LOWEST + HIGHEST - felt if item.endswith("R") else felt
        missing = place >= stops or rng.random() < _EMPTY
        refused = missing and rng.random() < _WRITTEN
        told.append(Answer(respondent, wave, on, area, mode, scale, item, None if missing else said, refused))
    return told
