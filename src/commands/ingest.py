"""``nnsc ingest`` and what people decide about deliveries."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from commands.output import as_json, decided, decided_by, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    for command in (ingest, replay, check, withdraw, held, release, reject, simulate):
        group.add_command(command)


def moment(text: str | None, zone: str) -> datetime | None:
    """An instant from the command line: a date is the end of that day in the feed's zone.

    Raises:
        click.BadParameter: the text is neither a date nor an ISO instant.
    """
    if text is None:
        return None
    from zoneinfo import ZoneInfo

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is neither a date (2021-12-31) nor an instant (2021-12-31T09:00Z)"
        ) from None
    if _is_date(text):
        following = found.date() + timedelta(days=1)
        found = datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(zone))
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@click.command()
@click.argument("feed_id")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="A file to take in (repeatable).")
@click.option("--known-at", help="When the file's content was known: a date (end of that day) or an instant.")
@as_json
@click.pass_obj
def ingest(settings: Settings, feed_id: str, files: tuple[Path, ...], known_at: str | None, json_: bool) -> None:
    """Take in what waits for FEED_ID: new files of its connector, or the files named; exit 1 if one is not applied."""
    from feeds.catalogue import load_feed
    from ingest.api import drain, fetch
    from ingest.landing import MAX_AHEAD

    if known_at and len(files) > 1:
        raise click.UsageError("--known-at speaks of one file; give the files one by one.")
    feed = load_feed(settings, feed_id)
    say = None if json_ else click.echo
    told = moment(known_at, feed.spec.zone.key)
    if told is not None and told > settings.now() + MAX_AHEAD:
        raise click.BadParameter(f"--known-at {known_at} lies in the future; every later delivery would count as late.")
    found = fetch(settings, feed_id, list(files) or None, told, say)
    result = drain(settings, feed_id, say)
    if json_:
        fields = (
            "delivery_id", "file_name", "state", "reason", "message", "rows", "accepted", "quarantined", "inserted",
            "updated", "deleted", "unchanged",
        )  # fmt: skip
        rows(fields, [[getattr(o, name) for name in fields] for o in result.deliveries], True)
    elif not result.deliveries:
        click.echo(f"{feed_id}: nothing new ({found.seen} files seen, all taken in before).")
    if any(outcome.state != "applied" for outcome in result.deliveries):
        sys.exit(1)


@click.command()
@click.argument("feed_id")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--known-at", help="When the file's content was known: a date (end of that day) or an instant.")
@click.option("--lang", type=click.Choice(["en", "es"]), help="Language of the receipt (default: the agency's).")
@as_json
@click.pass_obj
def check(settings: Settings, feed_id: str, file: Path, known_at: str | None, lang: str | None, json_: bool) -> None:
    """The receipt that FILE would get from FEED_ID; nothing is changed. Exit 1 if not all of it would be applied."""
    from feeds.catalogue import load_feed
    from ingest.checking import check_file, would_be_applied_whole
    from ingest.receipts.page import as_text

    feed = load_feed(settings, feed_id)
    receipt = check_file(settings, feed_id, file, moment(known_at, feed.spec.zone.key))
    click.echo(json.dumps(receipt, indent=1, default=str) if json_ else as_text(feed, receipt, lang), nl=json_)
    sys.exit(0 if would_be_applied_whole(receipt) else 1)


@click.command()
@click.argument("feed_id")
@click.option("--since", help="Replay deliveries known at this instant or later (default: all).")
@click.pass_obj
def replay(settings: Settings, feed_id: str, since: str | None) -> None:
    """Derive a feed's history anew from landing, with today's feed file."""
    from feeds.catalogue import load_feed
    from ingest.api import replay as run

    zone = load_feed(settings, feed_id).spec.zone.key
    count = run(settings, feed_id, moment(since, zone), click.echo)
    click.echo(f"{feed_id}: {count} deliveries replayed.")


@click.command()
@click.argument("delivery_id")
@decided_by
@click.pass_obj
def withdraw(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Undo an applied delivery as if it had never arrived; its trace stays."""
    from ingest.api import withdraw as run

    decided(run(settings, delivery_id, who, why), f"{delivery_id}: withdrawn. `nnsc build` takes it out of the marts.")


@click.command()
@as_json
@click.pass_obj
def held(settings: Settings, json_: bool) -> None:
    """Deliveries that wait for a person."""
    from ingest.api import held as run

    found = [(h.delivery_id, h.feed_id, h.file_name, h.reason, h.message) for h in run(settings)]
    rows(("delivery", "feed", "file", "reason", "message"), found, json_)


@click.command()
@click.argument("delivery_id")
@decided_by
@click.pass_obj
def release(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Let a held delivery in: the next ingest of its feed applies it at its place in time."""
    from ingest.api import release as run

    decided(run(settings, delivery_id, who, why), f"{delivery_id}: released. `nnsc ingest` of its feed applies it.")


@click.command()
@click.argument("delivery_id")
@decided_by
@click.pass_obj
def reject(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Decide that a held delivery is never applied."""
    from ingest.api import reject as run

    decided(run(settings, delivery_id, who, why), f"{delivery_id}: rejected.")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for deliveries and truth.")
@click.option("--seed", default=1, show_default=True)
@click.option("--people", default=2000, show_default=True)
@click.option("--months", default=6, show_default=True)
def simulate(out: Path, seed: int, people: int, months: int) -> None:
    """Write the deliveries of synthetic agencies, with the truth beside."""
    from simulator.api import simulate as run

    run(out, seed=seed, people=people, months=months)
    click.echo(f"Deliveries in {out / 'deliveries'}, what is true in {out / 'truth'}.")
