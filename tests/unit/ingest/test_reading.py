"""One DuckDB a process: what a task makes is its own, what a file held is forgotten, and a child starts its own."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from ingest import reading
from ingest.reading import ask, own_database


def test_what_a_task_makes_is_its_own() -> None:
    with own_database() as one, own_database() as other:
        one.execute("create temp table t as select 1 as a; set variable v = 1; create temp macro m() as 1")
        for asked in ("from t", "select m()"):
            with pytest.raises(duckdb.CatalogException):
                other.execute(asked)
        assert other.execute("select getvariable('v')").fetchall() == [(None,)]
        other.execute("create temp table t as select 2 as a")
        assert (one.execute("from t").fetchall(), other.execute("from t").fetchall()) == ([(1,)], [(2,)])


def test_a_file_under_the_name_of_one_that_was_read_is_read_itself(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    for value in (1, 2, 3):
        with own_database() as connection:
            connection.execute(f"copy (select {value} as a) to '{file}' (format parquet)")
        os.utime(file, ns=(10**18, 10**18))
        assert ask(f"from read_parquet('{file}')") == [(value,)]


def test_options_make_a_database_of_their_own_and_are_kept_by_it() -> None:
    with own_database(threads=1) as one, own_database(threads=2) as other:
        found = [c.execute("select current_setting('threads')").fetchall() for c in (one, other)]
    assert found == [[(1,)], [(2,)]]


def test_a_child_starts_with_none(tmp_path: Path) -> None:
    assert ask("select 1") == [(1,)]
    child = os.fork()
    if child == 0:
        told = len(reading._kept), ask("select 2")
        (tmp_path / "told").write_text(repr(told))
        os._exit(0)
    assert os.waitpid(child, 0) == (child, 0)
    assert (tmp_path / "told").read_text() == "(0, [(2,)])"
    assert ask("select 3") == [(3,)]


def test_after_an_error_of_duckdb_itself_another_one_is_started() -> None:
    with own_database() as before:
        assert before.execute("select 1").fetchall() == [(1,)]
    kept = dict(reading._kept)
    with pytest.raises(duckdb.InternalException), own_database():
        raise duckdb.InternalException("as if an invariant of DuckDB were broken")
    assert reading._kept == {}
    assert ask("select 1") == [(1,)]
    assert kept != reading._kept
