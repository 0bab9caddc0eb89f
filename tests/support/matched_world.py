"""Many small units with unequal rates, a shock that all share, and treatment by chance, by the worst year, or by kind."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from outcomes.matched import Groups

MONTHS, START, WINDOW = 60, 36, (24, 36)
Chosen = Literal["chance", "worst year", "likelier after a bad year", "another kind"]


def groups(seed: int, chosen: Chosen, effect: float = 0.0, units: int = 240, treated: int = 40) -> Groups:
    """Units with a gamma rate of two events a month on average, swings with memory, a third more events for all from
    month 30, and ``effect`` (thinning: none or fewer) on the treated from month 36.

    *another kind*: the treated have twice the rate of the others, whatever happened.
    """
    rng = np.random.default_rng(seed)
    rate = rng.gamma(4, 0.5, units)
    if chosen == "another kind":
        rate[:treated] *= 2
    swing = rng.normal(0, 0.3, (MONTHS, units))
    for t in range(1, MONTHS):
        swing[t] = 0.5 * swing[t - 1] + np.sqrt(0.75) * swing[t]
    shared = np.log(1.35) * (np.arange(MONTHS) >= 30)
    events = rng.poisson(rate * np.exp(swing + shared[:, None])).astype(np.float64)
    year = events[slice(*WINDOW)].sum(axis=0)
    luck = rng.logistic(0, 1, units)
    score = {"worst year": year + 0.01 * luck, "likelier after a bad year": (year - year.mean()) / year.std() + luck}
    own = np.arange(units) < treated
    if chosen in score:
        own = score[chosen] >= np.sort(score[chosen])[-treated]
    after = events[START:, own].astype(int)
    events[START:, own] = rng.binomial(after, 1 + effect)
    names = [f"unit_{n:03}" for n in range(units)]
    told = chosen in score
    return Groups(
        pd.DataFrame(events, columns=names), tuple(n for n, is_own in zip(names, own, strict=True) if is_own), START,
        selection="window" if told else "not on the outcome", drop=WINDOW if told else None,
    )  # fmt: skip
