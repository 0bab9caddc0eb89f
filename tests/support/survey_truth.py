"""A survey of residents in pandas, from what was truly said; nothing here knows what stood in a cell."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
from scipy.stats import t

from simulator.places import MILLBROOK
from simulator.survey import HIGHEST, LOWEST
from support.practice_world import World

#: (level, area, wave, scale) -> items, least answers, respondents, scored, not scored, answers, mean and its limits (NaN: not shown).
Cells = dict[tuple[str, str, str, str], tuple[float, ...]]
_COLUMNS = "level, coalesce(area_id, ''), wave, scale, items, least_answers, respondents, scored, not_scored, answers"


def survey_told(rows: Callable[[str], list[tuple[Any, ...]]]) -> Cells:
    """What the mart says of Millbrook."""
    means = ", ".join(f"coalesce({name}mean_score, cast('nan' as double precision))" for name in ("", "low_", "high_"))
    found = rows(f"select {_COLUMNS}, {means} from marts.mart_legitimacy__survey where jurisdiction_id = '{MILLBROOK}'")
    cells: Cells = {row[:4]: row[4:] for row in found}
    assert len(cells) == len(found) > 0
    return cells


def survey_expected(world: World) -> Cells:
    """The same of the answers that are on record."""
    truth = pd.DataFrame(json.loads((world.truth / "survey.json").read_text()))
    on_record = {tuple(one["key"]) for one in world.current("legitimacy_survey")}
    truth = truth[[key in on_record for key in zip(truth["respondent"], truth["wave"], truth["item"])]]
    score = (truth["answer"] - LOWEST) / (HIGHEST - LOWEST)
    truth["score"] = score.where(~truth["item"].str.endswith("R"), 1 - score)
    asked = truth.groupby(["wave", "scale"])["item"].nunique()
    people = truth.groupby(["wave", "scale", "respondent"]).agg(
        area=("area", "min"), answers=("score", "count"), mean=("score", "mean")
    )
    people = people.reset_index()
    people["items"] = [asked[key] for key in zip(people["wave"], people["scale"])]
    people["least"] = [math.ceil(n / 2) for n in people["items"]]
    people["mean"] = people["mean"].where(people["answers"] >= people["least"])
    found: Cells = {}
    for (wave, scale), own in people.groupby(["wave", "scale"]):
        areas = {str(area): part for area, part in own.groupby("area")}
        sizes = {area: int(part["mean"].count()) for area, part in areas.items()}
        hidden = {area for area, size in sizes.items() if 1 <= size <= 10}
        if len(hidden) == 1:
            others = [(size, area) for area, size in sizes.items() if size > 10]
            hidden |= {min(others)[1]} if others else set()
        found["jurisdiction", "", str(wave), str(scale)] = _cell(own, int(own["mean"].count()) <= 10)
        for area, part in areas.items():
            found["area", area, str(wave), str(scale)] = _cell(part, area in hidden)
    return found


def _cell(people: pd.DataFrame, is_hidden: bool) -> tuple[float, ...]:
    scored = int(people["mean"].count())
    return (
        int(people["items"].max()), int(people["least"].max()), len(people), scored, len(people) - scored,
        int(people["answers"].sum()), *((math.nan,) * 3 if is_hidden else _limited(people["mean"].dropna())),
    )  # fmt: skip


def _limited(scores: pd.Series[float]) -> tuple[float, float, float]:
    low, high = t.interval(0.95, len(scores) - 1, scores.mean(), scores.sem())
    return float(scores.mean()), max(float(low), 0), min(float(high), 1)
