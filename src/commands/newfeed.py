"""The file of a feed that does not exist yet: commands ask here before they make anything."""

from __future__ import annotations

from pathlib import Path

import click

from settings import Settings


def check_feed_id(feed_id: str) -> None:
    """Refuse what can be no feed id.

    Raises:
        click.UsageError: it is not of the form jurisdiction/feed.
    """
    from feeds.catalogue import is_feed_id

    if not is_feed_id(feed_id):
        raise click.UsageError(
            f"{feed_id!r} is no feed id. A feed id is jurisdiction/feed, in small letters, digits and _, "
            "for example us_il_springfield/shooting."
        )


def new_feed_file(settings: Settings, feed_id: str) -> Path:
    """Where the file of a new feed is to be written.

    Raises:
        click.UsageError: the id is malformed, the file exists, or its jurisdiction does not.
    """
    check_feed_id(feed_id)
    path = settings.jurisdictions / f"{feed_id}.yml"
    if path.exists():
        raise click.UsageError(f"{path} exists already; it is not overwritten.")
    if not (path.parent / "jurisdiction.yml").is_file():
        raise click.UsageError(f"Write {path.parent / 'jurisdiction.yml'} first (name, country, timezone).")
    return path
