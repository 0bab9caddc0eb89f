"""What loads touched since the run of dbt that passed last: record keys, and the entities that they name or named.

A model of versions is rebuilt for record keys. One that is made of several records (an arrest and its charges, an event
and all who were arrested at it) is rebuilt for entities, and needs those that a record named before as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from feeds.contracts import Contract
from warehouse.engine import Engine

TABLES = ("touched", "touched_entity")


def note_superseded(
    db: duckdb.DuckDBPyConnection, engine: Engine, contracts: Mapping[str, Contract], gone: Sequence[str], load_id: int
) -> None:
    """Write down the records of change sets that are about to go, with what these say of them."""
    for kind, contract in contracts.items():
        db.execute(
            f'insert into raw.touched select distinct ?, ?, feed_id, record_key from raw."{kind}" '
            "where change_set_id in (select unnest(?))",
            [load_id, kind, list(gone)],
        )
        note_entities(db, engine, contract, load_id)


def note_entities(db: duckdb.DuckDBPyConnection, engine: Engine, contract: Contract, load_id: int) -> None:
    """Write down what the records of a kind that this load touched name in any change that stands now.

    Before the first run that passed, nothing is incremental (:func:`warehouse.transform.transform`).
    """
    if not has_passed(db):
        return
    for entity in sorted(contract.references):
        engine.execute(
            db,
            f"insert into raw.touched_entity select distinct {int(load_id)}, '{entity}', {entity}_key "
            f'from raw."{contract.kind}" where {entity}_key is not null and record_key in (select record_key '
            f"from raw.touched where load_id = {int(load_id)} and record_kind = '{contract.kind}')",
        )


def has_passed(db: duckdb.DuckDBPyConnection) -> bool:
    """True when any whole run of dbt passed on this warehouse."""
    return bool(db.execute("select count(*) from raw.transform_run where state = 'passed'").fetchall()[0][0])


def forget(db: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """A whole run passed on this load: what was touched until then is built."""
    for table in TABLES:
        db.execute(f"delete from raw.{table} where load_id <= ?", [load_id])
