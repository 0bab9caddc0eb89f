"""Writing a publication file: which relations belong in it, their rows, their descriptions, and what never may."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from feeds.contracts import Contract
from settings import Settings
from warehouse.carried import Carried, bring_forward, copy_file, store_parts
from warehouse.errors import PublishError
from warehouse.kept import Parts, Sums, store, sums_of
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
    kind: str | None = None
    """Of a table by record: the kind of records of which alone, and of codes, each of its rows is made."""

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
    kind = node.get("config", {}).get("meta", {}).get("by_record")
    return Relation(node["schema"], node["name"], node["description"], columns, kind)


@dataclass
class Written:
    """What was written, by ``schema.table``: rows with their sums, the content, and the files where they are parts."""

    sums: dict[str, Sums] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Parts] = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, int]:
        """The rows of each table."""
        return {table: sums[0] for table, sums in self.sums.items()}


def write(
    db: duckdb.DuckDBPyConnection,
    settings: Settings,
    draft: Path,
    wanted: Sequence[Relation],
    contracts: Mapping[str, Contract],
    taken: Carried | None = None,
) -> Written:
    """Write every relation into the file ``draft``, and each that changed into the kept tables.

    The file is new, or one of the publication before where there is something to take from it (``taken``).

    Raises:
        PublishError: an identifying column would be published.
    """
    mask = os.umask(0o077)
    try:
        if taken is not None:
            copy_file(settings, taken.before, draft)
        # without a log: a draft whose writing ends early is thrown away
        db.execute(f"attach {_quoted(str(draft))} as publication (recovery_mode no_wal_writes)")
    finally:
        os.umask(mask)
    written, forward = Written(), set()
    db.begin()  # two thousand statements, most of them descriptions: each by itself would be made durable
    for schema in sorted({relation.schema for relation in wanted}):
        db.execute(f'create schema if not exists publication."{schema}"')
    for relation in wanted:
        sums = _brought_forward(db, relation, taken)
        if sums is not None:
            forward.add(relation.table)
        written.sums[relation.table] = sums or _write_whole(db, relation)
    _refuse_identifiers(db, wanted, contracts)
    db.commit()
    for table in written.sums:
        sums = written.sums[table]
        if taken is not None and table in forward:
            written.files[table], parts = store_parts(db, settings, taken, table, sums)
            written.parts |= {table: parts} if parts else {}
        else:
            written.files[table] = store(db, settings, table, sums)
    db.execute("detach publication")
    return written


def _brought_forward(db: duckdb.DuckDBPyConnection, relation: Relation, taken: Carried | None) -> Sums | None:
    """The sums of a relation that was carried; None where it has to be written."""
    if taken is None or relation.table not in taken.tables:
        return None
    return bring_forward(db, relation.table, taken)


def _write_whole(db: duckdb.DuckDBPyConnection, relation: Relation) -> Sums:
    db.execute(f"drop table if exists publication.{relation.sql}")
    db.execute(f"create table publication.{relation.sql} as select * from {relation.sql}")
    db.execute("; ".join(_comments(relation)))
    return sums_of(db, f"publication.{relation.sql}")


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
