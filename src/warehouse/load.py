"""Loading change sets into ``raw``: superseded ones go, new ones come, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from feeds.catalogue import Catalogue
from feeds.contracts import Contract
from governance.suspicion import suspicion_policy
from ingest.crosswalk import decisions
from settings import Settings
from warehouse import people, points, reference, results, tables, touched
from warehouse.changes import ChangeSetLike, naive_utc, plan
from warehouse.engine import Engine, engine_for
from warehouse.errors import LoadError

OnEvent = Callable[[str], None]


@dataclass(frozen=True)
class LoadResult:
    """What one load did: change sets loaded and removed, change rows inserted; ``load_id`` is the newest load."""

    loaded: int
    removed: int
    rows: int
    load_id: int


def load(
    settings: Settings, active: Iterable[ChangeSetLike], catalogue: Catalogue, on_event: OnEvent | None = None
) -> LoadResult:
    """Make ``raw`` hold exactly the active change sets; repeating it changes nothing.

    Raises:
        LoadError: a change set's files are absent or disagree; nothing was kept.
    """
    active = list(active)
    if orphans := sorted({change_set.feed_id for change_set in active} - catalogue.feeds.keys()):
        raise LoadError(
            f"There are change sets of {', '.join(orphans)}, but no such feed file in jurisdictions/.",
            "Put the file back; to take a feed out, withdraw its deliveries (`nnsc withdraw`) first.",
        )
    rows = reference.reference_rows(catalogue, suspicion_policy(settings), decisions(settings))
    digest = people.stamped(settings, reference.digest(rows))
    engine = engine_for(settings)
    with engine.transaction() as db:
        tables.prepare(db, engine, catalogue.contracts)
        points.add_neighbors(db)
        todo, judged = plan(db, active), results.stale(settings, db)
        load_id, known_digest = last_load(db)
        if not todo.size and not judged and digest == known_digest:
            return LoadResult(0, 0, 0, load_id)
        load_id += 1
        if digest != known_digest:
            reference.replace(db, rows)
            people.replace(settings, db)
        results.replace(settings, db, judged)
        _remove(db, engine, todo.superseded, catalogue.contracts, load_id)
        count = _insert(db, engine, todo.new, catalogue.contracts, load_id)
        totals = [load_id, naive_utc(settings.now()), len(todo.new), len(todo.superseded), count, digest]
        db.execute("insert into raw.load values (?, ?, ?, ?, ?, ?)", totals)
    engine.finish_load(sorted(catalogue.contracts))
    if on_event:
        on_event(f"Loaded {len(todo.new)} change sets ({count:,} changes), removed {len(todo.superseded)} superseded.")
    return LoadResult(len(todo.new), len(todo.superseded), count, load_id)


def last_load(db: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Number of the newest load and the fingerprint of the reference rows it saw; 0 before the first."""
    row = db.execute("select load_id, reference_digest from raw.load order by load_id desc limit 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def _remove(
    db: duckdb.DuckDBPyConnection,
    engine: Engine,
    superseded: Sequence[str],
    contracts: dict[str, Contract],
    load_id: int,
) -> None:
    if not superseded:
        return
    touched.note_superseded(db, engine, contracts, superseded, load_id)
    for kind in contracts:
        db.execute(f'delete from raw."{kind}" where change_set_id in (select unnest(?))', [list(superseded)])
    db.execute("delete from raw.change_set where change_set_id in (select unnest(?))", [list(superseded)])


def _insert(
    db: duckdb.DuckDBPyConnection,
    engine: Engine,
    new: Sequence[ChangeSetLike],
    contracts: dict[str, Contract],
    load_id: int,
) -> int:
    db.execute(
        "create or replace temp table incoming (change_set_id varchar, feed_id varchar, jurisdiction_id varchar, "
        "batch_id varchar, generation integer, load_seq bigint, known_at timestamp, record_kind varchar, "
        "changes_file varchar, records_file varchar)"
    )
    for change_set in new:
        _announce(db, change_set, contracts, load_id)
    kinds = [row[0] for row in db.execute("select distinct record_kind from incoming order by 1").fetchall()]
    count = 0
    for kind in kinds:
        count += _insert_kind(db, contracts[kind], load_id)
        touched.note_entities(db, engine, contracts[kind], load_id)
    db.execute("drop table incoming")
    return count


