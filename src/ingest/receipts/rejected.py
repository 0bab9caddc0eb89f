"""``rejected.csv``: the rejected rows under the feed's own headings, with a column of reasons, to be sent back."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from feeds.catalogue import LoadedFeed, layout_headings
from feeds.spec import Layout
from ingest.corrections import MASK, REASONS, guarded, reference
from ingest.reading import ask
from ingest.receipts.problems import MAX_PROBLEMS, Problem
from ingest.receipts.wording import Wording


def rejected_csv(
    feed: LoadedFeed,
    layout: Layout,
    headings: Sequence[str],
    file: Path | None,
    problems: list[Problem],
    identity: str,
    wording: Wording,
) -> bytes:
    """The rows of a quarantine file, one line each, in the feed's own separator and encoding.

    ``identity`` is that of the delivery whose rows these are: each line ends in a reference to it. Where the outbox is
    masked, whatever may point at a person reads ``***``; sent back like that, it means what was sent before.
    """
    options = feed.spec.reader.options if feed.spec.reader.kind == "delimited" else {}
    separator = str(options.get("separator", ","))
    encoding = str(options.get("encoding", "utf-8"))
    rows = _rows(file) if file is not None else {}
    names = [*headings] or sorted({name for row in rows.values() if isinstance(row, dict) for name in row})
    open_names = _open_headings(feed, layout)
    reasons = _reasons(problems, wording)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator if len(separator) == 1 else ",", lineterminator="\r\n")
    writer.writerow([*names, REASONS])
    for number, row in sorted(rows.items()):
        cells = _cells(row, names, open_names, feed.spec.outbox == "restricted", separator)
        writer.writerow([*map(guarded, cells), f"{reasons.get(number, '')} {reference(identity, number)}".strip()])
    return out.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")


def _rows(file: Path) -> dict[int, Any]:
    """The original row by row number: heading -> text, the text of a ragged row, or null where it may not be kept."""
    found = ask(
        "select row_number, any_value(row_text) from read_parquet(?) group by 1 order by 1 limit ?",
        [str(file), MAX_PROBLEMS],
    )
    return {number: json.loads(text) if text else None for number, text in found}


def _open_headings(feed: LoadedFeed, layout: Layout) -> set[str]:
    """Headings whose values nobody is known by: mapped, and only to columns that identify nobody."""
    hidden: set[str] = set()
    for record in layout.records:
        contract = feed.contracts[record.kind]
        secret = [m for name, m in record.supplied().items() if contract.columns[name].identifies]
        names = {name for mapped in secret for name in mapped.from_} | {*record.key.columns, *(record.key.was or [])}
        if record.unpivot:
            places = [n for n, name in enumerate(record.unpivot.names) if name in names]
            names |= {group[n] or "" for group in record.unpivot.groups for n in places}
        hidden |= names
    return layout_headings(layout) - hidden


def _cells(row: Any, names: Sequence[str], open_names: set[str], restricted: bool, separator: str) -> list[str]:
    if isinstance(row, dict):
        return [
            MASK if name not in row or not (restricted or name in open_names) else row[name] or "" for name in names
        ]
    if restricted and isinstance(row, str):
        pieces = next(csv.reader([row], delimiter=separator if len(separator) == 1 else ","), [])
        return [*pieces, *[""] * (len(names) - len(pieces))]
    return [MASK] * len(names)


def _reasons(problems: list[Problem], wording: Wording) -> dict[int, str]:
    found: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        if problem.severity == "must":
            column = wording.column(problem.headings, problem.column)
            text = f"{column}: {wording.sentence(problem.rule, problem.sentence)}"
            if text not in found[problem.row_number]:
                found[problem.row_number].append(text)
    row = wording.text("row")
    return {number: f"{row} {number}: {' | '.join(texts)}" for number, texts in found.items()}
