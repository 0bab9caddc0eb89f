"""Would another date, another comparison, or a longer look have said something else?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from outcomes import comparison
from outcomes.common import TooLittleData
from outcomes.rule import judge
from outcomes.study import Study

#: Months that each side of a placebo date needs.
SIDE = 12


@dataclass(frozen=True)
class PlaceboDates:
    """A row per pretended date (index from 0): ratio, low, high. ``false_alarms`` is the share of them whose interval
    leaves 1 out; ``p`` is the share whose ratio lies as far from 1 as that of the real date, that date counted in."""

    dates: pd.DataFrame
    false_alarms: float
    p: float


@dataclass(frozen=True)
class Decay:
    """A row per window after the start (``from_month``, ratio, low, high) and the change of the ratio from window to
    window: ``drift`` is a factor, above 1 when a reduction fades; ``p`` tests the drift of the months since the start
    (nan without comparison units)."""

    windows: pd.DataFrame
    drift: float
    p: float


def placebo_dates(study: Study) -> PlaceboDates:
    """The recommended analysis at every date before the real one, on the months before it alone.

    Raises:
        TooLittleData: fewer than 24 months before the start.
    """
    past = np.flatnonzero(study.used[0])
    if len(past) < 2 * SIDE:
        raise TooLittleData(f"placebo dates need {2 * SIDE} months before the start")
    real = abs(math.log(max(judge(study).estimate.ratio, 1e-9)))
    rows = []
    for cut in range(SIDE, len(past) - SIDE + 1):
        e = judge(study.months(past, cut).pretending(cut)).estimate
        rows.append({"start": int(past[cut]), "ratio": e.ratio, "low": e.low, "high": e.high})
    found = pd.DataFrame(rows)
    alarms = float(((found["high"] < 1) | (found["low"] > 1)).mean())
    far = int((np.abs(np.log(found["ratio"].clip(lower=1e-9))) >= real).sum())
    return PlaceboDates(found, alarms, (far + 1) / (len(found) + 1))


def start_dates(study: Study, reach: int = 3) -> pd.DataFrame:
    """The verdict with the start moved by up to ``reach`` months: shift, ratio, low, high, verdict."""
    rows = []
    for shift in range(-reach, reach + 1):
        if not 0 < study.start + shift < len(study.treated):
            continue
        found = judge(study.starting(study.start + shift))
        e = found.estimate
        rows.append({"shift": shift, "ratio": e.ratio, "low": e.low, "high": e.high, "verdict": found.word})
    return pd.DataFrame(rows)


def leave_one_out(study: Study) -> pd.DataFrame:
    """The verdict without each comparison unit in turn: unit (its column), ratio, low, high, verdict.

    Raises:
        TooLittleData: there are fewer than two comparison units.
    """
    if study.comparison is None or study.comparison.shape[1] < 2:
        raise TooLittleData("leaving one out needs two comparison units")
    rows = []
    for unit in range(study.comparison.shape[1]):
        found = judge(study.without(unit))
        e = found.estimate
        rows.append({"unit": unit, "ratio": e.ratio, "low": e.low, "high": e.high, "verdict": found.word})
    return pd.DataFrame(rows)


def decay(study: Study, width: int = 12) -> Decay:
    """The effect in windows of ``width`` months since the start, each against all months before.

    Raises:
        TooLittleData: fewer than two whole windows after the start.
    """
    whole = (len(study.treated) - study.start) // width
    if whole < 2:
        raise TooLittleData(f"decay needs two windows of {width} months after the start")
    past = np.arange(study.start)
    rows = []
    for window in range(whole):
        low = study.start + window * width
        e = judge(study.months(np.concatenate([past, np.arange(low, low + width)]))).estimate
        rows.append({"from_month": window * width, "ratio": e.ratio, "low": e.low, "high": e.high})
    found = pd.DataFrame(rows)
    p = math.nan
    if study.others is not None and min(study.events()) > 0:
        after = comparison.sides(study.treated, study.others, study.start, study.drop, study.exposure,
                                 study.others_exposure)[1]  # fmt: skip
        p = comparison.drift(after)
    if (found["ratio"] <= 0).any():
        return Decay(found, math.nan, p)
    order = np.arange(whole) - (whole - 1) / 2
    return Decay(found, math.exp(float(order @ np.log(found["ratio"]) / (order @ order))), p)
