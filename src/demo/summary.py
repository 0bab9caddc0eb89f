"""What the demo says at the end: sums by feed, rows by mart, answers, the comparison with the simulator's truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from demo.questions import QUESTIONS
from feeds.catalogue import feed_ids
from ingest.api import outcomes
from ingest.inspect import feed_summary
from ingest.process import DeliveryOutcome
from settings import Settings
from simulator.publishing import Publication
from warehouse.api import query

Say = Callable[[str], None]


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Lines of a table: numbers to the right, everything else to the left."""
    text = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(headings), *text]) for i in range(len(headings))]
    right = [
        bool(rows) and all(isinstance(row[i], int | float) or row[i] is None for row in rows)
        for i in range(len(headings))
    ]
    return [
        "  " + "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)).rstrip()
        for line in [list(headings), *text]
    ]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def tell_feeds(settings: Settings, ways: Mapping[str, str], say: Say) -> None:
    """Sums of every feed over all its deliveries, and the way they came."""
    headings = (
        "feed",
        "by",
        "deliveries",
        "rows",
        "accepted",
        "quarantined",
        "held",
        "refused",
        "new",
        "changed",
        "gone",
    )
    rows = [
        (
            f.feed_id,
            ways[f.feed_id],
            f.deliveries,
            f.rows,
            f.accepted,
            f.quarantined,
            f.held,
            f.refused,
            f.inserted,
            f.updated,
            f.deleted,
        )
        for f in feed_summary(settings)
    ]
    total = ("all", "", *(sum(int(row[i]) for row in rows) for i in range(2, len(headings))))
    say("\nWhat arrived (rows of files; accepted to gone are records; held and refused are deliveries)")
    for line in table(headings, [*rows, total]):
        say(line)


def tell_marts(settings: Settings, tables: dict[str, int], say: Say) -> None:
    """Rows of every mart in the publication."""
    say("\nWhat analysts can query")
    marts = sorted((name, rows) for name, rows in tables.items() if name.startswith("marts."))
    facts = sorted(
        (name, rows) for name, rows in tables.items() if name.startswith("core.fct") and "_history" not in name
    )
    for line in table(("table", "rows"), marts + facts):
        say(line)


def tell_answers(settings: Settings, say: Say) -> None:
    """The analyst's questions, their SQL and the answers, asked of the publication."""
    for number, question in enumerate(QUESTIONS, start=1):
        say(f"\nQuestion {number}: {question.text}\n")
        for line in question.sql.strip().splitlines():
            say(f"    {line}")
        say("")
        answer = query(settings, question.sql)
        for line in table(answer.columns, [[_plain(value) for value in row] for row in answer.rows]):
            say(line)
        say(f"  {question.note}")


def _plain(value: Any) -> Any:
    """Decimals that are whole as integers, so that sums read as counts."""
    return int(value) if hasattr(value, "as_tuple") and value == value.to_integral_value() else value


def differences(settings: Settings, world: Path, published: Sequence[Publication]) -> list[str]:
    """Deliveries that ended otherwise than the simulator's own books say: state, reason, accepted, quarantined.

    Feeds of which a table was ``published`` are compared pull by pull, those that took part in files file by file.
    """
    tables, found = {table.feed_id for table in published}, outcomes(settings)
    taking_part = set(feed_ids(settings)) - tables
    files = {(o.feed_id, o.file_name): _result(o) for o in found if o.feed_id not in tables}
    pulls = {name: [_result(o) for o in found if o.feed_id == name] for name in sorted(tables)}
    wrong = []
    for planted in json.loads((world / "truth" / "deliveries.json").read_text(encoding="utf-8")):
        if planted["feed_id"] not in taking_part:
            continue
        got = files.pop((planted["feed_id"], Path(planted["file"]).name), None)
        if got != _planted(planted):
            wrong.append(f"{planted['file']}: {got}, planted {_planted(planted)}")
    for feed_id, got_pulls in pulls.items():
        meant = [("applied", None, t.accepted, t.quarantined) for t in published if t.feed_id == feed_id]
        if got_pulls != meant:
            wrong.append(f"{feed_id}: pulls {got_pulls}, planted {meant}")
    return wrong + [f"{feed_id}: {name} was never planted" for feed_id, name in files]


Result = tuple[str, str | None, int, int]


def _result(outcome: DeliveryOutcome) -> Result:
    """State and reason, and the numbers of records where they count: in what was applied."""
    applied = outcome.state == "applied"
    counts = (outcome.accepted, outcome.quarantined) if applied else (0, 0)
    return (outcome.state, outcome.reason, *counts)


def _planted(delivery: dict[str, Any]) -> Result:
    applied = delivery["state"] == "applied"
    accepted = sum(kind["accepted"] for kind in delivery["kinds"].values()) if applied else 0
    return (delivery["state"], delivery["reason"], accepted, len(delivery["quarantined"]) if applied else 0)
