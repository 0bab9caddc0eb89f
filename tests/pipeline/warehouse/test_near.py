"""Rows of few records are found by their place, wherever they lie in a large table."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from warehouse import near

ROWS = 1_000_000


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A file of a million rows, two of each record, some of them deleted."""
    with duckdb.connect(str(tmp_path_factory.mktemp("near") / "large.duckdb"), config={"threads": 2}) as db:
        db.execute(
            f"create table large as select 'r' || i // 2 as record_key, i, i % 7 as value from range({ROWS}) as r(i)"
        )
        db.execute("delete from large where i % 11 = 0")
        db.execute("insert into large select 'r' || i, -1 - i, 9 from range(40) as r(i)")
        yield db


@pytest.mark.parametrize(
    "touched",
    ["i < 30", f"i > {ROWS // 2 - 5}", "i between 250000 and 255000 or i = 17", "i % 97 = 0", "i < 0", "i >= 0"],
    ids=["first", "last", "together", "everywhere", "nobody", "all"],
)
def test_gathered_rows_are_those_of_the_records(db: duckdb.DuckDBPyConnection, touched: str) -> None:
    db.execute(
        f"create or replace temp table touched as select 'r' || i as record_key from range({ROWS // 2}) as r(i) "
        f"where {touched}"
    )
    near.gather(db, "found", "large", "touched")
    wanted = db.execute("select rowid, large.* from large semi join touched using (record_key) order by all").fetchall()
    assert db.execute("select * from found order by all").fetchall() == wanted
    assert bool(wanted) == (touched != "i < 0")
