"""Matched groups: treated units against comparison units that were like them before the start.

As the evaluation of Boston's second Ceasefire matched gangs (Braga, Hureau and Papachristos 2014). Units are matched on
level and trend before the start, on the level in the months by which they were chosen, and on covariates. The effect
is the ratio of ratios of the matched sets' rates: the Poisson regression with treated, after and both, in closed form,
right whatever the spread of the counts (Wooldridge 1999), so that negative binomial would add no more than an
assumption. Errors are clustered by set, by the jackknife (MacKinnon, Nielsen and Webb 2023: for few clusters, the most
reliable of the usual ones).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from outcomes.common import Diagnostic, Estimate, Floats, State, TooLittleData, from_log, lag_one
from outcomes.matching import BALANCED, UNBALANCED, Distance, Matched, match
from outcomes.rule import FEW_EVENTS, Verdict, verdict_of, window_checks
from outcomes.study import Selection

#: Matched sets: clustered errors are too small below the first, and want more than the second.
FEW_SETS, BETTER_SETS = 10, 20
#: Below this share of the treated units that found a match, the answer is about others than was asked.
MATCHED_SHARE = 0.5
#: Change that regression to the mean alone would bring about, in standard errors of the estimate: half of one takes an
#: interval of 95% down to 92%.
REGRESSION_WARN, REGRESSION_FAIL = 0.25, 0.5


#: What a ratio of ratios of rates is made of: the sign of each log, for the treated.
_SIGNS = {"before": -1, "after": 1, "time_before": 1, "time_after": -1}


@dataclass(frozen=True)
class Groups:
    """Units to be matched: ``events`` and ``exposure`` (None for counts) have a row per month and a column per unit.

    ``start`` is the first month of the intervention, ``drop`` (half open) the months by whose outcome units were
    chosen, ``covariates`` a row per unit and a column each of what was known before the start.
    """

    events: pd.DataFrame
    treated: tuple[str, ...]
    start: int
    exposure: pd.DataFrame | None = None
    covariates: pd.DataFrame | None = None
    selection: Selection = "not on the outcome"
    drop: tuple[int, int] | None = None

    @property
    def time(self) -> pd.DataFrame:
        """The exposure, or a month for each."""
        return pd.DataFrame(1.0, self.events.index, self.events.columns) if self.exposure is None else self.exposure

    @property
    def before(self) -> Floats:
        """Which months before the start count, as 0 and 1: those of selection are left out."""
        kept = (np.arange(len(self.events)) < self.start).astype(np.float64)
        if self.drop is not None:
            kept[self.drop[0] : self.drop[1]] = 0
        return kept


@dataclass(frozen=True)
class Answer:
    """What matched groups say, and who was matched with whom."""

    verdict: Verdict
    matched: Matched


def matched_groups(groups: Groups, distance: Distance, caliper: float, ratio: int = 1) -> Answer:
    """Match, estimate and judge.

    Raises:
        TooLittleData: nothing can be matched, or a side of the matched units has no events.
        NotConverged: no propensity exists.
    """
    matched = match(traits(groups), groups.treated, distance, caliper, ratio)
    estimate, before, expected = _estimate(groups, matched.sets)
    checks = [
        *window_checks(float(groups.before.sum()), float(len(groups.events) - groups.start)),
        _worse("selection", float(groups.selection != "unknown"), groups.selection == "unknown", False,
               "how the units were chosen is known"),
        _worse("events", min(before, expected), min(before, expected) < FEW_EVENTS, False,
               f">= {FEW_EVENTS} before, and expected after"),
        *_checks(groups, matched, estimate.figures["error"]),
    ]  # fmt: skip
    reasons = tuple(check.code for check in checks if check.state == "fail")
    word = "cannot tell" if reasons else verdict_of(estimate.low, estimate.high)
    if word == "cannot tell" and not reasons:
        reasons = ("interval",)
    return Answer(Verdict(word, replace(estimate, diagnostics=tuple(checks)), tuple(checks), reasons), matched)


def traits(groups: Groups) -> pd.DataFrame:
    """What units were like before the start, a row per unit: level (events per exposure), trend (its change in a year,
    by least squares), window (level in the months of selection), and the covariates.

    Raises:
        TooLittleData: fewer than three months before the start, without those of selection.
    """
    months = np.flatnonzero(groups.before)
    if len(months) < 3:
        raise TooLittleData("matching needs three months before the start, without those of selection")
    rates = (groups.events / groups.time).iloc[months]
    found = pd.DataFrame({
        "level": groups.events.iloc[months].sum() / groups.time.iloc[months].sum(),
        "trend": pd.Series(12 * np.polyfit(months, rates.to_numpy(np.float64), 1)[0], rates.columns),
    })  # fmt: skip
    if groups.drop is not None:
        window = slice(*groups.drop)
        found["window"] = groups.events.iloc[window].sum() / groups.time.iloc[window].sum()
    return found if groups.covariates is None else found.join(groups.covariates)


def totals(groups: Groups, units: Sequence[str]) -> pd.DataFrame:
    """Events and exposure of units, before (months of selection left out) and after the start."""
    before, after = groups.before, (np.arange(len(groups.events)) >= groups.start).astype(np.float64)
    events, time = groups.events[list(units)].to_numpy(np.float64), groups.time[list(units)].to_numpy(np.float64)
    return pd.DataFrame({"before": before @ events, "after": after @ events, "time_before": before @ time,
                         "time_after": after @ time})  # fmt: skip


def _estimate(groups: Groups, sets: pd.DataFrame) -> tuple[Estimate, float, float]:
    """The estimate, the treated units' events before, and those expected after."""
    names = sorted(_SIGNS)
    own, weight = sets["is_treated"].to_numpy(np.bool_), sets["weight"].to_numpy(np.float64)
    given = totals(groups, sets["unit"].tolist())[names].to_numpy(np.float64) * weight[:, None]
    by_set = (
        pd.DataFrame(np.hstack([given * own[:, None], given * ~own[:, None]])).groupby(sets["set"].to_numpy()).sum()
    )
    parts = by_set.to_numpy(np.float64)  # a row per set; the treated unit's sums, then those of its comparison units
    whole, count = parts.sum(axis=0), len(parts)
    if count < 2:
        raise TooLittleData("matched groups: errors by matched set need two sets")
    if (whole == 0).any():
        raise TooLittleData("matched groups: no events on one side of the matched units")
    signs = np.array([_SIGNS[name] * side for side in (1, -1) for name in names], dtype=np.float64)
    log_ratio = float(np.log(whole) @ signs)
    with np.errstate(divide="ignore", invalid="ignore"):  # all events of a side in one set: no finite error, as told
        without = np.log(whole - parts) @ signs
        error = float(np.sqrt((count - 1) / count * ((without - log_ratio) ** 2).sum()))
    before, after = float(whole[names.index("before")]), float(whole[names.index("after")])
    figures = {"sets": float(count), "before": before, "after": after, "expected": after / math.exp(log_ratio),
               "error": error}  # fmt: skip
    estimate = from_log("matched groups", log_ratio, error, "jackknife by matched set, t", count - 1, figures=figures)
    return estimate, before, figures["expected"]


