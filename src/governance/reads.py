"""Which columns of T3 and T4 a question reads. In doubt it reads: what cannot be followed counts as read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SENSITIVE = ("T3", "T4")


def sensitive_columns(sql: str, tiers: Mapping[str, Mapping[str, Any]], dialect: str = "duckdb") -> list[str]:
    """``schema.table.column`` of every T3 or T4 column that a statement reads, in whatever clause, sorted.

    ``tiers`` is what a publication's manifest says: table -> tier, columns -> tier.
    """
    sensitive = {table: _sensitive(told) for table, told in tiers.items() if _sensitive(told)}
    named = {t: c for t, c in sensitive.items() if re.search(rf"\b{re.escape(t.split('.')[1])}\b", sql, re.IGNORECASE)}
    if not named:
        return []
    return sorted(_followed(sql, named, tiers, dialect))


def _sensitive(told: Mapping[str, Any]) -> set[str]:
    return {column for column, tier in told["columns"].items() if tier in _SENSITIVE}


def _followed(
    sql: str, named: Mapping[str, set[str]], tiers: Mapping[str, Mapping[str, Any]], dialect: str
) -> set[str]:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    from governance.lineage import qualified

    everything = {f"{table}.{column}" for table, columns in named.items() for column in columns}
    if re.search(r"\bcolumns\s*\(", sql, re.IGNORECASE):
        return everything  # DuckDB's COLUMNS(...) names columns by a pattern
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table, told in tiers.items():
        schema.setdefault(table.split(".")[0], {})[table.split(".")[1]] = dict.fromkeys(told["columns"], "text")
    try:
        columns: set[str] = set()
        for statement in parse(sql, dialect=dialect):
            if not isinstance(statement, exp.Query):
                return everything
            found = qualified(statement, schema, dialect)
            if any(isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count) for node in found.walk()):
                return everything
            # A table named as a value stands for its whole row.
            whole = {table.alias_or_name.lower() for table in found.find_all(exp.Table)}
            columns |= {column.name.lower() for column in found.find_all(exp.Column)}
            if columns & whole or found.find(exp.TableColumn):
                return everything
    except SqlglotError:
        return everything
    return {name for name in everything if name.rsplit(".", 1)[1].lower() in columns}
