"""``nnsc template``: a record kind as an Excel file to fill in."""

from __future__ import annotations

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
    from feeds.contracts import load_contracts
    from feeds.template import code_lists, workbook

    contracts = load_contracts(settings.contracts)
    if kind not in contracts:
        raise click.UsageError(f"{kind!r} is no record kind; use: {', '.join(sorted(contracts))}.")
    target = out or Path(f"{kind}.xlsx")
    if target.exists():
        raise click.UsageError(f"{target} exists already; it is not overwritten.")
    if feed_id:
        _write_feed(settings, kind, feed_id)
    workbook(contracts[kind], code_lists(settings.project / "dbt" / "seeds")).save(target)
    click.echo(f"{target}: fill in the sheet {kind}; the sheet instructions says how.")


def _write_feed(settings: Settings, kind: str, feed_id: str) -> None:
    from feeds.contracts import load_contracts
    from feeds.template_feed import feed_file

    path = settings.jurisdictions / f"{feed_id}.yml"
    if path.exists():
        raise click.UsageError(f"{path} exists already; it is not overwritten.")
    if not (path.parent / "jurisdiction.yml").is_file():
        raise click.UsageError(f"Write {path.parent / 'jurisdiction.yml'} first (name, country, timezone).")
    path.write_text(feed_file(load_contracts(settings.contracts)[kind], feed_id), encoding="utf-8")
    click.echo(f"{path}: reads the filled-in file; `nnsc feeds check {feed_id}`.")
