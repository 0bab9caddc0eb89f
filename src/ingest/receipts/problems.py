"""What is wrong with the records of a delivery, in the agency's own headings, masked and grouped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from feeds.catalogue import LoadedFeed
from feeds.spec import Layout, RecordSpec
from ingest.history import request_for
from ingest.mapping import parsed_columns
from ingest.parse import Parsed
from ingest.reading import ask
from ingest.rules import Rule, build_rules
from ingest.sqltext import literal
from ingest.tolerances import tolerated
from settings import Settings

MASK = "***"
_EXAMPLES = 5
#: More problems than this are counted, but not listed.
MAX_PROBLEMS = 100_000


@dataclass(frozen=True)
class Problem:
    """One rule broken by one record of one row; ``headings`` are the agency's own names of the column."""

    record_kind: str
    row_number: int
    record_no: int
    rule: str
    severity: str
    column: str | None
    value: str | None
    sentence: str
    headings: tuple[str, ...] = ()


def quarantine_file(settings: Settings, feed: LoadedFeed, row: Any, files: dict[str, Any] | None) -> Path | None:
    """The quarantine of an applied delivery, by the change set's file list, or of one held for its quarantine."""
    if files:
        return settings.home / str(files["parsed"]) / "quarantine.parquet"
    if row.state != "held" or row.reason != "quarantine_limit":
        return None
    file = request_for(settings, feed, row).target(settings) / "quarantine.parquet"
    return file if file.is_file() else None


def read_problems(file: Path, limit: int = MAX_PROBLEMS) -> Iterator[Problem]:
    """Problems in a quarantine file, by row."""
    rows = ask(
        """
        select record_kind, row_number, record_no, p.rule, p.severity, p.column_name, p.value, p.sentence
        from (select record_kind, row_number, record_no, unnest(problems) as p from read_parquet(?))
        order by row_number, record_kind, record_no, p.rule limit ?
        """,
        [str(file), limit],
    )
    return (Problem(*row) for row in rows)


def warned(feed: LoadedFeed, parsed: Parsed, known_at: Any) -> list[tuple[Problem, int]]:
    """Rules of severity ``warn`` that accepted records break: up to five examples of each, with their number."""
    found = []
    layout = layout_of(feed, parsed.layout)
    for record in layout.records:
        told = parsed.verdict.get(record.kind, [])
        broken = {v["rule"] for v in told if v["severity"] == "warn" and v["unexpected_count"]}
        for rule in rules_of(feed, record, known_at) if broken else ():
            if rule.name not in broken:
                continue
            file, status = parsed.records(record.kind), parsed.folder / f"{record.kind}.status.parquet"
            rows = ask(f"""
                with broken as (
                    select row_number, record_no, {rule.value} as shown
                    from read_parquet({literal(str(file))}) as r
                    anti join read_parquet({literal(str(status))}) as left_out using (row_number, record_no)
                    where {rule.broken})
                select row_number, record_no, shown, (select count(*) from broken)
                from broken order by row_number, record_no limit {_EXAMPLES}""")
            for number, no, value, count in rows:
                problem = Problem(record.kind, number, no, rule.name, "warn", rule.shown, value, rule.sentence)
                found.append((problem, count))
    return found


def rules_of(feed: LoadedFeed, record: RecordSpec, known_at: Any) -> list[Rule]:
    """The rules by which records of one kind of a delivery are judged."""
    contract = feed.contracts[record.kind]
    parsed = parsed_columns(record, contract)
    rules = build_rules(contract, feed.spec.expectations, parsed, known_at, feed.spec.zone, record.supplied())
    return tolerated(feed, record.kind, rules, known_at)


def layout_of(feed: LoadedFeed, name: str) -> Layout:
    """The layout of that name, or the newest one where the feed file no longer has it."""
    return next((layout for layout in feed.spec.layouts if layout.name == name), feed.spec.layouts[0])


def with_headings(layout: Layout, problem: Problem) -> Problem:
    """The problem with the headings under which the agency knows the column."""
    record = next((record for record in layout.records if record.kind == problem.record_kind), None)
    if record is None or problem.column is None:
        return problem
    mapped = record.supplied().get(problem.column)
    names = list(mapped.from_) if mapped else record.key.columns if problem.column == "key" else []
    return replace(problem, headings=tuple(_heading(record, name, problem.record_no) for name in names))


def _heading(record: RecordSpec, name: str, record_no: int) -> str:
    """The file's heading behind a name that ``unpivot`` made."""
    if record.unpivot and name in record.unpivot.names and 1 <= record_no <= len(record.unpivot.groups):
        return record.unpivot.groups[record_no - 1][record.unpivot.names.index(name)] or name
    return name


def for_people(problems: list[Problem]) -> list[Problem]:
    """Without what only repeats another problem of the same record: an unreadable value is a missing one as well."""
    unread = {(p.row_number, p.record_kind, p.record_no, p.column) for p in problems if p.rule.startswith("unparsed:")}
    empty = {(p.row_number, p.record_kind, p.record_no, p.headings) for p in problems if _is_missing(p)}
    return [
        p
        for p in problems
        if not (_is_missing(p) and (p.row_number, p.record_kind, p.record_no, p.column) in unread)
        and not (p.rule == "key_missing" and (p.row_number, p.record_kind, p.record_no, p.headings) in empty)
    ]


def _is_missing(problem: Problem) -> bool:
    return problem.rule.startswith("expect_column_values_to_not_be_null")


def masked(feed: LoadedFeed, problem: Problem) -> Problem:
    """The problem without its value where the value points at a person or case."""
    contract = feed.contracts.get(problem.record_kind)
    spec = contract.columns.get(problem.column or "") if contract else None
    hidden = problem.value is not None and (spec is None or spec.identifies)
    return replace(problem, value=MASK) if hidden else problem


def grouped(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems by column and message, the most frequent first, with up to five examples each."""
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for problem in problems:
        key = (problem.record_kind, problem.rule, problem.sentence if problem.rule != "row_shape" else "")
        told = {k: v for k, v in asdict(problem).items() if k not in ("row_number", "record_no", "value")}
        group = groups.setdefault(key, {**told, "headings": list(problem.headings), "count": 0, "examples": []})
        group["count"] += 1
        if len(group["examples"]) < _EXAMPLES:
            group["examples"].append({"row": problem.row_number, "value": problem.value})
    return sorted(groups.values(), key=lambda g: (-g["count"], g["record_kind"], g["rule"]))
