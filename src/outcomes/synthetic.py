"""Synthetic control on the outcome's own past (Abadie, Diamond and Hainmueller 2010), by pysyncon, with placebo tests.

min ||Y1 - Y0 w||^2, w >= 0, sum w = 1, over the months before. pysyncon's own optimiser (SLSQP) stops early for some
scales of the outcome and says nothing: of 39 states it missed the optimum in 1 to 34, by the scale. Weights are found
by an active-set method instead, and every answer is checked for optimality.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from outcomes.common import Diagnostic, Estimate, Floats, NotConverged, State, TooLittleData

#: A gap to the optimum of more than this share of the squares to explain is not an optimum.
GAP = 1e-4


@dataclass(frozen=True)
class Control:
    """``gap``: observed minus synthetic, per time; ``rmspe_before`` and ``ratio`` = RMSPE after over before."""

    unit: str
    weights: pd.Series
    gap: pd.Series
    rmspe_before: float
    ratio: float


@dataclass(frozen=True)
class Placebos:
    """The treated unit's control beside those of all others; ``rank`` 1 is the largest ratio, p = rank / units."""

    treated: Control
    others: dict[str, Control]
    rank: int
    p: float

    def estimate(self, observed_after: float) -> Estimate:
        """Observed over synthetic total after the start. There is no interval: inference is by rank."""
        synthetic = observed_after - float(self.treated.gap.iloc[-self._after :].sum())
        figures = {"rmspe_before": self.treated.rmspe_before, "rmspe_ratio": self.treated.ratio,
                   "rank": float(self.rank), "units": float(len(self.others) + 1)}  # fmt: skip
        relative = self.treated.rmspe_before * self._after / synthetic if synthetic > 0 else np.inf
        state: State = "pass" if relative <= 0.25 else "warn"
        checks = (Diagnostic("fit_before", state, float(relative), "RMSPE before <= 25% of the synthetic mean"),)
        ratio = observed_after / synthetic if synthetic > 0 else np.nan
        return Estimate("synthetic control", ratio, np.nan, np.nan, self.p, "placebo rank", 0.95, checks, figures)

    @property
    def _after(self) -> int:
        return int(self.treated.gap.attrs["after"])


def control(series: pd.DataFrame, unit: str, start: object) -> Control:
    """Synthetic control of one column of ``series`` (a row per time, a column per unit) from the others.

    Raises:
        TooLittleData: fewer than two controls, two times before or one after; a missing value.
        NotConverged: the optimiser's answer is not the optimum.
    """
    if series.isna().any(axis=None):
        raise TooLittleData("synthetic control: a missing value; leave the unit or the time out")
    before, after = series[series.index < start], series[series.index >= start]
    pool = [name for name in series.columns if name != unit]
    if len(pool) < 2 or len(before) < 2 or after.empty:
        raise TooLittleData("synthetic control needs two controls, two times before and one after")
    weights = _weights(before[pool].to_numpy(np.float64), before[unit].to_numpy(np.float64), unit)
    gap = series[unit] - series[pool].to_numpy(np.float64) @ weights
    gap.attrs["after"] = len(after)
    past = float(np.sqrt((gap[series.index < start] ** 2).mean()))
    since = float(np.sqrt((gap[series.index >= start] ** 2).mean()))
    return Control(unit, pd.Series(weights, index=pool), gap, past, since / past if past > 0 else np.inf)


def placebos(series: pd.DataFrame, unit: str, start: object) -> Placebos:
    """Every unit in turn as if it were treated; the treated unit stays in the pool of the others, as published.

    Raises:
        TooLittleData, NotConverged: as for ``control``.
    """
    found = {name: control(series, name, start) for name in series.columns}
    treated = found.pop(unit)
    rank = 1 + sum(other.ratio > treated.ratio for other in found.values())
    return Placebos(treated, found, rank, rank / (len(found) + 1))


def _weights(pool: Floats, target: Floats, unit: str) -> Floats:
    used = np.column_stack([pool, target]).std(axis=1, ddof=1) > 0  # where all units agree, nothing tells them apart
    if not used.any():
        raise TooLittleData("synthetic control: all units are equal before the start")
    pool, target = pool[used], target[used]
    spread = np.column_stack([pool, target]).var(axis=1, ddof=1)
    x0, x1 = pd.DataFrame(pool), pd.Series(target, name="treated")
    synth = _synth()
    # pysyncon divides each row by its spread before it fits: V gives the spread back, so that plain squares count
    synth.fit(X0=x0, X1=x1, Z0=x0, Z1=x1, custom_V=spread / spread.mean())
    weights = np.asarray(synth.W, dtype=np.float64)
    gradient = pool.T @ (
        pool @ weights - target
    )  # at the optimum, and only there, no unit pulls below the weighted mean
    gap = float(gradient @ weights - gradient.min())
    if not gap <= GAP * float(((target[:, None] - pool) ** 2).sum(axis=0).mean()):
        raise NotConverged(f"synthetic control of {unit}: the weights are not the optimum (gap {gap:.3g})")
    return weights


def _synth() -> Any:
    """pysyncon's Synth with another optimiser of the weights."""
    from pysyncon import Synth

    class ActiveSet(Synth):  # type: ignore[misc]
        """Weights by an active-set method in place of SLSQP."""

        @staticmethod
        def w_optimize(V_mat: Floats, X0: Floats, X1: Floats, **_: Any) -> tuple[Floats, float]:  # noqa: N803
            """Non-negative least squares (Lawson and Hanson) with the sum of the weights as a heavy row."""
            root = np.sqrt(np.diag(V_mat))[:, None]
            pool, target = root * X0, root[:, 0] * X1
            heavy = 1e4 * float(np.abs(pool).max())
            rows = np.vstack([pool, np.full(pool.shape[1], heavy)])
            found, _ = optimize.nnls(rows, np.append(target, heavy), maxiter=100 * pool.shape[1])
            weights = found / found.sum()
            return weights, float(((pool @ weights - target) ** 2).sum())

    return ActiveSet()
