"""Writing a publication file: which relations belong in it, their rows, their descriptions, and what never may."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from feeds.contracts import Contract
from settings import Settings
from warehouse.errors import PublishError
from warehouse.kept import store
from warehouse.reference import TABLES

#: Schemas that are published; names live in the others.
PUBLISHED_SCHEMAS = ("core", "marts", "reference")
_NEVER = frozenset({"source_key", "row_number", "content_hash"})


@dataclass(frozen=True)
class Relation:
    """One published table with the words that describe it and its columns."""

    schema: str
    name: str
    description: str
    columns: Mapping[str, str]

    @property
    def sql(self) -> str:
        """Its quoted name without a database."""
        return f'"{self.schema}"."{self.name}"'

    @property
    def table(self) -> str:
        """Its name as manifests and people write it."""
        return f"{self.schema}.{self.name}"


def relations(dbt_manifest: Path) -> list[Relation]:
    """What belongs in the publication: models and seeds of the dbt project as it is now, and the reference tables.

    Left-overs of models that are gone, or of a run that was killed, do not.
    """
    manifest = json.loads(dbt_manifest.read_text())
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    nodes += [s for s in manifest["sources"].values() if s["schema"] == "reference" and s["name"] in TABLES]
    wanted = (_relation(node) for node in nodes if node["schema"] in PUBLISHED_SCHEMAS)
    return sorted(wanted, key=lambda relation: (relation.schema, relation.name))


def _relation(node: Mapping[str, Any]) -> Relation:
    columns = {name: column["description"] for name, column in node["columns"].items() if column["description"]}
    return Relation(node["schema"], node["name"], node["description"], columns)


@dataclass(frozen=True)
class Written:
    """What was written, by ``schema.table``: the rows of each, and the Parquet file that keeps them."""

    rows: dict[str, int]
    files: dict[str, str]


def write(
    db: duckdb.DuckDBPyConnection,
    settings: Settings,
    draft: Path,
    wanted: Sequence[Relation],
    contracts: Mapping[str, Contract],
) -> Written:
    """Write every relation into the new file ``draft``, and each that changed into the kept tables.

    Raises:
        PublishError: an identifying column would be published.
    """
    mask = os.umask(0o077)
    try:
        db.execute(f"attach {_quoted(str(draft))} as publication")
    finally:
        os.umask(mask)
    rows = {}
    db.begin()  # two thousand statements, most of them descriptions: each by itself would be made durable
    for schema in sorted({relation.schema for relation in wanted}):
        db.execute(f'create schema if not exists publication."{schema}"')
    for relation in wanted:
        copied = db.execute(f"create table publication.{relation.sql} as select * from {relation.sql}").fetchall()
        rows[relation.table] = int(copied[0][0])
        db.execute("; ".join(_comments(relation)))
    _refuse_identifiers(db, wanted, contracts)
    db.commit()
    files = {relation.table: store(db, settings, relation.schema, relation.name) for relation in wanted}
    db.execute("detach publication")
    return Written(rows, files)


def _comments(relation: Relation) -> Iterator[str]:
    """The descriptions as comments, so that a reader finds them beside the data."""
    yield f"comment on table publication.{relation.sql} is {_quoted(relation.description)}"
    for name, text in relation.columns.items():
        yield f'comment on column publication.{relation.sql}."{name}" is {_quoted(text)}'


def _refuse_identifiers(
    db: duckdb.DuckDBPyConnection, wanted: Sequence[Relation], contracts: Mapping[str, Contract]
) -> None:
    forbidden = _NEVER.union(*(_identifying(contract) for contract in contracts.values()))
    found = []
    for relation in wanted:  # not information_schema: for its answer DuckDB binds every view of the warehouse
        columns = db.execute(f"select * from publication.{relation.sql} limit 0").description or []
        found += [f"{relation.table}.{column[0]}" for column in columns if column[0] in forbidden]
    if found:
        names = ", ".join(sorted(found))
        raise PublishError(
            f"Identifying columns would be published: {names}.", "Remove them from the models under dbt/models/core."
        )


def _identifying(contract: Contract) -> set[str]:
    """Identifying columns, with their role and (as in ``restricted.person_mention``) without it."""
    named = set(contract.identifying_columns())
    role = f"{contract.person.role}_" if contract.person else None
    return named | {name.removeprefix(role) for name in named if role and name.startswith(role)}


def _quoted(text: str) -> str:
    return "'" + text.strip().replace("'", "''") + "'"
