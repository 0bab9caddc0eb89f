"""``nnsc feeds``: what is in the catalogue, and whether it is well written."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from commands.output import as_json, require_feed, rows
from settings import Settings

if TYPE_CHECKING:
    from feeds.spec import FeedSpec


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
    """Feeds with kinds, mode, schedule, whether they are on, and whether their columns are verified or guessed."""
    from feeds.catalogue import load_catalogue

    catalogue = load_catalogue(settings)
    headings = ("feed", "kinds", "source", "mode", "schedule", "state", "columns", "evidence")
    found = [
        (
            f.feed_id,
            ", ".join(f.kinds()),
            f.connector.kind,
            f.delivery.mode,
            f.schedule,
            _state(f),
            _columns(f),
            f.verified,
        )
        for f in catalogue.feeds.values()
    ]
    rows(headings, found, json_)


def _state(feed: FeedSpec) -> str:
    if not feed.enabled:
        return "off"
    return "simulated" if feed.simulated else "on"


def _columns(feed: FeedSpec) -> str:
    return "guessed" if feed.is_guessed else "verified"


@feeds.command()
@click.argument("feed_id")
@click.option("--rows", default=1, show_default=True, help="Sample rows to ask for and to try.")
@as_json
@click.pass_obj
def probe(settings: Settings, feed_id: str, rows: int, json_: bool) -> None:
    """Ask the source of FEED_ID what it holds today; exit 1 if the feed file does not fit it any more."""
    from dataclasses import asdict

    from ingest.probe import probe as run

    found = run(settings, feed_id, rows)
    if json_:
        click.echo(json.dumps({**asdict(found), "fits": found.fits}, indent=1))
    else:
        count = "an unknown number of" if found.rows is None else f"{found.rows:,}"
        what = f"rows, {len(found.columns)} columns (layout {found.layout})" if found.columns else "files"
        click.echo(f"{feed_id}: {count} {what}.")
        for label, names in (("new there", found.unknown), ("no longer there", found.missing)):
            if names:
                click.echo(f"  {label}: {', '.join(names)}. Edit jurisdictions/{feed_id}.yml.")
        for problem in found.problems:
            click.echo(f"  {problem}")
    sys.exit(0 if found.fits else 1)


@feeds.command()
@click.argument("feed_id")
@click.argument("source")
@click.option("--kind", help="Record kind of a row (default: the likeliest).")
@click.option("--write", is_flag=True, help="Write jurisdictions/<feed>.yml instead of printing it.")
@click.pass_obj
def new(settings: Settings, feed_id: str, source: str, kind: str | None, write: bool) -> None:
    """Draft a feed file for FEED_ID from SOURCE: a sample file, or the address of a portal's data set."""
    from pathlib import Path

    from commands.newfeed import check_feed_id, new_feed_file
    from feeds.contracts import load_contracts
    from feeds.draft import draft
    from ingest.sampling import sample_file, sample_portal

    check_feed_id(feed_id)
    path = new_feed_file(settings, feed_id) if write else None
    contracts = load_contracts(settings.contracts)
    if kind is not None and kind not in contracts:
        raise click.UsageError(f"{kind!r} is no record kind; use: {', '.join(sorted(contracts))}.")
    web = source.startswith(("http://", "https://"))
    sample = sample_portal(source, feed_id) if web else sample_file(Path(source), feed_id)
    text = draft(sample, contracts, kind)
    if path is None:
        click.echo(text, nl=False)
        return
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path}: drafted. Answer its TODOs, then `nnsc feeds check {feed_id}`.")


@feeds.command()
@click.argument("feed_id", required=False)
@click.pass_obj
def check(settings: Settings, feed_id: str | None) -> None:
    """Check one feed file, or all; exit 1 if one is wrong or a TODO of its draft is not answered."""
    from feeds.todos import unanswered
    from ingest.compile import check_feeds
    from ingest.tolerances import ENDED, endings

    only = [feed_id] if feed_id else None
    problems = [str(problem) for problem in check_feeds(settings, only)] or unanswered(settings, only)
    over = endings(settings, only) if not problems else []
    for problem in [*problems, *over]:
        click.echo(problem, err=True)
    if problems or any(ENDED in sentence for sentence in over):
        sys.exit(1)
    click.echo("All feed files are well written." if feed_id is None else f"{feed_id} is well written.")


@feeds.command()
def schema() -> None:
    """The JSON schema of a feed file, for editors."""
    from feeds.spec import FeedSpec

    click.echo(json.dumps(FeedSpec.model_json_schema(by_alias=True), indent=1))


@feeds.command()
@as_json
@click.pass_obj
def health(settings: Settings, json_: bool) -> None:
    """Which feeds are well: those that need somebody first; exit 1 if one does."""
    from ingest.health import health as ask

    found = ask(settings)
    fields = ("feed_id", "newest", "state", "late", "held", "open", "unusual", "expired")
    shown = [["well" if h.is_well else "look", *(getattr(h, name) for name in fields)] for h in found]
    rows(("", "feed", "newest", "state", "late", "held", "quarantined", "unusual", "expired"), shown, json_)
    sys.exit(0 if all(h.is_well for h in found) else 1)


@feeds.command()
@click.argument("feed_id", required=False)
@click.pass_obj
def docs(settings: Settings, feed_id: str | None) -> None:
    """Build Great Expectations' Data Docs: a page for each delivery and record kind that was judged."""
    from ingest.datadocs import build_docs, docs_folder

    click.echo(f"{build_docs(settings, feed_id)} pages built: {docs_folder(settings) / 'index.html'}")


@feeds.command()
@click.argument("feed_id", required=False)
@click.option("--all", "all_", is_flag=True, help="Also rules that found nothing wrong.")
@as_json
@click.pass_obj
def results(settings: Settings, feed_id: str | None, all_: bool, json_: bool) -> None:
    """What the rules found in each delivery: records that break them, or what was measured of the whole."""
    from ingest.results import results as ask

    fields = ("known_at", "feed_id", "record_kind", "rule", "severity", "success", "observed", "low", "high", "records")
    found = ask(settings, feed_id, failed=not all_)
    require_feed(settings, feed_id, found)
    rows(fields, [[getattr(result, name) for name in fields] for result in found], json_)


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
    require_feed(settings, feed_id, found)
    rows(fields + counts, found, json_)
