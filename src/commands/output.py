"""How commands answer: a table for people, JSON for programs."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from governance.decisions import Outcome
    from settings import Settings

as_json = click.option("--json", "json_", is_flag=True, help="Answer in JSON, for programs.")
_who = click.option("--who", default=getpass.getuser, help="Who decides (default: the user logged in).")
_why = click.option("--why", required=True, help="Why, in a sentence; it is kept.")


def decided_by(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--who`` and ``--why`` of every decision."""
    return _who(_why(command))


def rows(headings: Sequence[str], values: Iterable[Sequence[Any]], json_: bool) -> None:
    """Print rows under headings."""
    if json_:
        click.echo(json.dumps([dict(zip(headings, row, strict=True)) for row in values], default=str, indent=1))
        return
    text = [[_shown(value) for value in row] for row in values]
    widths = [
        max(len(heading), *(len(row[i]) for row in text), 0) if text else len(heading)
        for i, heading in enumerate(headings)
    ]
    click.echo("  ".join(heading.ljust(width) for heading, width in zip(headings, widths, strict=True)).rstrip())
    for row in text:
        click.echo("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def require_feed(settings: Settings, feed_id: str | None, found: object) -> None:
    """An empty answer about a feed says so only of a feed that exists, not of a mistyped one.

    Raises:
        SpecificationError: nothing was found, there is no such feed, and none of that name ever delivered.
    """
    from feeds.catalogue import feed_file
    from ingest.api import outcomes

    if feed_id is not None and not found and not outcomes(settings, feed_id):
        feed_file(settings, feed_id)


def decided(outcome: Outcome, done: str) -> None:
    """Say that a decision took effect, or that it waits for a second person."""
    waits = "it takes effect when a second, different person decides the same"
    click.echo(done if outcome.is_effective else f"Decision {outcome.decision_id} is recorded; {waits}.")


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
