"""What the demo says at the end: sums by feed, rows by mart, answers, the comparison with the simulator's truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from demo.questions import QUESTIONS
from ingest.api import outcomes
from ingest.inspect import feed_summary
from settings import Settings
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


def tell_feeds(settings: Settings, say: Say) -> None:
    """Sums of every feed over all its deliveries."""
    headings = ("feed", "deliveries", "rows", "accepted", "quarantined", "held", "refused", "new", "changed", "gone")
    rows = [
        (
            f.feed_id,
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
    total = ("all", *(sum(int(row[i]) for row in rows) for i in range(1, len(headings))))
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


def differences(settings: Settings, world: Path) -> list[str]:
    """Deliveries that ended otherwise than the simulator's own books say: state, reason, accepted, quarantined."""
    found = {(o.feed_id, o.file_name): (o.state, o.reason, o.accepted, o.quarantined) for o in outcomes(settings)}
    wrong = []
    for planted in json.loads((world / "truth" / "deliveries.json").read_text(encoding="utf-8")):
        applied = planted["state"] == "applied"
        accepted = sum(kind["accepted"] for kind in planted["kinds"].values()) if applied else 0
        expected = (planted["state"], planted["reason"], accepted, len(planted["quarantined"]) if applied else 0)
        state, reason, *counts = found.pop((planted["feed_id"], Path(planted["file"]).name), (None, None, 0, 0))
        if (state, reason, *(counts if applied else (0, 0))) != expected:
            wrong.append(f"{planted['file']}: {(state, reason, *counts)}, planted {expected}")
    return wrong + [f"{feed_id}: {name} was never planted" for feed_id, name in found]
