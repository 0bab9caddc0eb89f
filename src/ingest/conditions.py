"""Which headings a layout's ``where`` speaks of, as DuckDB's own parser reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ingest.reading import own_database
from ingest.sqltext import ident


def lacking(condition: str, known: Iterable[str]) -> list[str]:
    """Names of columns that the condition needs besides the known ones, sorted."""
    return list(_lacking(condition, tuple(sorted({*known} - {""}))))


@lru_cache(maxsize=256)
def _lacking(condition: str, known: tuple[str, ...]) -> tuple[str, ...]:
    import duckdb

    columns = "".join(f", null::varchar as {ident(name)}" for name in known)
    names: set[str] = set()
    with own_database() as connection:
        while True:
            extra = "".join(f", null::varchar as {ident(name)}" for name in sorted(names))
            try:
                connection.execute(f"select 1 from (select 1 as _file_row{columns}{extra}) where {condition}")
            except duckdb.BinderException as error:
                name = _missing_column(str(error))
                if name is None or name in names:
                    break
                names.add(name)
            except duckdb.Error:
                break
            else:
                break
    return tuple(sorted(names))


def _missing_column(message: str) -> str | None:
    found = re.search(r'[Cc]olumn "([^"]+)" not found', message)
    return found[1] if found else None
