"""Small pieces of SQL text."""

from __future__ import annotations

from typing import Any

#: How records, changes and states are written. Most columns are nearly unique (ids, names, hashes): a large dictionary
#: costs half of the writing time and saves nothing. No Bloom filters: those of DuckDB 1.5.5 deny values that a BLOB
#: column does hold as soon as it gets a dictionary (``tests/unit/ingest/test_sqltext.py``).
PARQUET = "format parquet, parquet_version v2, dictionary_size_limit 1000, write_bloom_filter false"


def ident(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A SQL literal of a Python value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def literals(values: list[Any]) -> str:
    """A comma-separated list of literals."""
    return ", ".join(literal(value) for value in values)
