"""Judging the records of one kind: duplicates, Great Expectations' verdict, and the scan that names failing records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.base import TextTable
from feeds.spec import Layout, RecordSpec
from ingest.errors import Fault
from ingest.rules import Rule
from ingest.sqltext import PARQUET, ident, literal

if TYPE_CHECKING:
    import duckdb

    from ingest.parse import KindCounts

_QUARANTINE = (
    "record_kind varchar, row_number bigint, record_no integer, rules varchar[], "
    "problems struct(rule varchar, severity varchar, column_name varchar, value varchar, sentence varchar)[], "
    "row_text json"
)


def shape_failures(table: TextTable, layout: Layout) -> str:
    """SQL that opens the quarantine with the rows that are no rows (kind ``*``).

    A ragged row cannot be told apart into columns, so its text is kept only where the layout has nothing that must
    never be loaded.
    """
    text = "to_json(row_text)" if not layout.never_load else "null"
    return f"""
        create temp table quarantine ({_QUARANTINE});
        insert into quarantine
        select '*', row_number, 0, ['row_shape'],
            [{{'rule': 'row_shape', 'severity': 'must', 'column_name': null, 'value': null, 'sentence':
               'The row does not have the columns of the heading line (' || coalesce(problem, '') || ').'}}], {text}
        from {table.rejects}"""


def judge_kind(
    connection: duckdb.DuckDBPyConnection, record: RecordSpec, file: Path, rules: list[Rule], folder: Path
) -> tuple[KindCounts, list[dict[str, Any]]]:
    """Judge one kind; failing records go to the ``quarantine`` table and ``<kind>_dropped`` / ``<kind>_failed``.

    Raises:
        Fault: Great Expectations and the scan count differently.
    """
    from ingest.parse import KindCounts

    kind = record.kind
    _find_duplicates(connection, record, file)
    dropped = _one(connection, f"select count(*) from dropped_{kind}")
    repeated = folder / f"{kind}.repeated.parquet"
    if dropped:
        connection.execute(f"copy dropped_{kind} to {literal(str(repeated))} ({PARQUET})")
    view, query = f"judged_{kind}", _judged(file, repeated if dropped else None)
    connection.execute(f"create temp view {view} as {query}")
    records, counted = _count(connection, view, rules)
    verdict = _verdict(query, kind, rules, records, counted)
    _quarantine(connection, kind, view, rules, counted)
    failed = _one(connection, f"select count(*) from quarantine where record_kind = {literal(kind)}")
    duplicates = _one(connection, f"select count(*) from dropped_{kind} where conflict is null") if dropped else 0
    missing = counted["key_missing"]
    warned = sum(counted[rule.name] for rule in rules if rule.severity == "warn")
    _write_status(connection, kind, folder)
    repeated.unlink(missing_ok=True)
    return KindCounts(records, records - failed, failed, duplicates, missing, warned), verdict


def _find_duplicates(connection: duckdb.DuckDBPyConnection, record: RecordSpec, file: Path) -> None:
    """``dropped_<kind>``: rows that repeat a key. ``conflict`` is null where the row is dropped without loss."""
    target = f"dropped_{record.kind}"
    source = f"read_parquet({literal(str(file))})"
    connection.execute(f"create temp table {target} (row_number bigint, record_no integer, conflict varchar)")
    if record.key.ordinal:
        return
    order = "_latest desc nulls last, " if record.key.latest_by else ""
    time = _time_order(connection, file) if record.key.collapse else ""
    keep_one = record.key.collapse or record.key.latest_by is not None
    conflict = "null::varchar" if keep_one else "case when contents > 1 then _key end"
    connection.execute(f"""
        insert into {target}
        with repeated as (select _key_hash from {source} where _key is not null group by 1 having count(*) > 1),
        ranked as (
            select row_number, record_no, _key,
                row_number() over (partition by _key_hash order by {order}{time} _content_hash, row_number) as place,
                count(distinct _content_hash) over (partition by _key_hash) as contents
            from {source} semi join repeated using (_key_hash)
        )
        select row_number, record_no, {conflict} from ranked where place > 1 or {conflict} is not null""")


def _time_order(connection: duckdb.DuckDBPyConnection, file: Path) -> str:
    described = connection.execute(f"describe select * from read_parquet({literal(str(file))})").fetchall()
    moments = [ident(name) for name, kind, *_ in described if kind in ("TIMESTAMP", "DATE") and name[0] != "_"]
    return "".join(f"{name} nulls last, " for name in moments)


def _judged(file: Path, repeated: Path | None) -> str:
    """The records to judge, as a query over files alone: Great Expectations runs it in a database of its own."""
    if repeated is None:
        return f"select *, null::varchar as _conflict from read_parquet({literal(str(file))})"
    return f"""
        select records.*, dropped.conflict as _conflict
        from read_parquet({literal(str(file))}) as records
        left join read_parquet({literal(str(repeated))}) as dropped using (row_number, record_no)
        where dropped.row_number is null or dropped.conflict is not null"""


def _count(connection: duckdb.DuckDBPyConnection, view: str, rules: list[Rule]) -> tuple[int, dict[str, int]]:
    """All records, and those that break each rule, in one scan."""
    counts = ", ".join(["count(*)", *(f"count(*) filter ({rule.broken})" for rule in rules)])
    records, *row = connection.execute(f"select {counts} from {view}").fetchall()[0]
    return int(records), {rule.name: int(n) for rule, n in zip(rules, row, strict=True)}


def _verdict(query: str, kind: str, rules: list[Rule], records: int, counted: dict[str, int]) -> list[dict[str, Any]]:
    from ingest.gx import validate

    verdict = validate(query, rules, records)
    for rule, result in zip(rules, verdict, strict=True):
        if result["unexpected_count"] != counted[rule.name]:
            raise Fault(
                "verdict_mismatch",
                f"{kind}: {rule.name}: Great Expectations counts {result['unexpected_count']}, the scan "
                f"{counted[rule.name]}. Nothing was recorded; this is a fault in src/ingest/rules.py.",
            )
    return verdict


def _quarantine(
    connection: duckdb.DuckDBPyConnection, kind: str, view: str, rules: list[Rule], counted: dict[str, int]
) -> None:
    """Name every record that breaks a must rule, with all its problems and the original row."""
    broken = [rule for rule in rules if counted[rule.name]]
    must = [rule for rule in broken if rule.severity == "must"]
    if not must:
        return
    problems = ", ".join(
        f"case when {rule.broken} then {{'rule': {literal(rule.name)}, 'severity': {literal(rule.severity)}, "
        f"'column_name': {literal(rule.shown)}, 'value': {rule.value}, 'sentence': {literal(rule.sentence)}}} end"
        for rule in broken
    )
    any_broken = " or ".join(f"coalesce({rule.broken}, false)" for rule in must)
    connection.execute(f"""
        insert into quarantine
        select {literal(kind)}, failed.row_number, failed.record_no,
            list_transform(list_filter(failed.problems, lambda p: p.severity = 'must'), lambda p: p.rule),
            failed.problems, to_json(source)
        from (
            select row_number, record_no, list_filter([{problems}], lambda p: p is not null) as problems
            from {view} where {any_broken}
        ) as failed
        join source on source._file_row = failed.row_number""")


def _write_status(connection: duckdb.DuckDBPyConnection, kind: str, folder: Path) -> None:
    """``<kind>.status.parquet``: the records that do not go on, either dropped as repetition or quarantined."""
    target = literal(str(folder / f"{kind}.status.parquet"))
    connection.execute(f"""
        copy (
            select row_number, record_no, false as quarantined from dropped_{kind} where conflict is null
            union all
            select row_number, record_no, true from quarantine where record_kind = {literal(kind)}
        ) to {target} ({PARQUET})""")


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
