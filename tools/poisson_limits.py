"""Writes the seed of exact Poisson limits, ``dbt/seeds/statistics/exact_poisson_limit.csv``.

A database has no quantiles of the gamma distribution, so what SQL needs of them stands in a table:
for each number of events the limits of the mean after Garwood (1936), for 95 percent (2.5 on each side) and for the
three sigma of a control chart (0.135 on each side, the tail of a normal distribution beyond three).
Beyond the table SQL uses Byar's approximation
(``dbt/macros/poisson.sql``), which is as good as exact there.

Run ``.venv/bin/python tools/poisson_limits.py``; a test compares the file with scipy and with the numbers that others
published.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from scipy.stats import norm

from outcomes.exact import garwood

SEED = Path(__file__).resolve().parents[1] / "dbt" / "seeds" / "statistics" / "exact_poisson_limit.csv"
LARGEST = 300
TAILS = {"95": 0.025, "3_sigma": float(norm.sf(3))}


def rows(largest: int = LARGEST) -> list[dict[str, str]]:
    """One row for each number of events from 0, limits to nine decimals."""
    found = []
    for events in range(largest + 1):
        row = {"events": str(events)}
        for name, tail in TAILS.items():
            low, high = garwood(events, 1 - 2 * tail)
            row |= {f"low_{name}": f"{low:.9f}", f"high_{name}": f"{high:.9f}"}
        found.append(row)
    return found


def main() -> None:
    """Write the seed."""
    SEED.parent.mkdir(exist_ok=True)
    with SEED.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows(0)[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())
    sys.stdout.write(f"{SEED.name}: 0 to {LARGEST} events\n")


if __name__ == "__main__":
    main()