def _announce(
    db: duckdb.DuckDBPyConnection, change_set: ChangeSetLike, contracts: dict[str, Contract], load_id: int
) -> None:
    head: list[Any] = [change_set.change_set_id, change_set.feed_id, change_set.jurisdiction_id, change_set.batch_id]
    head += [change_set.generation, change_set.load_seq, naive_utc(change_set.known_at)]
    db.execute("insert into raw.change_set values (?, ?, ?, ?, ?, ?, ?, 0, ?)", [*head, load_id])
    for files in change_set.files:
        if files.kind not in contracts:
            raise LoadError(
                f"Change set {change_set.change_set_id} ({change_set.feed_id}) has the unknown kind {files.kind!r}.",
                f"Add expectations/{files.kind}.yml or replay the feed.",
            )
        for file in (files.changes, files.records):
            if not Path(file).is_file():
                raise LoadError(
                    f"Change set {change_set.change_set_id} of {change_set.feed_id} lacks its file {file}.",
                    f"Run `nnsc replay {change_set.feed_id}`, which derives it again from landing.",
                )
        values = [*head, files.kind, str(files.changes), str(files.records)]
        db.execute("insert into incoming values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _insert_kind(db: duckdb.DuckDBPyConnection, contract: Contract, load_id: int) -> int:
    """Insert the changes of one kind of all new change sets in one scan; returns their number.

    A contract column that no file of records has (they are older than the column) stays null.
    """
    paths = db.execute(
        "select list(distinct changes_file), list(distinct records_file) from incoming where record_kind = ?",
        [contract.kind],
    ).fetchone()
    assert paths is not None
    db.execute(f"create or replace temp view new_changes as {_scan(paths[0])}")
    db.execute(f"create or replace temp view new_records as {_scan(paths[1])}")
    _check_pairs(db, contract.kind)
    present = {row[0] for row in db.execute("describe new_records").fetchall()}
    points.add_cells(db, present)
    names = [name for name, _ in tables.record_columns(contract)]
    own = {name for name, _ in contract.stored_columns()}
    brought = {*tables.FROM_CHANGES, *(f"{entity}_key" for entity in contract.references)}
    values = ", ".join(_origin(name, own, brought, present) for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'insert into raw."{contract.kind}" ({columns}) select {values} {_JOIN}'
    inserted = int(db.execute(statement, [contract.kind]).fetchall()[0][0])
    db.execute(
        f"insert into raw.touched select distinct ?, ?, i.feed_id, c.record_key {_CHANGES}",
        [load_id, contract.kind, contract.kind],
    )
    db.execute(
        "update raw.change_set as s set rows = s.rows + n.rows from "
        f"(select i.change_set_id, count(*) as rows {_CHANGES} group by all) as n "
        "where s.change_set_id = n.change_set_id",
        [contract.kind],
    )
    counted = int(db.execute(f"select count(*) {_CHANGES}", [contract.kind]).fetchall()[0][0])
    if inserted != counted:
        raise LoadError(
            f"{counted} {contract.kind} changes became {inserted} rows: a row number stands twice in the records.",
            "Replay the feeds that have new change sets (`nnsc replay FEED`).",
        )
    return counted


_CHANGES = "from new_changes as c join incoming as i on i.changes_file = c.filename and i.record_kind = ?"
_JOIN = (
    f"{_CHANGES} left join new_records as r on r.filename = i.records_file "
    "and r.row_number = c.row_number and r.record_no = coalesce(c.record_no, 0)"
)


def _origin(name: str, own: set[str], brought: set[str], present: set[str]) -> str:
    if name in own:
        return f'r."{name}"' if name in present else "null"
    return f'c."{name}"' if name in brought else f'i."{name}"'


def _scan(paths: Sequence[str]) -> str:
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in sorted(paths))
    return f"select * from read_parquet([{quoted}], filename = true, union_by_name = true)"


def _check_pairs(db: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Every insert and update has exactly one record; every operation is known."""
    row = db.execute(
        f"select i.change_set_id, i.feed_id, c.op, count(*) {_JOIN} "
        "where (c.op in ('insert', 'update') and r.row_number is null) "
        "or c.op not in ('insert', 'update', 'delete', 'mark', 'clear') group by all order by all limit 1",
        [kind],
    ).fetchone()
    if row:
        raise LoadError(
            f"Change set {row[0]} of {row[1]} has {row[3]} {kind} changes ({row[2]!r}) without their record, "
            "or with an operation that the warehouse does not know.",
            f"Run `nnsc replay {row[1]}`, which derives the change sets again from landing.",
        )
