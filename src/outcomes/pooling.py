"""Several sites together: DerSimonian and Laird (1986), and gamma-Poisson shrinkage (Clayton and Kaldor 1987)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from outcomes.common import LEVEL, Estimate, TooLittleData, counts, floats, from_log, power


@dataclass(frozen=True)
class Shrunk:
    """The prior Gamma(shape, rate) of the units' rates, and a row per unit: raw, shrunk, low, high, weight_of_own."""

    shape: float
    rate: float
    units: pd.DataFrame


def random_effects(log_ratio: ArrayLike, variance: ArrayLike, level: float = LEVEL) -> Estimate:
    """Random-effects mean of log ratios. ``figures``: tau2 (by moments), q, i2 (0 to 1), fixed (common-effect ratio);
    ratios at the ends of two further intervals: hartung_low and _high (Hartung and Knapp 2001: of the mean, for few
    sites) and predicted_low and _high (Higgins, Thompson and Spiegelhalter 2009: of one more site; nan with two).

    Raises:
        TooLittleData: fewer than two sites, or a variance that is not positive.
    """
    effect = floats(log_ratio, "log ratios")
    spread = floats(variance, "variances", len(effect))
    if len(effect) < 2 or (spread <= 0).any():
        raise TooLittleData("pooling needs two sites and positive variances")
    from statsmodels.stats.meta_analysis import combine_effects

    with np.errstate(invalid="ignore", divide="ignore"):  # of a tau2 below zero and sites that agree: none, here
        found = combine_effects(effect, spread, method_re="chi2", use_t=False)
    figures = {"tau2": max(0.0, float(found.tau2)), "q": float(found.q), "i2": max(0.0, float(found.i2)),
               "fixed": math.exp(float(found.mean_effect_fe)), "sites": float(len(effect))}  # fmt: skip
    weight = 1 / (spread + figures["tau2"])
    mean = float((weight * effect).sum() / weight.sum())
    error = math.sqrt(1 / float(weight.sum()))
    few = math.sqrt(float((weight * (effect - mean) ** 2).sum() / weight.sum()) / (len(effect) - 1))
    figures |= _ends("hartung", mean, few, len(effect) - 1, level)
    figures |= _ends("predicted", mean, math.sqrt(figures["tau2"] + error**2), len(effect) - 2, level)
    return from_log("pooled sites", mean, error, "DerSimonian-Laird, normal", level=level, figures=figures)


def _ends(name: str, mean: float, error: float, degrees: int, level: float) -> dict[str, float]:
    """Both ends of an interval by t, as ratios."""
    reach = float(stats.t(degrees).ppf((1 + level) / 2)) * error if degrees > 0 else math.nan
    return {f"{name}_low": power(mean - reach), f"{name}_high": power(mean + reach)}


def shrink(events: ArrayLike, time: ArrayLike, level: float = LEVEL) -> Shrunk:
    """Rates drawn towards the common rate, against regression to the mean: (a + y) / (b + t).

    The prior is fitted by moments; where the units differ no more than chance, all are drawn to the common rate.

    Raises:
        TooLittleData: fewer than two units, no events, or no time.
    """
    y = counts(events, "events")
    t = floats(time, "time", len(y))
    if len(y) < 2 or y.sum() == 0 or (t <= 0).any():
        raise TooLittleData("shrinkage needs two units, events and time")
    mean = y.sum() / t.sum()
    weight = t / t.sum()
    raw = y / t
    between = float((weight * (raw - mean) ** 2).sum() - mean * (len(y) - 1) / t.sum())
    between = max(between / float(1 - (weight**2).sum()), 0.0)
    rate = float(mean / between) if between > 0 else math.inf
    shape = float(mean * rate)
    if math.isinf(rate):
        low = high = shrunk = np.full(len(y), mean)
    else:
        posterior = stats.gamma(shape + y, scale=1 / (rate + t))
        tail = (1 - level) / 2
        shrunk, low, high = posterior.mean(), posterior.ppf(tail), posterior.ppf(1 - tail)
    own = np.zeros(len(y)) if math.isinf(rate) else t / (rate + t)
    units = pd.DataFrame({"raw": raw, "shrunk": shrunk, "low": low, "high": high, "weight_of_own": own})
    return Shrunk(shape, rate, units)
