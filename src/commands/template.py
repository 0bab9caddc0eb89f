"""``nnsc template``: a record kind as an Excel file to fill in."""

from __future__ import annotations

import os
from pathlib import Path

import click

from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(template)


@click.command()
@click.argument("kind")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write it (default: KIND.xlsx here).")
@click.option("--feed", "feed_id", help="Write jurisdictions/FEED.yml too, which reads the filled-in file.")
@click.pass_obj
def template(settings: Settings, kind: str, out: Path | None, feed_id: str | None) -> None:
    """An Excel file for records of KIND: one column per field, with drop-downs, notes and instructions."""
    from commands.newfeed import new_feed_file
    from feeds.contracts import load_contracts
    from feeds.template import code_lists, workbook
    from feeds.template_feed import feed_file

    contracts = load_contracts(settings.contracts)
    if kind not in contracts:
        raise click.UsageError(f"{kind!r} is no record kind; use: {', '.join(sorted(contracts))}.")
    target = out or Path(f"{kind}.xlsx")
    _check_target(target)
    file = new_feed_file(settings, feed_id) if feed_id else None
    workbook(contracts[kind], code_lists(settings.project / "dbt" / "seeds")).save(target)
    click.echo(f"{target}: fill in the sheet {kind}; the sheet instructions says how.")
    if feed_id and file:
        file.write_text(feed_file(contracts[kind], feed_id), encoding="utf-8")
        click.echo(f"{file}: reads the filled-in file; `nnsc feeds check {feed_id}`.")


def _check_target(target: Path) -> None:
    """Everything that can be wrong with the place is said before anything is written: a second try starts anew."""
    if target.exists():
        raise click.UsageError(f"{target} exists already; it is not overwritten.")
    if not target.parent.is_dir():
        raise click.UsageError(f"There is no folder {target.parent}. Make it first, or name another with --out.")
    if not os.access(target.parent, os.W_OK):
        raise click.UsageError(f"Nothing may be written into {target.parent}. Name another folder with --out.")
