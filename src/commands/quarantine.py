"""``nnsc quarantine``: records that are not applied because they break a rule, and what people decide about them."""

from __future__ import annotations

import json

import click

from commands.output import as_json, decided_by, require_feed, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(quarantine)


@click.group()
def quarantine() -> None:
    """Records that break a rule: list, show, release after a correction, reject."""


@quarantine.command("list")
@click.argument("feed_id", required=False)
@click.option("--all", "all_", is_flag=True, help="Also deliveries whose quarantined records are all settled.")
@as_json
@click.pass_obj
def list_(settings: Settings, feed_id: str | None, all_: bool, json_: bool) -> None:
    """Deliveries with records in quarantine, and the rules that these break."""
    from ingest.quarantine import summaries

    found = [s for s in summaries(settings, feed_id) if all_ or s.open]
    require_feed(settings, feed_id, found)
    headings = ("delivery", "feed", "file", "open", "settled", "rules")
    shown = [(s.delivery_id, s.feed_id, s.file_name, s.open, s.closed, ", ".join(s.rules)) for s in found]
    rows(headings, shown, json_)


@quarantine.command()
@click.argument("delivery_id")
@click.option("--all", "all_", is_flag=True, help="Also records that are settled.")
@click.option("--row-text", is_flag=True, help="With the original row, which may hold names.")
@as_json
@click.pass_obj
def show(settings: Settings, delivery_id: str, all_: bool, row_text: bool, json_: bool) -> None:
    """The quarantined records of a delivery: row, column, value and what is wrong."""
    from governance.audit import Event
    from ingest.ledger import note
    from ingest.quarantine import records

    note(settings, Event("read", delivery_id, {"quarantine": "rows" if row_text else "values"}))
    shown = []
    for record in records(settings, delivery_id):
        if record.closed_by is not None and not all_:
            continue
        for problem in record.problems:
            values = [problem["column_name"], problem["value"], problem["sentence"], record.closed_by or "open"]
            text = [json.loads(record.row) if json_ and record.row else record.row] if row_text else []
            shown.append([record.row_number, record.record_kind, *values, *text])
    headings = ["row", "kind", "column", "value", "what is wrong", "state", *(["row text"] if row_text else [])]
    rows(headings, shown, json_)


@quarantine.command()
@click.argument("delivery_id")
@decided_by
@click.pass_obj
def release(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Process a delivery's quarantined records again, after the feed file was corrected; nothing else changes."""
    from ingest.releasing import release_records

    done = release_records(settings, delivery_id, who, why)
    click.echo(f"{delivery_id}: {done.released:,} records released, {done.left:,} left in quarantine.")


@quarantine.command()
@click.argument("delivery_id")
@decided_by
@click.pass_obj
def reject(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Decide that a delivery's open quarantined records are never applied."""
    from ingest.releasing import reject_records

    count = reject_records(settings, delivery_id, who, why)
    click.echo(f"{delivery_id}: {count:,} quarantined records rejected.")
