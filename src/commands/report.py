"""``nnsc report``: pages of charts and tables from the published marts."""

from __future__ import annotations

from datetime import datetime

import click

from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(report)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--site", "place", help="Only the pages of this jurisdiction, e.g. us_oh_akron.")
@click.option(
    "--as-of", "--day", "day", type=click.DateTime(["%Y-%m-%d"]),
    help="As published by the end of that day (UTC), from the publication that is kept.",
)  # fmt: skip
@click.option("--language", "languages", type=click.Choice(["en", "es"]), multiple=True, help="Default: both.")
@click.option("--recipient", help="From what this recipient was given, into the recipient's folder.")
@click.pass_obj
def report(
    settings: Settings,
    names: tuple[str, ...],
    place: str | None,
    day: datetime | None,
    languages: tuple[str, ...],
    recipient: str | None,
) -> None:
    """Write the reports NAME (network, weekly, site, pvi, data-quality; default: all) as HTML pages with an index."""
    from reports.api import write_reports
    from reports.wording import LANGUAGES

    done = write_reports(settings, names, place, day.date() if day else None, languages or LANGUAGES, recipient)
    pages = sum(file.endswith(".html") for file in done.files)
    click.echo(f"{pages} pages of publication {done.publication_id} ({done.tier}): {done.folder / 'index.html'}")
