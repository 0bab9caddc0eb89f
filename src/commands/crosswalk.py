"""``nnsc crosswalk``: recorded values without a standard code, and what people decide about them."""

from __future__ import annotations

import getpass

import click

from commands.output import as_json, require_feed, rows
from settings import Settings

_who = click.option("--who", default=getpass.getuser, help="Who decides (default: the user logged in).")
_why = click.option("--why", required=True, help="Why, in a sentence; it is kept.")
_terminology = click.argument("terminology")
_feed = click.argument("feed_id")
_value = click.argument("value")


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(crosswalk)


@click.group()
def crosswalk() -> None:
    """Recorded values and the standard codes they mean."""


@crosswalk.command()
@click.option("--terminology", help="Only values of this list.")
@click.option("--feed", "feed_id", help="Only values of this feed.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="At most so many, the most frequent first.",
)
@as_json
@click.pass_obj
def todo(settings: Settings, terminology: str | None, feed_id: str | None, limit: int, json_: bool) -> None:
    """Values that nothing maps yet, with counts and suggestions."""
    from warehouse.crosswalk import todo as ask

    found = ask(settings, terminology, feed_id, limit)
    require_feed(settings, feed_id, found)
    headings = ("terminology", "feed", "value", "records", "suggestions")
    shown = [
        (u.terminology_id, u.feed_id, u.source_value, u.records,
         u.suggestions if json_ else ", ".join(u.suggestions) or None)
        for u in found
    ]  # fmt: skip
    if not found and not json_:
        click.echo("Every recorded value is mapped.")
        return
    rows(headings, shown, json_)


@crosswalk.command()
@_terminology
@_feed
@_value
@click.argument("code")
@_who
@_why
@click.pass_obj
def approve(settings: Settings, terminology: str, feed_id: str, value: str, code: str, who: str, why: str) -> None:
    """Decide that VALUE of FEED_ID ('*': every feed) means CODE ('none': no code of the list fits)."""
    from warehouse.crosswalk import approve as run

    number = run(settings, terminology, feed_id, value, code, who, why)
    click.echo(f"Decision {number}: {value!r} of {feed_id} means {code}. `nnsc build` maps it so.")


@crosswalk.command()
@_terminology
@_feed
@_value
@_who
@_why
@click.pass_obj
def revoke(settings: Settings, terminology: str, feed_id: str, value: str, who: str, why: str) -> None:
    """Take back what was decided about VALUE of FEED_ID; the rules map it again."""
    from ingest.crosswalk import revoke as run

    number = run(settings, terminology, feed_id, value, who, why)
    click.echo(f"Decision {number}: what was decided about {value!r} of {feed_id} no longer holds.")


@crosswalk.command()
@as_json
@click.pass_obj
def decisions(settings: Settings, json_: bool) -> None:
    """What people decided, with who and why."""
    from ingest.crosswalk import decisions as ask

    headings = ("decision", "terminology", "feed", "value", "code", "who", "why")
    found = [(d.decision_id, d.terminology_id, d.feed_id, d.source_value, d.code, d.who, d.why) for d in ask(settings)]
    rows(headings, found, json_)
