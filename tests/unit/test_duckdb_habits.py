"""What this version of DuckDB must not be asked, and how it must not be asked, anywhere in the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.world import PROJECT

FILES = [
    *(file for folder in ("src", "plugins", "dags") for file in sorted((PROJECT / folder).rglob("*.py"))),
    *sorted((PROJECT / "dbt").rglob("*.sql")),
]
#: A window over everything: duckdb 1.5.5 stops about once in 250 times with an internal error when two threads finish
#: it ("Attempted to access index 0 within vector of size 0"). Windows with a partition or an order are sound.
OVER_ALL = re.compile(r"\bover\s*\(\s*\)", re.IGNORECASE)
#: DuckDB's default connection lives as long as the process and refuses everything after one internal error.
DEFAULT_CONNECTION = re.compile(r"\bduckdb\.(execute|sql|query|read_parquet|read_csv)\(")


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file.relative_to(PROJECT)}:{number}"
        for file in FILES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize(
    "pattern", [OVER_ALL, DEFAULT_CONNECTION], ids=["window over everything", "default connection"]
)
def test_nothing_asks_for_what_this_version_gets_wrong(pattern: re.Pattern[str]) -> None:
    assert not found(pattern)


@pytest.mark.parametrize(
    ("pattern", "planted"),
    [(OVER_ALL, "select count(*) over ( ) from t"), (DEFAULT_CONNECTION, 'duckdb.execute("select 1")')],
    ids=["window", "connection"],
)
def test_the_search_finds(pattern: re.Pattern[str], planted: str) -> None:
    assert pattern.search(planted)
    assert Path(FILES[0]).is_file()
