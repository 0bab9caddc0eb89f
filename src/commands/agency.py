"""``nnsc agency``: what an agency is given."""

from __future__ import annotations

from pathlib import Path

import click

from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(agency)


@click.group()
def agency() -> None:
    """What an agency is given."""


@agency.command()
@click.argument("feed_id")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the page (default: <feed>-guide.html).")
@click.option("--lang", type=click.Choice(["en", "es"]), help="Language (default: the agency's).")
@click.pass_obj
def new(settings: Settings, feed_id: str, out: Path | None, lang: str | None) -> None:
    """Write the one-page drop guide of FEED_ID: where, how named, which columns, what comes back."""
    from feeds.catalogue import load_feed
    from ingest.receipts.guide import drop_guide

    path = out or Path(f"{feed_id.replace('/', '-')}-guide.html")
    path.write_text(drop_guide(load_feed(settings, feed_id), lang), encoding="utf-8")
    click.echo(f"{path}: written. Open it in a browser, or print it.")
