"""Parquet files, read by DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from connectors.base import TextTable
from connectors.delimited import quoted
from connectors.errors import RefusedInput


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class ParquetReader:
    """Columns as text: instants as ISO with a blank, nested values as JSON."""

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read all rows in file order.

        Raises:
            RefusedInput: ``empty_file`` or ``unreadable``.
        """
        if path.stat().st_size == 0:
            raise RefusedInput("empty_file", "The file is empty (0 bytes).")
        source = f"read_parquet({quoted(str(path))}, file_row_number=true)"
        try:
            described = connection.execute(f"describe select * exclude (file_row_number) from {source}").fetchall()
            columns = [f"{_as_text(name, kind)} as c{number}" for number, (name, kind, *_) in enumerate(described)]
            query = f"select file_row_number + 1 as row_number, {', '.join(columns)} from {source}"
            connection.execute(f"create temp table text_rows as {query}")
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise RefusedInput("unreadable", f"The file is no readable Parquet: {first}.") from error
        connection.execute("create temp table rejects (row_number bigint, problem varchar, row_text varchar)")
        rows = connection.execute("select count(*) from text_rows").fetchall()[0][0]
        return TextTable("text_rows", "rejects", tuple(name for name, *_ in described), rows)


def _as_text(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    if kind == "BLOB":
        return f"base64({column})"
    return f"to_json({column})::varchar" if nested else f"{column}::varchar"
