"""Great Expectations' Data Docs, a page per delivery and record kind, built from the verdicts that the ledger keeps.

They are built when somebody asks (``nnsc feeds docs``) or by the maintenance DAG, not while a delivery is judged: the
verdict is kept in any case, and rendering a page costs as much as judging a small file.
"""

from __future__ import annotations

import html
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed, load_feed
from feeds.errors import SpecificationError
from ingest import tables as t
from ingest.files import write_whole
from ingest.ledger import engine
from ingest.pagestyle import standing_alone
from ingest.receipts.problems import layout_of, rules_of
from ingest.rules import Rule
from settings import Settings

#: How pages name columns that are made for judging only.
_INTERNAL = {"_key": "number of the record", "_conflict": "number of the record, contradicting rows"}


def docs_folder(settings: Settings) -> Path:
    """Where the pages lie; they hold counts and rules, never a value of a record."""
    return settings.home / "data_docs"


def build_docs(settings: Settings, feed_id: str | None = None) -> int:
    """Render the pages that are missing, and the index; how many were rendered."""
    made = 0
    rows = _judged(settings, feed_id)
    for row in rows:
        folder = docs_folder(settings) / row.feed_id / row.delivery_id
        kinds = [kind for kind in sorted(row.verdict) if not _page(folder, kind, row.attempt_id).is_file()]
        for kind in kinds:
            write_whole(settings.home, _page(folder, kind, row.attempt_id), _render(settings, row, kind).encode())
        made += len(kinds)
    if made:
        write_whole(settings.home, docs_folder(settings) / "index.html", _index(_judged(settings, None)).encode())
    return made


def _page(folder: Path, kind: str, attempt: int) -> Path:
    return folder / f"{kind}-{attempt}.html"


def _judged(settings: Settings, feed_id: str | None) -> list[Any]:
    """Every attempt with a verdict, newest first."""
    query = (
        sa.select(t.attempt, t.delivery.c.feed_id, t.delivery.c.file_name, t.delivery.c.known_at, t.delivery.c.summary)
        .join(t.delivery, t.delivery.c.delivery_id == t.attempt.c.delivery_id)
        .order_by(t.delivery.c.feed_id, t.delivery.c.known_at.desc(), t.attempt.c.attempt_id.desc())
    )
    if feed_id is not None:
        query = query.where(t.delivery.c.feed_id == feed_id)
    with engine(settings).connect() as connection:
        return [row for row in connection.execute(query) if row.verdict]


def _render(settings: Settings, row: Any, kind: str) -> str:
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    rules = _rules(settings, row, kind)
    results = [_result(entry, rules.get(entry["rule"])) for entry in row.verdict[kind]]
    passed = sum(bool(entry["success"]) for entry in row.verdict[kind])
    count = len(results)
    suite = ExpectationSuiteValidationResult(
        success=passed == count,
        results=results,
        suite_name=f"{row.feed_id} {kind}",
        statistics={
            "evaluated_expectations": count, "successful_expectations": passed,
            "unsuccessful_expectations": count - passed, "success_percent": 100 * passed / count if count else None,
        },
        meta=_meta(row.delivery_id, row.finished_at),
    )  # fmt: skip
    text: str = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(suite))
    return standing_alone(text, "../../../index.html")


def _meta(delivery_id: str, finished_at: datetime) -> dict[str, Any]:
    return {
        "great_expectations_version": version("great_expectations"),
        "batch_id": delivery_id,
        "active_batch_definition": {"batch_identifiers": {"delivery": delivery_id}},
        "run_id": {"run_name": delivery_id, "run_time": finished_at.isoformat()},
    }


def _rules(settings: Settings, row: Any, kind: str) -> dict[str, Rule]:
    """Today's rules by name; none where the feed file is gone or no longer has the kind."""
    try:
        feed: LoadedFeed = load_feed(settings, row.feed_id)
    except SpecificationError:
        return {}
    layout = layout_of(feed, (row.summary or {}).get("layout", ""))
    records = [record for record in layout.records if record.kind == kind]
    return {rule.name: rule for record in records for rule in rules_of(feed, record, row.known_at)}


def _result(entry: dict[str, Any], rule: Rule | None) -> Any:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kind, _, column = entry["rule"].partition("#")[0].partition(":")
    known = kind.startswith("expect_")
    arguments = {name: _plain(value) for name, value in rule.arguments.items()} if rule else {"column": column or kind}
    if "column" in arguments:
        arguments["column"] = _INTERNAL.get(arguments["column"], arguments["column"].replace("_u_", "as written: "))
    name = rule.expectation if rule else kind if known else "expect_column_values_to_not_be_null"
    judged, wrong = entry["element_count"], entry["unexpected_count"]
    share = 100 * wrong / judged if judged else 0.0
    return ExpectationValidationResult(
        success=entry["success"],
        expectation_config=ExpectationConfiguration(
            type=name, kwargs=arguments, meta={"notes": f"{entry['rule']} ({entry['severity']})"}
        ),
        result={
            "element_count": judged, "unexpected_count": wrong, "unexpected_percent": share,
            "unexpected_percent_nonmissing": share, "missing_count": 0, "missing_percent": 0.0,
            "partial_unexpected_list": [],
        },
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str, list)) or value is None else str(value)


def _index(rows: list[Any]) -> str:
    lines = []
    for row in rows:
        for kind in sorted(row.verdict):
            wrong = sum(not entry["success"] for entry in row.verdict[kind])
            address = _page(Path(row.feed_id) / row.delivery_id, kind, row.attempt_id).as_posix()
            cells = (row.feed_id, row.file_name, kind, f"{row.finished_at:%Y-%m-%d %H:%M}", row.outcome)
            told = "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
            lines.append(f'<tr>{told}<td>{wrong}</td><td><a href="{html.escape(address)}">page</a></td></tr>')
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Validation results</title>'
        "<style>body{font:15px system-ui;margin:1.5rem}td,th{padding:.2rem .6rem;text-align:left}</style>"
        "<h1>Validation results</h1><table><tr><th>feed</th><th>file</th><th>kind</th><th>judged (UTC)</th>"
        f"<th>outcome</th><th>rules broken</th><th></th></tr>{''.join(lines)}</table></html>"
    )
