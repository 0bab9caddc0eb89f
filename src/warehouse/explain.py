"""From a cell of a mart back to records, batches and rows of files, and why it changed since the publication before.

Which records a row of a mart counts is said beside the mart, under ``explained_by`` of its ``meta``: a record kind and
a condition over ``record`` (a row of ``core.fct_<kind>``, or of ``from``) and ``cell`` (a row of the mart). A fact
explains itself. Names are never shown: rows are told by file and number, for those who may open the file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from settings import Settings
from warehouse.dbt_runner import dbt_manifest
from warehouse.engine import engine_for
from warehouse.errors import QueryError
from warehouse.kept import Kept, opened, publication, publications
from warehouse.query import QueryResult
from warehouse.reading import note_question

#: What became of a record between the two publications, in the order in which it is shown.
FATES = ("new", "corrected", "moved here", "moved away", "withdrawn", "same")
_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Rule:
    """Which records of one kind a row of a mart counts."""

    kind: str
    source: str
    matches: str


@dataclass(frozen=True)
class SourceRow:
    """One record of the cell, and the row of the delivery that it was read from (None where the file left raw)."""

    fate: str
    record_kind: str
    feed_id: str
    record_key: str
    batch_id: str
    known_at: datetime | None
    row_number: int | None
    record_no: int | None
    #: The delivery that withdrew the record, if it is gone because of one.
    withdrawn_by: str | None = None


@dataclass(frozen=True)
class Explanation:
    """Cells of a mart now and in the publication before (None if there is none), and the records behind them."""

    table: str
    publication: int
    compared_with: int | None
    cells: QueryResult
    cells_before: QueryResult | None
    fates: dict[str, int]
    sources: list[SourceRow]
    rules_changed: bool


def explain(settings: Settings, table: str, where: str, limit: int = 50) -> Explanation:
    """Explain the rows of a mart or fact that fulfil a condition; up to ``limit`` cells and records are listed.

    Raises:
        NoPublication: nothing was published yet.
        QueryError: there is no such table, it does not say which records it counts, or the condition is wrong.
    """
    now, *older = publications(settings) or [publication(settings)]
    name = _qualified(now, table)
    rules = _rules(settings, name)
    note_question(settings, f"select * from {name} where {where}")
    try:
        cells, records = _read(now, name, where, rules, limit)
        cells_before, records_before = None, records
        moved: dict[str, dict[_Key, str]] = {"here": {}, "away": {}}
        if older and name in older[0].tables:
            cells_before, records_before = _read(older[0], name, where, rules, limit)
            moved["here"] = _present(older[0], records.keys() - records_before.keys())
            moved["away"] = _present(now, records_before.keys() - records.keys())
    except duckdb.Error as error:
        raise QueryError(f"{name} cannot be asked for this: {error}", f"`nnsc query 'describe {name}'`.") from error
    fates = {key: _fate(key, records, records_before, moved) for key in records | records_before}
    before = older[0] if cells_before is not None else None
    return Explanation(
        name,
        now.publication_id,
        before.publication_id if before else None,
        cells,
        cells_before,
        dict(sorted(Counter(fates.values()).items(), key=lambda item: FATES.index(item[0]))),
        _sources(settings, fates, records_before | records | moved["away"], limit),
        before is not None and before.manifest["project_digest"] != now.manifest["project_digest"],
    )


def _qualified(kept: Kept, table: str) -> str:
    found = [name for name in kept.tables if table in (name, name.split(".")[1])]
    if len(found) != 1:
        raise QueryError(f"The publication has no table {table!r}.", '`nnsc query "show all tables"` names them.')
    return found[0]


def _rules(settings: Settings, table: str) -> list[Rule]:
    schema, name = table.split(".")
    if schema == "core" and name.startswith("fct_"):
        kind = name.removeprefix("fct_").removesuffix("_history")
        same = "record.feed_id = cell.feed_id and record.record_key = cell.record_key"
        return [Rule(kind, f"core.fct_{kind}", same)]
    nodes = json.loads(dbt_manifest(settings).read_text())["nodes"]
    told = nodes.get(f"model.nnsc.{name}", {}).get("config", {}).get("meta", {}).get("explained_by")
    if not told:
        raise QueryError(
            f"{table} does not say which records it counts.",
            f"Add meta.explained_by to its .yml in dbt/models/{schema}.",
        )
    return [Rule(rule["kind"], rule.get("from", f"core.fct_{rule['kind']}"), rule["matches"]) for rule in told]


def _read(kept: Kept, table: str, where: str, rules: Iterable[Rule], limit: int) -> tuple[QueryResult, dict[_Key, str]]:
    """Cells of a publication, and the batch of each record that they count."""
    records: dict[_Key, str] = {}
    with opened(kept) as db:
        cursor = db.execute(f"select * from {table} where {where} order by all limit {limit}")
        cells = QueryResult([column[0] for column in cursor.description or []], cursor.fetchall())
        for rule in rules:
            found = db.execute(
                f"with cells as (select * from {table} where {where}), "
                f"records as (select * from ({_relation(rule)}) as record "
                f"where exists (select 1 from cells as cell where {rule.matches})) "
                "select feed_id, record_key, batch_id from records"
            ).fetchall()
            records |= {(rule.kind, feed, key): batch for feed, key, batch in found}
    return cells, records


def _relation(rule: Rule) -> str:
    return rule.source if " " in rule.source else f"select * from {rule.source}"


def _present(kept: Kept, keys: Iterable[_Key]) -> dict[_Key, str]:
    """Those of the records that a publication has anywhere, with their batch."""
    wanted: dict[str, list[str]] = {}
    for kind, _, key in sorted(keys):
        wanted.setdefault(kind, []).append(key)
    found: dict[_Key, str] = {}
    with opened(kept) as db:
        for kind, some in wanted.items():
            sql = f"select feed_id, record_key, batch_id from core.fct_{kind} where record_key in (select unnest(?))"
            found |= {(kind, feed, key): batch for feed, key, batch in db.execute(sql, [some]).fetchall()}
    return found


def _fate(
    key: _Key, now: Mapping[_Key, str], before: Mapping[_Key, str], moved: Mapping[str, Mapping[_Key, str]]
) -> str:
    if key in now and key in before:
        return "same" if now[key] == before[key] else "corrected"
    if key in now:
        return "moved here" if key in moved["here"] else "new"
    return "moved away" if key in moved["away"] else "withdrawn"


def _sources(settings: Settings, fates: Mapping[_Key, str], batches: Mapping[_Key, str], limit: int) -> list[SourceRow]:
    """Row numbers of the records, out of ``raw``; what changed comes first."""
    ordered = sorted(fates, key=lambda key: (FATES.index(fates[key]), key))[:limit]
    rows: dict[tuple[_Key, str], tuple[datetime, int, int]] = {}
    deleted: dict[_Key, str] = {}
    with engine_for(settings).session() as db:
        for kind in sorted({key[0] for key in ordered}):
            keys = [key[2] for key in ordered if key[0] == kind]
            found = db.execute(
                f'select op, feed_id, record_key, batch_id, known_at, row_number, record_no from raw."{kind}" '
                "where op in ('insert', 'update', 'delete') and record_key in (select unnest(?)) "
                "order by known_at, load_seq",
                [keys],
            ).fetchall()
            for op, feed, key, batch, *rest in found:
                if op == "delete":
                    deleted[kind, feed, key] = batch
                else:
                    rows[(kind, feed, key), batch] = (rest[0], rest[1], rest[2])
    return [_source(fates[key], key, batches[key], rows.get((key, batches[key])), deleted.get(key)) for key in ordered]


def _source(
    fate: str, key: _Key, batch: str, row: tuple[datetime, int, int] | None, deleted_by: str | None
) -> SourceRow:
    known_at, number, part = row or (None, None, None)
    return SourceRow(fate, *key, batch, known_at, number, part, deleted_by if fate == "withdrawn" else None)
