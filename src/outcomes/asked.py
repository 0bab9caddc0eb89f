"""The rows that a series asks of a publication, summed by month; what cannot be added or counted is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import yaml

from feeds.errors import SpecificationError
from governance.reads import sensitive_columns
from outcomes.specification import Series
from warehouse.kept import Kept

#: Columns that tell days, which may have a fraction; but no rate of days.
_DAYS = re.compile(r"^(?!.*_per_).*(^|_)days(_|$)")


@dataclass(frozen=True)
class Publication:
    """An open publication: its tables under their names, and what is known of them.

    ``project`` holds the dbt project, whose marts say which of their rows overlap.
    """

    kept: Kept
    db: duckdb.DuckDBPyConnection
    project: Path


@dataclass(frozen=True)
class Overlap:
    """Rows with different values of a column count the same things: in these columns of the mart (none named: in
    every one), but not where the rows are filtered as ``unless`` says."""

    columns: tuple[str, ...] = ()
    unless: tuple[tuple[str, str], ...] = ()

    def concerns(self, series: Series) -> bool:
        """True where it matters for the column and the rows of a series."""
        is_apart = bool(self.unless) and all(str(series.where.get(name)) == value for name, value in self.unless)
        return (not self.columns or series.column in self.columns) and not is_apart


def rows_of(
    source: Publication, series: Series, units: Sequence[str], file: Path, field: str, is_count: bool,
    absent: list[str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """A row per unit and month (columns unit, month, value): value is null where a part of it is unknown.

    Units without any row are refused, or added to ``absent`` where it is given: their data may be still to come.

    Raises:
        SpecificationError: the mart, a column or a unit does not exist, the column is above T2, the rows of a unit
            overlap, or (with ``is_count``) a value is no count.
    """
    found = _summed(source, series, units, file, field)
    known = set(found["unit"])
    strangers = [unit for unit in units if unit not in known]
    if absent is not None:
        absent += strangers
    elif strangers:
        raise SpecificationError(
            file, field, f"{series.mart} has no rows of {strangers[0]!r} in {series.unit_column}.",
            f'See its units: `nnsc query "select distinct {series.unit_column} from marts.{series.mart}"`.',
        )  # fmt: skip
    _one_value(source, series, units, file, field)
    if is_count:
        _whole(found, series, file, field)
    return found


def overlapping(project: Path, mart: str) -> dict[str, Overlap]:
    """What a mart says under ``meta.overlapping``: column -> ``all``, a list of the columns that must not be added over
    it, or ``{unless: {column: value}}``."""
    for file in (project / "dbt" / "models" / "marts").glob(f"*/{mart}.yml"):
        (model,) = (m for m in yaml.safe_load(file.read_text(encoding="utf-8"))["models"] if m["name"] == mart)
        told = model.get("config", {}).get("meta", {}).get("overlapping", {})
        return {name: _overlapping(one) for name, one in told.items()}
    return {}


def _overlapping(told: Any) -> Overlap:
    if isinstance(told, dict):
        return Overlap(unless=tuple((name, str(value)) for name, value in told["unless"].items()))
    return Overlap() if told == "all" else Overlap(tuple(told))


def _summed(source: Publication, series: Series, units: Sequence[str], file: Path, field: str) -> pd.DataFrame:
    unit, month, column = f'"{series.unit_column}"', f'"{series.time_column}"', f'"{series.column}"'
    chosen, values = _chosen(series, units)
    sql = (
        f"select cast({unit} as varchar), cast(date_trunc('month', {month}) as date), "
        f"case when count({column}) = count(*) then cast(sum({column}) as double) end {chosen} "
        "group by 1, 2 order by 1, 2"
    )
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


def _chosen(series: Series, units: Sequence[str]) -> tuple[str, list[Any]]:
    """The rows of the units that ``where`` keeps."""
    filters, values = [f'cast("{series.unit_column}" as varchar) in (select unnest(?))'], [list(units)]
    for name, value in sorted(series.where.items()):
        wanted = value if isinstance(value, list) else [value]
        filters.append(f'cast("{name}" as varchar) in (select unnest(?))')
        values.append([str(one).lower() if isinstance(one, bool) else str(one) for one in wanted])
    return f'from marts."{series.mart}" where {" and ".join(filters)}', values


def _one_value(source: Publication, series: Series, units: Sequence[str], file: Path, field: str) -> None:
    """A total and its parts are never added up, nor compared: each unit has rows of one value of what overlaps."""
    there = {row[0] for row in source.db.execute(f'describe marts."{series.mart}"').fetchall()}  # of its own time
    chosen, values = _chosen(series, units)
    for name, overlap in overlapping(source.project, series.mart).items():
        if name not in there or not overlap.concerns(series):
            continue
        if name == series.unit_column and len(set(units)) > 1:
            raise _shared(series, overlap, file, field)
        counted = (
            f'select cast("{series.unit_column}" as varchar) as unit, cast("{name}" as varchar) as value, '
            f"count(*) as rows {chosen} group by 1, 2"
        )
        found = pd.DataFrame(source.db.execute(counted, values).fetchall(), columns=["unit", "value", "rows"])
        for unit, own in found.groupby("unit"):
            if len(own) > 1:
                raise _overlap(series, str(unit), name, own, file, field)


def _shared(series: Series, overlap: Overlap, file: Path, field: str) -> SpecificationError:
    apart = " and ".join(f"`{name}: {value}`" for name, value in overlap.unless)
    return SpecificationError(
        file, f"{field}.unit_column",
        f"units by {series.unit_column} share a part of {series.column} in {series.mart}: one would be compared with "
        "itself.",
        f"Choose {apart} under {field}.where." if apart else f"Choose one value of {series.unit_column} under "
        f"{field}.where, and units of another column (a place or a facility).",
    )  # fmt: skip


def _overlap(series: Series, unit: str, name: str, own: pd.DataFrame, file: Path, field: str) -> SpecificationError:
    values = sorted(str(value) for value in own["value"])
    shown = ", ".join(values[:4]) + (f" and {len(values) - 4} more" if len(values) > 4 else "")
    fewest = own.sort_values(["rows", "value"])["value"].iloc[0]  # a total has fewer rows than its parts
    example = "all" if "all" in values else str(fewest)
    return SpecificationError(
        file, f"{field}.where",
        f"{series.mart} has rows of {unit!r} with several values of {name} ({shown}). They count some things twice, "
        f"so {series.column} must not be summed over them.",
        f"Choose one value of {name} under {field}.where, for example `{name}: {example}`.",
    )  # fmt: skip


def _whole(found: pd.DataFrame, series: Series, file: Path, field: str) -> None:
    """Verdicts are about counts: a share or a rate would pass for a handful of events. Days may have a fraction."""
    values = found["value"].astype("float64")
    is_part = (values % 1 != 0) & (not _DAYS.search(series.column))
    wrong = found[values.notna() & ((values < 0) | is_part)]
    if wrong.empty:
        return
    first = wrong.iloc[0]
    raise SpecificationError(
        file, f"{field}.column",
        f"{series.mart}.{series.column} is no count: {first['unit']!r} has {first['value']:.6g} in "
        f"{first['month']:%Y-%m}. An outcome is a number of events or of days, never a share or a rate.",
        "Name a column that counts (incidents, arrests, custody_days), and for a rate what it is counted "
        f'per under exposure. See the columns: `nnsc query "describe marts.{series.mart}"`.',
    )  # fmt: skip
