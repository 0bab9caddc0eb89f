"""One evaluation's series, cut and ready: what the recommended analysis and the sensitivity checks work on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from outcomes.common import Floats, TooLittleData, counts

#: How the site was chosen: not by the outcome, by the outcome in a stated window of months, or nobody knows.
Selection = Literal["not on the outcome", "window", "unknown"]


@dataclass(frozen=True)
class Study:
    """Monthly counts of the treated units (their sum) and of each comparison unit (a column each, None without).

    ``start`` is the index of the first month of the intervention. ``drop`` (half open) are the months by whose outcome
    the site was chosen: they are left out, for what was chosen high falls by itself. ``no_shared_shock`` is the reason,
    registered before, for which a series without comparison may be judged; None where there is none. ``calendar`` is
    the month of the year (1 to 12) of each month, for seasonality.
    """

    treated: Floats
    start: int
    comparison: Floats | None = None
    exposure: Floats | None = None
    comparison_exposure: Floats | None = None
    selection: Selection = "not on the outcome"
    drop: tuple[int, int] | None = None
    no_shared_shock: str | None = None
    calendar: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            TooLittleData: lengths that differ, a start at an end, a window of selection missing or after the start.
        """
        months = len(counts(self.treated, "treated"))
        if not 0 < self.start < months:
            raise TooLittleData(f"the start (month {self.start}) leaves nothing before or after, of {months} months")
        if self.comparison is not None and (self.comparison.ndim != 2 or len(self.comparison) != months):
            raise TooLittleData("comparison: a row per month of the treated series and a column per unit")
        if (self.selection == "window") != (self.drop is not None):
            raise TooLittleData("name the months of selection if, and only if, the site was selected by a window")
        if self.drop is not None and not 0 <= self.drop[0] < self.drop[1] <= self.start:
            raise TooLittleData("the months of selection lie before the start")

    @cached_property
    def others(self) -> Floats | None:
        """The comparison units' sum."""
        return None if self.comparison is None else np.asarray(self.comparison.sum(axis=1), dtype=np.float64)

    @cached_property
    def others_exposure(self) -> Floats | None:
        """The comparison units' exposure, summed."""
        given = self.comparison_exposure
        return None if given is None else np.asarray(given.sum(axis=1), dtype=np.float64)

    @cached_property
    def used(self) -> tuple[Floats, Floats]:
        """Which months count before and after, as 0 and 1."""
        month = np.arange(len(self.treated))
        kept = np.ones(len(month))
        if self.drop is not None:
            kept[self.drop[0] : self.drop[1]] = 0
        return kept * (month < self.start), kept * (month >= self.start)

    def events(self) -> tuple[int, int]:
        """Treated events before and after, without the months of selection."""
        before, after = self.used
        return int(before @ self.treated), int(after @ self.treated)

    def starting(self, start: int) -> Study:
        """The same with another start; a window of selection that would lie behind it shrinks to the start."""
        drop = self.drop
        if drop is not None:
            drop = (drop[0], min(drop[1], start)) if drop[0] < start else None
        return replace(self, start=start, drop=drop, selection="window" if drop else _without(self.selection))

    def months(self, at: NDArray[np.intp], start: int | None = None) -> Study:
        """Only the given months (indices, ascending); ``start`` is their first after the intervention, if not given."""
        start = int((at < self.start).sum()) if start is None else start
        drop = self.drop
        if drop is not None:
            low, high = (min(int((at < edge).sum()), start) for edge in drop)
            drop = (low, high) if low < high else None
        cut = {name: None if getattr(self, name) is None else getattr(self, name)[at]
               for name in ("comparison", "exposure", "comparison_exposure", "calendar")}  # fmt: skip
        selection = "window" if drop else _without(self.selection)
        return replace(self, treated=self.treated[at], start=start, drop=drop, selection=selection, **cut)

    def pretending(self, start: int) -> Study:
        """The same with another start and nothing to drop: for dates at which nothing happened."""
        return replace(self, start=start, drop=None, selection="not on the outcome")

    def without(self, unit: int) -> Study:
        """The same without one comparison unit.

        Raises:
            TooLittleData: there is none, or only that one.
        """
        if self.comparison is None or self.comparison.shape[1] < 2:
            raise TooLittleData("there is no second comparison unit")
        exposure = None if self.comparison_exposure is None else np.delete(self.comparison_exposure, unit, axis=1)
        return replace(self, comparison=np.delete(self.comparison, unit, axis=1), comparison_exposure=exposure)


def _without(selection: Selection) -> Selection:
    """What a study was selected by once its window is cut off: the window no longer counts among its months."""
    return "not on the outcome" if selection == "window" else selection
