"""What the weekly review must say, counted person by person."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

#: In the order of the page.
COUNTS = ("incidents", "victims", "fatal_victims", "nonfatal_victims")


def counted(shot: pd.DataFrame, until: date, length: int, years: int) -> tuple[date, date, dict[str, int]]:
    """First and last day, and the counts, of the days that end ``years`` before ``until`` (no February 29)."""
    last = until.replace(year=until.year - years)
    days = {last - timedelta(days=n) for n in range(length)}
    there = shot[[day in days for day in shot.day]]
    dead = int(there.is_fatal.sum())
    return (
        min(days),
        last,
        dict(zip(COUNTS, (there.incident.nunique(), len(there), dead, len(there) - dead), strict=True)),
    )
