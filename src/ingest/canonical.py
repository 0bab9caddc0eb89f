"""The text of a record's content, and the names that its values bear inside the mapping query."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.contracts import ColumnSpec, Contract
from feeds.spec import ColumnMap
from ingest.precision import EPOCH_MS, TELLING, precision_sql
from ingest.sqltext import ident, literal, literals

#: Stands between the parts of the text.
_BETWEEN = "\x1f"


def typed_name(name: str) -> str:
    """The typed value inside the query, under a name that no heading has."""
    return ident("_t_" + name)


def text_name(name: str) -> str:
    """The source text inside the query."""
    return ident("_s_" + name)


def is_moment(contract: Contract, name: str) -> bool:
    """True for a date or timestamp: it is stored with its precision."""
    return contract.columns[name].type in ("date", "timestamp")


def precision(name: str, column: ColumnSpec, mapped: ColumnMap | None) -> str:
    """How exactly the moment is known; null where the layout does not supply it."""
    if mapped is None:
        return "null::varchar"
    if mapped.const is not None:
        return literal("day")
    formats = mapped.parse or [EPOCH_MS]
    return precision_sql(text_name(name), typed_name(name), formats, column.type == "date")


def canonical(contract: Contract, supplied: Mapping[str, ColumnMap]) -> str:
    """UTF-8 of a record's typed content, the same for every engine version: name=value of the non-null columns.

    A column that the layout does not supply is null and may as well be left out. One ``concat`` of names and values,
    which takes null as nothing: joining each name to its value first costs more than twice as much. The byte that
    stands before the first name is cut off, from bytes because cutting text counts its characters.
    """
    pieces: list[str] = []
    for name in sorted({*contract.columns} & {*supplied}):
        typed, column = typed_name(name), contract.columns[name]
        pieces += [_label(f"{typed} is not null", name), _value(typed, column.type)]
        if is_moment(contract, name) and supplied[name].const is None:
            told = precision(name, column, supplied[name])
            known = f"{told} in ({literals(list(TELLING))})"
            pieces += [_label(known, f"{name}_precision"), f"case when {known} then {told} end"]
    return f"encode(concat({', '.join(pieces)}))[2:]" if pieces else "''"


def _label(present: str, name: str) -> str:
    return f"case when {present} then {literal(_BETWEEN + name + '=')} end"


def _value(typed: str, kind: str) -> str:
    if kind == "date":
        return f"datediff('day', date '1970-01-01', {typed})"
    if kind == "timestamp":
        return f"epoch_us({typed})"
    if kind in ("decimal", "latitude", "longitude"):
        return f"{typed}::decimal(18, 6)"
    if kind == "boolean":
        return f"case when {typed} then '1' when not {typed} then '0' end"
    return typed
