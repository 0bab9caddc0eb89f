"""What rules found in deliveries, copied from the ledger to ``raw.rule_result``: only deliveries judged since."""

from __future__ import annotations

from typing import Any

import duckdb
import sqlalchemy as sa

from ingest import tables as t
from ingest.ledger import engine
from settings import Settings
from warehouse.changes import naive_utc

CONTROL = """
create table if not exists raw.rule_result (
    batch_id varchar not null, record_kind varchar not null, rule varchar not null, severity varchar not null,
    is_passed boolean not null, observed double, records bigint not null, expected_low double, expected_high double,
    judged_at timestamp not null);
"""
#: Deliveries copied at once.
_AT_ONCE = 500


def stale(settings: Settings, db: duckdb.DuckDBPyConnection) -> list[str]:
    """Deliveries whose results ``raw`` lacks, or holds from an earlier judgement; sorted."""
    told = sa.select(t.metric.c.delivery_id, sa.func.max(t.metric.c.judged_at), sa.func.count()).group_by(
        t.metric.c.delivery_id
    )
    with engine(settings).connect() as connection:
        wanted = {row[0]: (naive_utc(row[1]), row[2]) for row in connection.execute(told)}
    stored = db.execute("select batch_id, max(judged_at), count(*) from raw.rule_result group by batch_id").fetchall()
    held = {name: (judged, count) for name, judged, count in stored}
    return sorted(name for name, mark in wanted.items() if held.get(name) != mark)


def replace(settings: Settings, db: duckdb.DuckDBPyConnection, deliveries: list[str]) -> None:
    """Write the results of these deliveries anew."""
    for start in range(0, len(deliveries), _AT_ONCE):
        some = deliveries[start : start + _AT_ONCE]
        with engine(settings).connect() as connection:
            rows = connection.execute(sa.select(*_COLUMNS).where(t.metric.c.delivery_id.in_(some))).all()
        db.execute("delete from raw.rule_result where batch_id in (select unnest(?))", [some])
        _insert(db, [tuple(row) for row in rows])


_COLUMNS = [
    t.metric.c[name]
    for name in (
        "delivery_id", "record_kind", "rule", "severity", "success", "observed", "records", "low", "high", "judged_at",
    )
]  # fmt: skip


def _insert(db: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    types = [text, text, text, text, pa.bool_(), number, pa.int64(), number, number, pa.timestamp("us", "UTC")]
    arrays = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
    db.register("rule_results", pa.table(arrays, names=[f"c{i}" for i in range(len(types))]))
    db.execute(
        "insert into raw.rule_result select c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 at time zone 'UTC' from rule_results"
    )
    db.unregister("rule_results")
