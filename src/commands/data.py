"""``nnsc build | publish | query``: the warehouse."""

from __future__ import annotations

import click

from commands.output import as_json, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    for command in (build, publish, query):
        group.add_command(command)


@click.command()
@click.pass_obj
def build(settings: Settings) -> None:
    """Load change sets, run dbt with its tests, publish."""
    from warehouse.api import build as run

    result = run(settings, on_event=click.echo)
    tables = result.published.tables
    click.echo(f"Published {sum(tables.values()):,} rows in {len(tables)} tables: {result.published.path}")


@click.command()
@click.pass_obj
def publish(settings: Settings) -> None:
    """Write the publication anew from the last good build."""
    from warehouse.api import publish as run

    result = run(settings)
    click.echo(f"Published {len(result.tables)} tables: {result.path}")


@click.command()
@click.argument("sql")
@as_json
@click.pass_obj
def query(settings: Settings, sql: str, json_: bool) -> None:
    """Ask the publication a question in SQL (schemas core, marts, reference)."""
    from warehouse.api import query as run

    result = run(settings, sql)
    rows(result.columns, result.rows, json_)
