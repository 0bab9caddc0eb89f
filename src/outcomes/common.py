"""What every design returns, and the small sums that they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

#: Level of every interval.
LEVEL = 0.95

Floats = NDArray[np.float64]
State = Literal["pass", "warn", "fail"]


class OutcomesError(Exception):
    """An evaluation could not do what was asked; the message says what to do next."""


class TooLittleData(OutcomesError):
    """The series is too short, or empty where it must not be."""


class NotConverged(OutcomesError):
    """A fit did not reach its optimum; its figures would be arbitrary."""


@dataclass(frozen=True)
class Diagnostic:
    """One check of an analysis: its figure, the limit in words, and what it came to."""

    code: str
    state: State
    value: float
    limit: str


@dataclass(frozen=True)
class Estimate:
    """A ratio of rates (1 is no change) with interval and p-value of one and the same ``method``.

    ``low``, ``high`` and ``p`` are nan where the design has none.
    """

    design: str
    ratio: float
    low: float
    high: float
    p: float
    method: str
    level: float = LEVEL
    diagnostics: tuple[Diagnostic, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def percent(self) -> float:
        """Change in per cent, below zero for fewer."""
        return 100 * (self.ratio - 1)

    def row(self) -> dict[str, Any]:
        """One row of a table, without the diagnostics."""
        kept = ("design", "ratio", "low", "high", "p", "method", "level")
        return {name: getattr(self, name) for name in kept} | {"figures": dict(self.figures)}


def from_log(
    design: str,
    log_ratio: float,
    error: float,
    method: str,
    degrees: float = math.inf,
    level: float = LEVEL,
    **more: Any,
) -> Estimate:
    """An estimate from a log ratio and its standard error, by t with ``degrees`` (normal without).

    Raises:
        NotConverged: the error is not a positive number, or the ratio is beyond what a number can hold.
    """
    if not (math.isfinite(log_ratio) and math.isfinite(error) and error > 0):
        raise NotConverged(f"{design}: no finite standard error; leave terms out or widen the window")
    spread = stats.norm if math.isinf(degrees) else stats.t(degrees)
    reach = spread.ppf((1 + level) / 2) * error
    p = 2 * spread.sf(abs(log_ratio) / error)
    ratio, low, high = (power(end) for end in (log_ratio, log_ratio - reach, log_ratio + reach))
    if not 0 < ratio < math.inf:
        raise NotConverged(f"{design}: the ratio is beyond any number; leave terms out or widen the window")
    return Estimate(design, ratio, low, high, float(p), method, level, **more)


def power(exponent: float) -> float:
    """The exponential; infinite where no number can hold it, so that a useless interval says so and stops nothing."""
    try:
        return math.exp(exponent)
    except OverflowError:
        return math.inf


def floats(values: ArrayLike, name: str, length: int | None = None) -> Floats:
    """A vector of finite numbers.

    Raises:
        TooLittleData: a value is missing (a missing month is never zero), or the length is another one.
    """
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise TooLittleData(f"{name}: months without a value; shorten the window or fill the gap at its source")
    if length is not None and len(found) != length:
        raise TooLittleData(f"{name}: {len(found)} months where {length} were expected")
    return found


def counts(values: ArrayLike, name: str, length: int | None = None) -> Floats:
    """A vector of finite numbers, none below zero.

    Raises:
        TooLittleData: as for ``floats``, or a count below zero.
    """
    found = floats(values, name, length)
    if (found < 0).any():
        raise TooLittleData(f"{name}: a count below zero")
    return found


def step(length: int, start: int) -> Floats:
    """0 before month ``start`` (from 0), 1 from it on.

    Raises:
        TooLittleData: nothing lies before or after.
    """
    if not 0 < start < length:
        raise TooLittleData(f"the start ({start}) leaves no months before or after, of {length}")
    return (np.arange(length) >= start).astype(np.float64)


def worst(diagnostics: Sequence[Diagnostic]) -> State:
    """The worst state among diagnostics."""
    states = {d.state for d in diagnostics}
    return "fail" if "fail" in states else "warn" if "warn" in states else "pass"


def lag_one(*series: Floats) -> float:
    """Autocorrelation at one month, over series that are each by themselves; 0 where nothing varies."""
    centred = [s - s.mean() for s in series]
    whole = sum(float((s**2).sum()) for s in centred)
    return sum(float(s[1:] @ s[:-1]) for s in centred) / whole if whole > 0 else 0.0
