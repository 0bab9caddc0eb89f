"""Small pieces of SQL text."""

from __future__ import annotations

from typing import Any


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
