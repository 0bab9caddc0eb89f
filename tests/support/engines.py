"""Comparing two warehouses relation by relation and value by value, whatever engine each lives in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from settings import Settings
from warehouse import transform
from warehouse.dbt_runner import NodeResult, run_dbt
from warehouse.engine import engine_for

SCHEMAS = ("intermediate", "restricted", "core", "marts", "reference")


def contents(settings: Settings) -> dict[str, pa.Table]:
    """Every relation that dbt and the catalogue make, as Arrow tables."""
    with engine_for(settings).session() as db:
        names = db.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_catalog = current_database() and table_schema in (select unnest(?)) order by 1",
            [SCHEMAS],
        ).fetchall()
        # DuckDB takes room for a whole batch (a million rows) of each column: tens of GB of address space for all tables.
        return {name: db.execute(f"select * from {name}").to_arrow_table(2_048) for (name,) in names}


def models_only(settings: Settings, arguments: list[str], *more: Any, **named: Any) -> list[NodeResult]:
    """dbt without data tests, in place of ``warehouse.transform.run_dbt``: half of a run, and no part of what is built."""
    return run_dbt(settings, [*arguments, "--exclude-resource-type", "test"], *more, **named)


@contextmanager
def no_data_tests() -> Iterator[None]:
    """Builds in this block leave dbt's data tests out; for fixtures of whole modules, which ``monkeypatch`` does not reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "run_dbt", models_only)
        yield


def made_anew(settings: Settings) -> None:
    """Every table of the models from ``raw``, as a full refresh makes them; views and tests stand, for they hold no rows."""
    tables = ["config.materialized:table", "config.materialized:incremental"]
    results = run_dbt(settings, ["run", "--full-refresh", "--select", *tables])
    assert len(results) > 30
    assert {result.status for result in results} == {"success"}


def differences(one: dict[str, pa.Table], other: dict[str, pa.Table], without: str = "") -> dict[str, list[object]]:
    """Rows (with their number of occurrences) that only one side has, by relation; absent relations too."""
    found: dict[str, list[object]] = {name: ["only on one side"] for name in one.keys() ^ other.keys()}
    for name in one.keys() & other.keys():
        left, right = (dict(zip(t.schema.names, t.schema.types)) for t in (one[name], other[name]))
        if left != right:
            found[name] = [left, right]
        elif rows := _different(one[name], other[name], without):
            found[name] = list(rows)
    return found


def _different(left: pa.Table, right: pa.Table, without: str) -> list[tuple[object, ...]]:
    columns = f"* exclude ({without})" if without and without in left.schema.names else "*"
    with duckdb.connect() as db:
        db.register("one", left)
        db.register("other", right)
        return db.execute(
            f"(select {columns} from one except all select {columns} from other) "
            f"union all (select {columns} from other except all select {columns} from one) order by all limit 3"
        ).fetchall()
