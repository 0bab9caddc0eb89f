"""Facts of the records that loads touched, without a look at what all other records are.

A view of facts reads every column of every version, whichever records are asked for. Their keys alone are read in a
sixth of the time, and incremental runs leave the versions of touched records at the end of their table, close together.
So these are gathered first, by their place, and dbt's own SQL of the facts is asked of them instead of all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from settings import Settings
from warehouse.dbt_runner import compiled, dbt_manifest
from warehouse.kept import RECORD

#: The row's place in its table, as the column of gathered rows.
PLACE = '"place in its table"'
#: Rows that DuckDB reads at once, and how many such blocks are asked for one by one.
_BLOCK, _MOST_BLOCKS = 2_048, 200


def gather(db: duckdb.DuckDBPyConnection, name: str, relation: str, keys: str) -> None:
    """Make a temporary table of the rows of a DuckDB table whose records ``keys`` names, with their :data:`PLACE`."""
    db.execute(
        f"create or replace temp table places as select rowid as {PLACE} from {relation} "
        f"where {RECORD} in (select {RECORD} from {keys})"
    )
    db.execute(
        f"create or replace temp table {name} as select rowid as {PLACE}, * from {relation} "
        f"where rowid in (select {PLACE} from places) and {_there(db)}"
    )


def _there(db: duckdb.DuckDBPyConnection) -> str:
    """A condition by which DuckDB leaves out what lies between the places, where they are close together."""
    asked = f"select distinct {PLACE} // {_BLOCK} from places order by 1 limit {_MOST_BLOCKS + 1}"
    blocks = db.execute(asked).fetchall()
    if not 0 < len(blocks) <= _MOST_BLOCKS:
        return "true"
    return "(" + " or ".join(f"rowid between {b * _BLOCK} and {(b + 1) * _BLOCK - 1}" for (b,) in blocks) + ")"


def facts_of(
    settings: Settings, db: duckdb.DuckDBPyConnection, kind: str, tables: Iterable[str], keys: str
) -> dict[str, str]:
    """Temporary views like the facts by record of a kind (``schema.table``), of the records that ``keys`` names alone.

    Raises:
        TransformError: dbt left no SQL of a fact.
    """
    nodes = _by_table(json.loads(dbt_manifest(settings).read_text()))
    versions = nodes[f"intermediate.int_{kind}__versions"]["relation_name"]
    stands_for, found = {versions: f'"versions of touched records: {kind}"'}, {}
    gather(db, stands_for[versions], versions, keys)
    history = f"core.fct_{kind}_history"
    for table in sorted({history, *tables}, key=lambda one: one != history):  # current facts are made of history
        found[table] = f'"of touched records alone: {table}"'
        sql = compiled(settings, nodes[table])
        for relation, other in stands_for.items():
            sql = sql.replace(relation, other)
        db.execute(f"create or replace temp view {found[table]} as {sql}")
        stands_for[nodes[table]["relation_name"]] = found[table]
    return found


def _by_table(manifest: Mapping[str, Any]) -> dict[str, Any]:
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return {f"{node['schema']}.{node['name']}": node for node in models}