def _checks(groups: Groups, matched: Matched, error: float) -> list[Diagnostic]:
    count, worst = float(matched.sets["set"].max() + 1), matched.worst
    share = count / (count + len(matched.lost))
    found = [
        _worse("balance", worst, worst > UNBALANCED, worst > BALANCED, f"<= {UNBALANCED}, better {BALANCED}"),
        _worse("matched", share, share < MATCHED_SHARE, share < 1, f">= {MATCHED_SHARE}, better 1"),
        _worse("sets", count, count < FEW_SETS, count < BETTER_SETS, f">= {FEW_SETS}, better {BETTER_SETS}"),
    ]
    if groups.drop is None:
        drift = abs(regression(groups, matched)) / error
        found.append(_worse("regression", drift, drift > REGRESSION_FAIL, drift > REGRESSION_WARN,
                            f"<= {REGRESSION_FAIL} standard errors, better {REGRESSION_WARN}"))  # fmt: skip
    return found


def regression(groups: Groups, matched: Matched) -> float:
    """The log ratio that regression to the mean alone would bring about, each side being matched by its level before
    (Daw and Hatfield 2018): Kelley's (1927) regression of those matched towards the mean of their own kind.

    Where units were treated by this very outcome in a stated window, both sides regress alike once matched on it; this
    is about treated units that differ from the pool for other reasons.
    """
    (level,) = matched.balance[matched.balance["name"] == "level"].to_dict("records")
    if min(level["matched_treated"], level["matched"]) <= 0:
        return 0.0
    own = list(groups.treated)
    pool = [str(unit) for unit in groups.events if unit not in own]
    back = [1 + (1 - _reliability(groups, units)) * (level[mean] / level[chosen] - 1)
            for units, mean, chosen in ((own, "treated", "matched_treated"), (pool, "pool", "matched"))]  # fmt: skip
    return float(np.log(back[0] / back[1]))


def _reliability(groups: Groups, units: Sequence[str]) -> float:
    """The share of the variance of the units' levels before the start that is theirs, and not the months' chance."""
    months = np.flatnonzero(groups.before)
    rates = (groups.events[units] / groups.time[units]).iloc[months].to_numpy(np.float64)
    memory = min(max(lag_one(*rates.T), 0.0), 0.9)
    noise = float(rates.var(axis=0, ddof=1).mean()) / len(months) * (1 + memory) / (1 - memory)
    seen = float(rates.mean(axis=0).var(ddof=1))
    return max(1 - noise / seen, 0.0) if seen > 0 else 0.0


def _worse(code: str, value: float, fails: bool, warns: bool, limit: str) -> Diagnostic:
    state: State = "fail" if fails else "warn" if warns else "pass"
    return Diagnostic(code, state, value, limit)
