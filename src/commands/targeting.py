"""``nnsc targeting``: plans that people decide about."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from commands.output import decided, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(targeting)


@click.group()
def targeting() -> None:
    """Through whom a message and an offer of help reach those whom they are for. No scores."""


@targeting.command("call-in")
@click.argument("place", metavar="JURISDICTION")
@click.option("--capacity", type=click.IntRange(min=0), required=True, help="How many people help can be given to.")
@click.option("--window", default="60_months", show_default=True, help="Observation window of the ties.")
@click.option("--adult-feed", "adults", multiple=True, help="A feed of supervision that has adults only (repeatable).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it as CSV; two people decide that.")
@click.option("--who", default=getpass.getuser, help="Who decides (default: the user logged in).")
@click.option("--why", default="", help="Why it is written, in a sentence; it is kept.")
@click.pass_obj
def call_in(
    settings: Settings, place: str, capacity: int, window: str, adults: tuple[str, ...], out: Path | None,
    who: str, why: str,
) -> None:  # fmt: skip
    """The fewest people under supervision through whom a city's candidates, groups and open disputes are reached."""
    from targeting.callin import plan
    from targeting.sheet import release, summary

    found = plan(settings, place, capacity, window, adults)
    for line in summary(found):
        click.echo(line)
    click.echo()
    told = [
        (one.person_key, one.expires_on, len(one.people), " ".join(one.groups), "; ".join(one.disputes),
         "; ".join(map(str, one.reasons)))
        for one in found.called
    ]  # fmt: skip
    rows(("person", "until", "people reached", "groups", "disputes", "reasons"), told, False)
    if out is not None:
        decided(release(settings, found, out, who, why), f"Written: {out}")
