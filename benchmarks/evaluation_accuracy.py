"""How often the recommended analysis is right, and how often each design misleads, on series with planted effects.

Run: ``.venv/bin/python benchmarks/evaluation_accuracy.py [--replications 1000] [--workers 2] [--write]``; ``--write``
renews docs/evaluation-accuracy.md. 36 months before and 24 after, one treated site and eight for comparison; a season,
and sites of unequal size; months vary beyond Poisson (log-normal, 20%) with or without memory (autocorrelation 0.5).
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # as many processes as cores: one thread each
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

import evaluation_accuracy_page as page  # noqa: E402

from outcomes import exact, panel  # noqa: E402
from outcomes.common import Estimate, Floats, OutcomesError  # noqa: E402
from outcomes.counts import Terms, interrupted  # noqa: E402
from outcomes.rule import judge  # noqa: E402
from outcomes.study import Study  # noqa: E402

BEFORE, AFTER, OTHERS = 36, 24, 8
#: Months by which a site is selected where selection is by the outcome: the year before the start.
WINDOW = (BEFORE - 12, BEFORE)
EFFECTS, LEVELS, MEMORIES = (0.0, -0.2, -0.4, 0.2), (0.5, 2.0, 10.0, 30.0), (0.0, 0.5)
SCENARIOS = ("plain", "selected", "selected, not told", "shock", "shock, no comparison", "no comparison")
#: The other designs are slow and err by more than a point: fewer replications show it.
COMPARED, DESIGN_REPLICATIONS = ("plain", "selected, not told", "shock"), 200


@dataclass(frozen=True)
class Cell:
    """One combination of the study; ``level`` in events a month of the treated site."""

    scenario: str
    effect: float
    level: float
    memory: float


def swings(rng: np.random.Generator, sites: int, memory: float) -> Floats:
    """What months vary beyond Poisson: log-normal, 20%, each month remembering the last."""
    noise = rng.normal(0, 0.2, (BEFORE + AFTER, sites))
    for t in range(1, len(noise)):
        noise[t] = memory * noise[t - 1] + np.sqrt(1 - memory**2) * noise[t]
    return noise


def months(cell: Cell, rng: np.random.Generator) -> Floats:
    """Counts, a row per month, a column per site, the treated site first.

    Where it was selected, ten candidates are drawn, and the one with most events in the window is treated.
    """
    candidates = 10 if cell.scenario.startswith("selected") else 1
    month = np.arange(BEFORE + AFTER)
    season = 0.2 * np.sin(2 * np.pi * month / 12 + rng.uniform(0, 2 * np.pi))
    if cell.scenario.startswith("shock"):  # as in 2020: a third more from half a year before the start, for good
        season = season + np.log(1.35) * (month >= BEFORE - 6)
    size = np.append(np.ones(candidates), rng.uniform(0.5, 2.0, OTHERS))
    log_rate = np.log(cell.level * size) + season[:, None] + swings(rng, len(size), cell.memory)
    log_rate[BEFORE:, :candidates] += np.log1p(cell.effect)
    y = rng.poisson(np.exp(log_rate)).astype(np.float64)
    chosen = int(y[slice(*WINDOW), :candidates].sum(axis=0).argmax())
    return np.column_stack([y[:, chosen], y[:, candidates:]])


def study(cell: Cell, y: Floats) -> Study:
    """What a careful analyst would specify of this cell."""
    told = cell.scenario == "selected"
    alone = cell.scenario.endswith("no comparison")
    reason = "simulated" if cell.scenario == "no comparison" else None
    return Study(
        y[:, 0], BEFORE, None if alone else y[:, 1:], no_shared_shock=reason,
        selection="window" if told else "not on the outcome", drop=WINDOW if told else None,
    )  # fmt: skip


def designs(y: Floats) -> dict[str, Estimate | None]:
    """The other designs on the same months, as they are often used; None where one could not be fitted."""
    treated = y[:, 0]
    long = pd.DataFrame({
        "unit": np.repeat(np.arange(OTHERS + 1), len(y)), "time": np.tile(np.arange(len(y)), OTHERS + 1),
        "events": y.T.ravel(), "treated": ((np.repeat(np.arange(OTHERS + 1), len(y)) == 0)
                                           & (np.tile(np.arange(len(y)), OTHERS + 1) >= BEFORE)).astype(float),
    })  # fmt: skip
    ways = {
        "before and after, exact Poisson": lambda: exact.rate_ratio(
            int(treated[:BEFORE].sum()), int(treated[BEFORE:].sum()), BEFORE, AFTER),
        "ITS Poisson, step": lambda: interrupted(treated, BEFORE, Terms(trend=False, harmonics=2), family="poisson"),
        "ITS Poisson, step and trend": lambda: interrupted(treated, BEFORE, Terms(harmonics=2), family="poisson"),
        "ITS quasi-Poisson, step and trend": lambda: interrupted(treated, BEFORE, Terms(harmonics=2)),
        "ITS HAC, step and trend": lambda: interrupted(treated, BEFORE, Terms(harmonics=2), hac_lags=4),
        "two-way effects, clustered": lambda: panel.difference_in_differences(long),
    }  # fmt: skip
    return {name: _try(way) for name, way in ways.items()}


def _try(way: object) -> Estimate | None:
    try:
        return way()  # type: ignore[operator,no-any-return]
    except OutcomesError:
        return None


def run(job: tuple[Cell, int, int]) -> list[dict[str, object]]:
    """All replications of one cell: a row per replication and design; the recommended one has a verdict."""
    cell, replications, seed = job
    rng = np.random.default_rng([seed, *f"{cell}".encode()])
    truth, rows = 1 + cell.effect, []
    compared = cell.scenario in COMPARED and cell.level >= 10 and cell.effect in (0.0, -0.4)
    for repeat in range(replications):
        y = months(cell, rng)
        found = judge(study(cell, y))
        e = found.estimate
        rows.append(vars(cell) | {"design": "recommended", "verdict": found.word, "reasons": ",".join(found.reasons),
                                  "covers": e.low <= truth <= e.high, "exact": "exact" in e.method})  # fmt: skip
        for name, other in designs(y).items() if compared and repeat < DESIGN_REPLICATIONS else ():
            word = "none" if other is None else "reduction" if other.high < 1 else "increase" if other.low > 1 else "-"
            covers = None if other is None else other.low <= truth <= other.high
            rows.append(vars(cell) | {"design": name, "verdict": word, "covers": covers})
    return rows


def main() -> None:
    """Run the study and print, or write, its page."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--replications", type=int, default=1000)
    given.add_argument("--workers", type=int, default=2)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--write", action="store_true", help="renew docs/evaluation-accuracy.md")
    options = given.parse_args()
    cells = [Cell(*c) for c in itertools.product(SCENARIOS, EFFECTS, LEVELS, MEMORIES)]
    started = time.monotonic()
    with ProcessPoolExecutor(options.workers) as pool:
        jobs = [(cell, options.replications, options.seed) for cell in cells]
        rows = [row for part in pool.map(run, jobs) for row in part]
    text = page.render(pd.DataFrame(rows), options.replications, time.monotonic() - started)
    if options.write:
        (ROOT / "docs" / "evaluation-accuracy.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
