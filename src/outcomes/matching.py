"""Optimal matching of treated to comparison units: without replacement, within a caliper, with a table of balance.

Of all ways to match, the one that leaves the fewest treated units alone, then makes the most pairs, then has the
smallest sum of distances (Rosenbaum 1989: optimal, where a greedy search depends on the order of the units). Distances
are Mahalanobis' on what units were like before the start; with ``propensity`` only pairs within a caliper of the
propensity's logit may be made (Rosenbaum and Rubin 1985; Austin 2011 advises 0.2 standard deviations).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

from outcomes.common import Floats, NotConverged, TooLittleData

Distance = Literal["mahalanobis", "propensity"]
#: Standardised differences of means: good up to the first, and not to be trusted above the second (Stuart 2010).
BALANCED, UNBALANCED = 0.1, 0.25


@dataclass(frozen=True)
class Matched:
    """Who was matched with whom.

    ``sets`` has a row per unit: set (from 0), unit, is_treated, weight (1 for the treated unit, its comparison units
    share 1), distance (to its treated unit; 0 for that). ``lost`` are treated units without a match. ``balance`` has a
    row per trait: name, treated, pool, matched_treated, matched (weighted means), before and after (standardised
    differences, both by the spread before matching).
    """

    sets: pd.DataFrame
    lost: tuple[str, ...]
    balance: pd.DataFrame

    @property
    def worst(self) -> float:
        """The largest standardised difference that remains, without its sign."""
        return float(self.balance["after"].abs().max())


def match(traits: pd.DataFrame, treated: Sequence[str], distance: Distance, caliper: float, ratio: int = 1) -> Matched:
    """Match each treated unit with up to ``ratio`` others; ``traits`` has a row per unit and a column per trait.

    ``caliper`` is in standard deviations: of the propensity's logit, or of Mahalanobis' distance itself.

    Raises:
        TooLittleData: fewer than two units of a kind, a trait that is missing, or no pair within the caliper.
        NotConverged: the treated can be told from the others without doubt, so that no propensity exists.
    """
    own = traits.index.isin(treated)
    x = traits.to_numpy(np.float64)
    if min(own.sum(), (~own).sum()) < 2 or not np.isfinite(x).all():
        raise TooLittleData("matching needs two treated and two other units, and every trait of each")
    gap = _mahalanobis(x, own)
    allowed = gap <= caliper
    if distance == "propensity":
        logit = _logit(x, own)
        spread = np.sqrt((logit[own].var(ddof=1) + logit[~own].var(ddof=1)) / 2)
        allowed = np.abs(logit[own][:, None] - logit[~own][None, :]) <= caliper * spread
    pairs = optimal_pairs(gap, allowed, ratio)
    if not len(pairs):
        raise TooLittleData("matching: no comparison unit lies within the caliper of a treated one")
    names = traits.index.to_numpy(dtype=object)
    sets = _sets(pairs, gap, names[own], names[~own])
    alone = sorted(set(range(int(own.sum()))) - {int(row) for row, _ in pairs})
    return Matched(sets, tuple(str(names[own][row]) for row in alone), balance(traits, own, sets))


def optimal_pairs(gap: Floats, allowed: NDArray[np.bool_], ratio: int = 1) -> NDArray[np.intp]:
    """Pairs (row, column) of a matrix of distances, each column used once at most and each row ``ratio`` times.

    First the most rows with a pair, then the most pairs, then the least total distance. Each row stands there
    ``ratio`` times and may stay alone, for there is a column of nobody for each copy; that costs more than all pairs
    together, and for the first copy of a row more than all that.
    """
    rows = len(gap)
    dear = float(np.where(allowed, gap, 0).max(initial=0)) * rows * ratio + 1
    alone = np.repeat([dear * (rows * ratio + 1), *[dear] * (ratio - 1)], rows)[:, None]
    may = np.hstack([np.tile(allowed, (ratio, 1)), np.full((rows * ratio, rows * ratio), False)])
    cost = np.hstack([np.tile(gap, (ratio, 1)), np.zeros((rows * ratio, rows * ratio))])
    at, column = linear_sum_assignment(np.where(may, cost, alone))
    kept = may[at, column]
    pairs = np.column_stack([at[kept] % rows, column[kept]])
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def balance(traits: pd.DataFrame, own: NDArray[np.bool_], sets: pd.DataFrame) -> pd.DataFrame:
    """Means and standardised differences of each trait, before and after matching."""
    treated, pool = traits[own], traits[~own]
    spread = np.sqrt((treated.var(ddof=1) + pool.var(ddof=1)) / 2).replace(0.0, np.nan)
    chosen = {True: sets[sets["is_treated"]], False: sets[~sets["is_treated"]]}
    means = {is_treated: traits.loc[part["unit"]].mul(part["weight"].to_numpy(), axis=0).sum() / part["weight"].sum()
             for is_treated, part in chosen.items()}  # fmt: skip
    table = pd.DataFrame({
        "treated": treated.mean(), "pool": pool.mean(), "matched_treated": means[True], "matched": means[False],
        "before": ((treated.mean() - pool.mean()) / spread).fillna(0.0),
        "after": ((means[True] - means[False]) / spread).fillna(0.0),
    })  # fmt: skip
    return table.rename_axis("name").reset_index()


def _mahalanobis(x: Floats, own: NDArray[np.bool_]) -> Floats:
    """Distances, a row per treated unit and a column per other, by the covariance within the two kinds."""
    within = np.cov(x[own], rowvar=False) * (own.sum() - 1) + np.cov(x[~own], rowvar=False) * ((~own).sum() - 1)
    inverse = np.linalg.pinv(np.atleast_2d(within) / (len(x) - 2), hermitian=True)
    return np.asarray(cdist(x[own], x[~own], "mahalanobis", VI=inverse))


def _logit(x: Floats, own: NDArray[np.bool_]) -> Floats:
    """Log odds of being treated, of each unit, by a logistic regression on the traits."""
    spread = x.std(axis=0)
    varied = spread > 0
    design = sm.add_constant((x[:, varied] - x[:, varied].mean(axis=0)) / spread[varied])
    told_apart = "the treated units can be told from all others by their traits: no propensity exists"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PerfectSeparationWarning)
            warnings.simplefilter("ignore", RuntimeWarning)
            fit = sm.Logit(own.astype(np.float64), design).fit(disp=False, maxiter=100, warn_convergence=False)
    except (PerfectSeparationError, PerfectSeparationWarning, np.linalg.LinAlgError):
        raise NotConverged(told_apart) from None
    if not fit.mle_retvals["converged"]:
        raise NotConverged(told_apart)
    return np.asarray(design @ fit.params)


def _sets(
    pairs: NDArray[np.intp], gap: Floats, treated: NDArray[np.object_], pool: NDArray[np.object_]
) -> pd.DataFrame:
    rows: list[tuple[int, str, bool, float, float]] = []
    for number, row in enumerate(sorted({int(row) for row, _ in pairs})):
        columns = [int(column) for at, column in pairs if at == row]
        rows.append((number, str(treated[row]), True, 1.0, 0.0))
        rows += [(number, str(pool[c]), False, 1 / len(columns), float(gap[row, c])) for c in columns]
    return pd.DataFrame(rows, columns=["set", "unit", "is_treated", "weight", "distance"])
