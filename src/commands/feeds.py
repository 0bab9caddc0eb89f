"""``nnsc feeds``: what is in the catalogue, and whether it is well written."""

from __future__ import annotations

import json
import sys

import click

from commands.output import as_json, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(feeds)


@click.group()
def feeds() -> None:
    """The feeds in jurisdictions/."""


@feeds.command("list")
@as_json
@click.pass_obj
def list_feeds(settings: Settings, json_: bool) -> None:
    """Feeds with record kinds, mode, schedule and what they were checked against."""
    from feeds.catalogue import load_catalogue

    catalogue = load_catalogue(settings)
    headings = ("feed", "kinds", "mode", "schedule", "simulated", "verified")
    found = [
        (f.feed_id, ", ".join(f.kinds()), f.delivery.mode, f.schedule, "yes" if f.simulated else "no", f.verified)
        for f in catalogue.feeds.values()
    ]
    rows(headings, found, json_)


@feeds.command()
@click.argument("feed_id", required=False)
@click.pass_obj
def check(settings: Settings, feed_id: str | None) -> None:
    """Check one feed file, or all; exit 1 if one is wrong."""
    from ingest.compile import check_feeds

    problems = check_feeds(settings, [feed_id] if feed_id else None)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(1)
    click.echo("All feed files are well written." if feed_id is None else f"{feed_id} is well written.")


@feeds.command()
def schema() -> None:
    """The JSON schema of a feed file, for editors."""
    from feeds.spec import FeedSpec

    click.echo(json.dumps(FeedSpec.model_json_schema(by_alias=True), indent=1))


@feeds.command()
@click.argument("feed_id", required=False)
@as_json
@click.pass_obj
def deliveries(settings: Settings, feed_id: str | None, json_: bool) -> None:
    """Deliveries with what became of them."""
    from ingest.api import outcomes

    fields = ("delivery_id", "feed_id", "file_name", "state", "reason")
    counts = ("rows", "accepted", "quarantined", "inserted", "updated", "deleted")
    found = [[getattr(outcome, name) for name in fields + counts] for outcome in outcomes(settings, feed_id)]
    rows(fields + counts, found, json_)
