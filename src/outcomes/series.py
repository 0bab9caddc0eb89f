"""Monthly series from the marts of one publication. A month without a row is missing unless a feed spoke of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd

from feeds.errors import SpecificationError
from outcomes.asked import Publication, rows_of
from outcomes.specification import Series, Window

#: On the first of the next month at this hour in UTC, the month has ended everywhere.
_ENDED = time(12)


class MissingMonths(SpecificationError):
    """Months of which nothing is known. They are never taken as zero."""


@dataclass(frozen=True)
class Extract:
    """``values``: a row per month of the window, a column per unit in the order asked; ``zeros`` months had no row and
    count as none, for the reason that the specification gives."""

    values: pd.DataFrame
    zeros: int


def months_of(window: Window) -> list[date]:
    """First days of the months of a window."""
    return [stamp.date() for stamp in pd.date_range(window.first, window.last, freq="MS")]


def extract(
    source: Publication, series: Series, units: Sequence[str], window: Window, file: Path, field: str,
    is_count: bool = False,
) -> Extract:  # fmt: skip
    """The sums of each unit and month; ``is_count`` for what is judged as a number of events.

    Raises:
        MissingMonths: a month has no value, or the last one has not ended for the feeds.
        SpecificationError: the mart, a column or a unit does not exist, the column is above T2, rows overlap, or a
            count is none.
    """
    _ended(source, series, window, file, field)
    found = rows_of(source, series, units, file, field, is_count)
    months = months_of(window)
    wide = found.pivot(index="month", columns="unit", values="value")
    has_row = found.assign(row=True).pivot(index="month", columns="unit", values="row").reindex(months)
    began = found.groupby("unit")["month"].min()
    values = wide.reindex(months)[list(units)].astype("float64")
    zeros = 0
    if series.zero_months:  # from its first row on, a unit's feed spoke of it; a row without a value stays missing
        for unit in units:
            empty = has_row[unit].isna() & (pd.Index(months) >= began[unit])
            values.loc[empty, unit] = 0.0
            zeros += int(empty.sum())
    _complete(values, series, file, field)
    return Extract(values, zeros)


def told_by_feeds(source: Publication, series: Series, file: Path, field: str) -> dict[str, datetime]:
    """Each feed that a series names, and until when it speaks.

    Raises:
        SpecificationError: nothing was delivered by such a feed.
    """
    if not series.feeds:
        return {}
    known = dict(source.db.execute("select feed_id, last_known_at from marts.mart_ops__feed_freshness").fetchall())
    for feed in series.feeds:
        if known.get(feed) is None:
            raise SpecificationError(file, f"{field}.feeds", f"nothing was delivered by a feed {feed!r}.",
                                     "Correct its name; `nnsc feeds list` names the feeds.")  # fmt: skip
    return {feed: known[feed] for feed in series.feeds}


def as_csv(columns: dict[str, Extract]) -> bytes:
    """All series of an evaluation in one file, in long form: series, unit, month, value."""
    lines = ["series,unit,month,value"]
    for name, found in columns.items():
        for unit in found.values:
            lines += [f'{name},"{unit}",{month:%Y-%m},{value:.10g}' for month, value in found.values[unit].items()]
    return ("\n".join(lines) + "\n").encode()


def fingerprint(content: bytes) -> str:
    """SHA-256 of an extract as it is written."""
    return hashlib.sha256(content).hexdigest()


def _complete(values: pd.DataFrame, series: Series, file: Path, field: str) -> None:
    gaps = [f"{unit} {month:%Y-%m}" for unit in values for month in values.index[values[unit].isna()]]
    if not gaps:
        return
    named = ", ".join(gaps[:6]) + (f" and {len(gaps) - 6} more" if len(gaps) > 6 else "")
    remedy = "Shorten the window, or leave the unit out."
    if not series.zero_months:
        remedy += f" If a month without a row means none, say why under {field}.zero_months and name the feeds."
    raise MissingMonths(
        file, field, f"months without a value in {series.mart}.{series.column}: {named}. Missing is not zero.", remedy
    )


def _ended(source: Publication, series: Series, window: Window, file: Path, field: str) -> None:
    """The window ends with a month that every feed has told to its end."""
    after = datetime.combine((window.last + timedelta(days=31)).replace(day=1), _ENDED)
    for feed, until in told_by_feeds(source, series, file, field).items():
        if until < after:
            raise MissingMonths(
                file, "window.last", f"{feed} speaks until {until:%Y-%m-%d}: {window.last:%Y-%m} is not whole.",
                "End the window earlier, or wait for the next delivery.",
            )  # fmt: skip
