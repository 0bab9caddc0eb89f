"""Agencies that publish a table instead of sending files: what it holds on a day, and what must come of pulling it.

A table is the last regular file as rows. Rows with too many or too few fields cannot stand in a table and are left out.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.agencies import FORMS
from simulator.plan import REGULAR
from simulator.portal.tables import Holdings, Table

_LATER = 3600


@dataclass(frozen=True)
class Publication:
    """A table as published: headings, rows of text (``None`` where empty), and the records that a pull of it yields."""

    feed_id: str
    headings: tuple[str, ...]
    rows: list[tuple[str | None, ...]]
    accepted: int
    quarantined: int


def publication(world: Path, feed_id: str, until: int | None = None) -> Publication:
    """The table of a feed after the first ``until`` deliveries of the schedule.

    Raises:
        ValueError: the feed has sent no regular file by then.
    """
    truth: list[dict[str, Any]] = json.loads((world / "truth" / "deliveries.json").read_text(encoding="utf-8"))
    sent = [
        entry
        for entry in truth[:until]
        if entry["feed_id"] == feed_id and entry["state"] == "applied" and entry["planned"] in (REGULAR, "new_layout")
    ]
    if not sent:
        raise ValueError(f"{feed_id} has sent no regular file among the first {until} deliveries.")
    last = max(sent, key=lambda entry: str(entry["known_at"]))
    misshapen = {q["row_number"] for q in last["quarantined"] if q["kind"] == "*"}
    headings, *lines = _fields(feed_id, (world / last["file"]).read_bytes())
    rows = [tuple(text or None for text in line) for n, line in enumerate(lines, start=1) if n not in misshapen]
    return Publication(
        feed_id, tuple(headings), rows, sum(kind["accepted"] for kind in last["kinds"].values()),
        sum(q["kind"] != "*" for q in last["quarantined"]),
    )  # fmt: skip


def _fields(feed_id: str, data: bytes) -> list[list[str]]:
    form = FORMS[feed_id]
    text = (gzip.decompress(data) if form.gzip else data).decode("utf-8-sig" if form.bom else form.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=form.separator))


def on_portal(portal: Holdings, dataset: str, published: Publication) -> None:
    """Put the table up as a data set of a portal; one that is there is replaced and gets a later mark of change."""
    before = portal.tables.get(dataset)
    columns, rows = published.headings, [dict(zip(published.headings, row, strict=True)) for row in published.rows]
    first = Table({}, []).changed
    portal.tables[dataset] = Table(
        dict.fromkeys(columns, "text"), rows, changed=before.changed + _LATER if before else first
    )


def in_database(file: Path, table: str, published: Publication) -> None:
    """Make the table in an SQLite database, as a records-management system keeps it; ``row_id`` numbers its rows."""
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in published.headings)
    marks = ", ".join("?" * len(published.headings))
    with sqlite3.connect(file) as database:
        database.execute(f"drop table if exists {table}")
        columns = ", ".join(f"{name} text" for name in names.split(", "))
        database.execute(f"create table {table} (row_id integer primary key, {columns})")
        database.executemany(f"insert into {table} ({names}) values ({marks})", published.rows)
    database.close()
