"""Writes the seed of quantiles of Student's t, ``dbt/seeds/statistics/student_t_quantile.csv``.

A database has no quantiles of that distribution, so what SQL needs of them stands in a table: for each number of
degrees of freedom the quantile that leaves 2.5 percent above it. Beyond the table SQL uses the first term of its
expansion around the normal distribution (``dbt/macros/student_t.sql``), which is as good as exact there.

Run ``.venv/bin/python tools/t_quantiles.py``; a test compares the file with the definition and with print.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from scipy.stats import t

SEED = Path(__file__).resolve().parents[1] / "dbt" / "seeds" / "statistics" / "student_t_quantile.csv"
LARGEST = 300


def rows(largest: int = LARGEST) -> list[dict[str, str]]:
    """One row for each number of degrees of freedom from 1, to nine decimals."""
    return [
        {"degrees_of_freedom": str(number), "upper_2_5_percent": f"{float(t.isf(0.025, number)):.9f}"}
        for number in range(1, largest + 1)
    ]


def main() -> None:
    """Write the seed."""
    with SEED.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows(1)[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())
    sys.stdout.write(f"{SEED.name}: 1 to {LARGEST} degrees of freedom\n")


if __name__ == "__main__":
    main()
