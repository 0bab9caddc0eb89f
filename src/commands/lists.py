"""``nnsc lists``: what practitioners work from, released by two people, watermarked, and ended."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.output import as_json, decided_by, rows
from settings import Settings

if TYPE_CHECKING:
    from lists.content import Content

_place = click.option("--site", "place", required=True, help="Jurisdiction, e.g. us_oh_akron.")
_recipient = click.option("--recipient", required=True, help="For whom (policies/recipients.yml).")


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    group.add_command(lists)


@click.group()
def lists() -> None:
    """Lists that practitioners work from (policies/lists.yml): who may use them, for what, and until when."""


@lists.command()
@click.argument("name", required=False)
@click.option("--site", "place", help="Jurisdiction: with --recipient, the rows that would be handed out.")
@click.option("--recipient", help="For whom (policies/recipients.yml).")
@as_json
@click.pass_obj
def show(settings: Settings, name: str | None, place: str | None, recipient: str | None, json_: bool) -> None:
    """The declared lists; with NAME what one says of itself; with --site and --recipient its rows, to approve them."""
    from lists.catalogue import declared, practitioner_lists

    if name is None:
        headings = ("list", "tier", "valid_days", "mart", "purpose")
        told = [(n, d.tier, d.valid_days, d.mart, d.purpose) for n, d in sorted(practitioner_lists(settings).items())]
        rows(headings, told, json_)
    elif place and recipient:
        _content(settings, name, place, recipient, json_)
    elif place or recipient:
        raise click.UsageError("Say both --site and --recipient.")
    elif json_:
        click.echo(json.dumps(declared(settings, name).model_dump(), indent=1))
    else:
        one = declared(settings, name)
        click.echo(f"{one.title}\n{one.tier}, valid {one.valid_days} days after its release, from {one.mart}")
        click.echo(f"{one.purpose}.")
        for heading, lines in (("May use it", one.may_use), ("Never for", one.never_for), ("Know", one.caveats)):
            click.echo("\n".join([f"{heading}:", *(f"  {line}" for line in lines)]))


def _content(settings: Settings, name: str, place: str, recipient: str, json_: bool) -> None:
    from lists.api import look

    found = look(settings, name, place, recipient)
    standing = found.standing(settings.now().date())
    if json_:
        told = [dict(zip(found.headings, row, strict=True)) for row in standing]
        answer = {"digest": found.digest, "publication_id": found.publication_id, "known_on": found.known_on}
        click.echo(json.dumps({**answer, "rows": told}, default=str, indent=1))
        return
    if not standing:
        click.echo(_why_empty(found, name, place))
        return
    rows(found.headings, standing, False)
    ended = len(found.lines) - len(standing)
    click.echo(
        f"{len(standing):,} rows; {ended:,} more ended since and would not be printed. Known on {found.known_on}."
    )
    click.echo(f"To approve exactly this: nnsc lists release {name} --site {place} --recipient {recipient} "
               f"--seen {found.digest[:12]} --why ...")  # fmt: skip


def _why_empty(found: Content, name: str, place: str) -> str:
    """Nobody approves an empty list: the reason and what to look at instead."""
    source = f"publication {found.publication_id} (marts.{found.told.mart})"
    if found.lines:
        why = f"all {len(found.lines):,} rows of {source} ended"
    else:
        why = f"{source} has no row of {place} that {found.recipient_name} may have on it"
    return f"The list {name} is empty today: {why}. There is nothing to approve."


@lists.command()
@click.argument("name")
@_place
@_recipient
@click.option("--seen", required=True, help="The digest of what you saw, as `nnsc lists show` printed it.")
@decided_by
@click.pass_obj
def release(settings: Settings, name: str, place: str, recipient: str, seen: str, who: str, why: str) -> None:
    """Approve the list NAME; it is released when a second, different person approves the same content."""
    from commands.output import decided
    from lists.api import release as run

    found, outcome = run(settings, name, place, recipient, seen, who, why)
    decided(outcome, f"The {found.subject} is released for {found.told.valid_days} days, as it is now.")


@lists.command()
@click.argument("name")
@_place
@_recipient
@click.option("--who", default=getpass.getuser, help="Who exports it (default: the user logged in).")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder (default: under home).")
@click.pass_obj
def export(settings: Settings, name: str, place: str, recipient: str, who: str, folder: Path | None) -> None:
    """Write the released list NAME as an Excel file and as a page to print, watermarked."""
    from lists.api import export as run

    done = run(settings, name, place, recipient, who, folder)
    left = f"; {done.ended:,} approved rows ended since and were left out" if done.ended else ""
    click.echo(f"Export {done.number}: {done.rows:,} rows{left}.")
    for file in done.files:
        click.echo(str(file))
