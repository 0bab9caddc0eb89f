"""People for dbt: the keys and memberships that linkage recorded in the ledger, copied to ``raw`` when they changed."""

from __future__ import annotations

from typing import Any

import duckdb
import sqlalchemy as sa

from governance.tables import UtcDateTime
from ingest import link_tables as lt
from ingest.ledger import engine
from settings import Settings

CONTROL = """
create table if not exists raw.person (
    person_key varchar not null, grade varchar not null, status varchar not null, redirect_to varchar,
    created_at timestamp not null);
create table if not exists raw.person_membership (
    mention_key varchar not null, grade varchar not null, person_key varchar not null, known_from timestamp not null,
    known_to timestamp);
"""


def stamped(settings: Settings, digest: str) -> str:
    """A fingerprint of the reference rows, with that of the people beside it: models run again when either changes."""
    with engine(settings).connect() as connection:
        newest = connection.execute(sa.select(sa.func.max(lt.person_membership.c.run_id))).scalar()
        closed = connection.execute(sa.select(sa.func.max(lt.person_membership.c.valid_to))).scalar()
    return digest if newest is None else f"{digest}/{newest}/{closed or ''}"


def replace(settings: Settings, db: duckdb.DuckDBPyConnection) -> None:
    """Write ``raw.person`` and ``raw.person_membership`` anew from the ledger."""
    person, member = lt.person.c, lt.person_membership.c
    _copy(settings, db, "person", [person.person_key, person.grade, person.status, person.redirect_to,
                                   person.created_at])  # fmt: skip
    _copy(settings, db, "person_membership", [member.mention_key, member.grade, member.person_key, member.valid_from,
                                              member.valid_to])  # fmt: skip


def _copy(settings: Settings, db: duckdb.DuckDBPyConnection, table: str, columns: list[Any]) -> None:
    import pyarrow as pa

    db.execute(f"delete from raw.{table}")
    with engine(settings).connect() as connection:
        rows = connection.execute(sa.select(*columns)).all()
    if not rows:
        return
    values = zip(*rows, strict=True)
    arrays = [
        pa.array(column, pa.timestamp("us", "UTC") if isinstance(kind.type, UtcDateTime) else pa.string())
        for column, kind in zip(values, columns, strict=True)
    ]
    db.register("lk_people", pa.table(arrays, names=[f"c{i}" for i in range(len(columns))]))
    chosen = ", ".join(
        f"c{i} at time zone 'UTC'" if isinstance(c.type, UtcDateTime) else f"c{i}" for i, c in enumerate(columns)
    )
    db.execute(f"insert into raw.{table} select {chosen} from lk_people")
    db.unregister("lk_people")
