"""Monthly series from the marts of one publication. A month without a row is missing unless a feed spoke of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from feeds.errors import SpecificationError
from governance.reads import sensitive_columns
from outcomes.specification import Series, Window
from warehouse.kept import Kept

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


@dataclass(frozen=True)
class Publication:
    """An open publication: its tables under their names, and what is known of them."""

    kept: Kept
    db: duckdb.DuckDBPyConnection


def months_of(window: Window) -> list[date]:
    """First days of the months of a window."""
    return [stamp.date() for stamp in pd.date_range(window.first, window.last, freq="MS")]


def extract(
    source: Publication, series: Series, units: Sequence[str], window: Window, file: Path, field: str
) -> Extract:
    """The counts of each unit and month.

    Raises:
        MissingMonths: a month has no value, or the last one has not ended for the feeds.
        SpecificationError: the mart, a column or a unit does not exist, or the column is above T2.
    """
    _ended(source, series, window, file, field)
    found = _asked(source, series, units, file, field)
    months = months_of(window)
    wide = found.pivot(index="month", columns="unit", values="value") if len(found) else pd.DataFrame()
    if strangers := [unit for unit in units if unit not in wide.columns]:
        raise SpecificationError(
            file, field, f"{series.mart} has no rows of {strangers[0]!r} in {series.unit_column}.",
            f'See its units: `nnsc query "select distinct {series.unit_column} from marts.{series.mart}"`.',
        )  # fmt: skip
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


def _asked(source: Publication, series: Series, units: Sequence[str], file: Path, field: str) -> pd.DataFrame:
    """A row per unit and month: value is null where a part of it is unknown."""
    sql, values = _sql(series, units)
    if above := sensitive_columns(sql, source.kept.manifest.get("tiers", {})):
        raise SpecificationError(
            file, field, f"{above[0]} names people or victims.", "Evaluations read counts of tiers T0 to T2."
        )
    try:
        rows = source.db.execute(sql, values).fetchall()
    except duckdb.Error as error:
        raise SpecificationError(
            file, field, f"the publication cannot give this series: {str(error).splitlines()[0]}",
            f'See its columns: `nnsc query "describe marts.{series.mart}"`.',
        ) from None  # fmt: skip
    return pd.DataFrame(rows, columns=["unit", "month", "value"])


def _sql(series: Series, units: Sequence[str]) -> tuple[str, list[Any]]:
    unit, month, column = f'"{series.unit_column}"', f'"{series.time_column}"', f'"{series.column}"'
    filters, values = [f"cast({unit} as varchar) in (select unnest(?))"], [list(units)]
    for name, value in sorted(series.where.items()):
        wanted = value if isinstance(value, list) else [value]
        filters.append(f'cast("{name}" as varchar) in (select unnest(?))')
        values.append([str(one).lower() if isinstance(one, bool) else str(one) for one in wanted])
    return (
        f"select cast({unit} as varchar), cast(date_trunc('month', {month}) as date), "
        f"case when count({column}) = count(*) then cast(sum({column}) as double) end "
        f'from marts."{series.mart}" where {" and ".join(filters)} group by 1, 2 order by 1, 2',
        values,
    )


def _ended(source: Publication, series: Series, window: Window, file: Path, field: str) -> None:
    """The window ends with a month that every feed has told to its end."""
    if not series.feeds:
        return
    known = dict(source.db.execute("select feed_id, last_known_at from marts.mart_ops__feed_freshness").fetchall())
    after = datetime.combine((window.last + timedelta(days=31)).replace(day=1), _ENDED)
    for feed in series.feeds:
        if known.get(feed) is None:
            raise SpecificationError(file, f"{field}.feeds", f"nothing was delivered by a feed {feed!r}.",
                                     "Correct its name; `nnsc feeds list` names the feeds.")  # fmt: skip
        if known[feed] < after:
            raise MissingMonths(
                file, "window.last", f"{feed} speaks until {known[feed]:%Y-%m-%d}: {window.last:%Y-%m} is not whole.",
                "End the window earlier, or wait for the next delivery.",
            )  # fmt: skip
