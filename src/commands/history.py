"""``nnsc as-of``: what was known at an instant."""

from __future__ import annotations

from datetime import date

import click

from commands.ingest import moment
from commands.output import as_json, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(as_of)


@click.command("as-of")
@click.argument("instant")
@click.argument("model")
@click.option("--where", help="A condition on the model's columns, in SQL.")
@as_json
@click.pass_obj
def as_of(settings: Settings, instant: str, model: str, where: str | None, json_: bool) -> None:
    """The rows of MODEL (a mart or fact) as they would have been at INSTANT: nnsc as-of 2025-06-01 MODEL.

    A date is the end of that day where each agency is; an instant without a zone is UTC.
    """
    from warehouse.asof import as_of as run

    if not instant[:1].isdigit() and model[:1].isdigit():
        raise click.UsageError(f"The instant comes first: nnsc as-of {model} {instant}")
    told = moment(instant, "UTC")
    assert told is not None
    found = run(settings, date.fromisoformat(instant) if len(instant) == 10 else told, model, where)
    rows(found.columns, found.rows, json_)
