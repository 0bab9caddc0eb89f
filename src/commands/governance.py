"""``nnsc decisions`` and ``nnsc audit``: what people decided, and the log that proves it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from commands.output import as_json, rows
from settings import Settings


def register(group: click.Group) -> None:
    """Add the commands of this module."""
    for command in (decisions, audit):
        group.add_command(command)


@click.group()
def decisions() -> None:
    """What people decided, with who, why, when and what was seen."""


@decisions.command("list")
@click.option("--kind", help="Only decisions of this kind (policies/decisions.yml lists them).")
@click.option("--subject", help="Only decisions about this delivery, record, value or list.")
@as_json
@click.pass_obj
def list_decisions(settings: Settings, kind: str | None, subject: str | None, json_: bool) -> None:
    """Decisions, oldest first; waiting ones take effect when a second person decides the same."""
    headings = ("decision_id", "state", "kind", "subject", "who", "why", "decided_at", "confirms")
    rows(headings, [[d[name] for name in headings] for d in _decisions(settings, kind, subject)], json_)


@decisions.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.pass_obj
def export(settings: Settings, form: str) -> None:
    """Every decision with all its fields on standard output, for an auditor or a backup."""
    found = [{**d, "decided_at": d["decided_at"].isoformat()} for d in _decisions(settings, None, None)]
    if form == "jsonl":
        for decision in found:
            click.echo(json.dumps(decision, sort_keys=True, ensure_ascii=False))
        return
    import csv

    fields = (
        "decision_id", "state", "kind", "subject", "who", "why", "decided_at", "account", "confirms", "seen", "detail",
    )  # fmt: skip
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(fields)
    for decision in found:
        writer.writerow([_cell(decision[name]) for name in fields])


def _cell(value: Any) -> Any:
    """JSON as text; text that a spreadsheet would run as a formula is made harmless."""
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _decisions(settings: Settings, kind: str | None, subject: str | None) -> list[dict[str, Any]]:
    from governance.decisions import listed, require_kind
    from ingest.ledger import engine

    if kind is not None:
        require_kind(settings, kind)
    with engine(settings).connect() as connection:
        return listed(connection, kind, subject)


@click.group()
def audit() -> None:
    """The log of decisions, configuration changes, publications and reads of T3 and T4."""


@audit.command("list")
@click.option("--action", type=click.Choice(["decision", "configuration", "publication", "read", "export"]))
@as_json
@click.pass_obj
def list_lines(settings: Settings, action: str | None, json_: bool) -> None:
    """The log, oldest line first."""
    from governance.audit import lines
    from ingest.ledger import engine

    with engine(settings).connect() as connection:
        found = lines(connection, action)
    headings = ("seq", "at", "actor", "action", "subject", "detail")
    rows(headings, [[line[name] for name in headings] for line in found], json_)


@audit.command()
@click.option("--anchor", "anchors", multiple=True, metavar="SEQ:DIGEST", help="A head that was kept elsewhere.")
@as_json
@click.pass_obj
def verify(settings: Settings, anchors: tuple[str, ...], json_: bool) -> None:
    """Prove that no line was edited, removed or moved; exit 1 if one was. Keep the head it prints somewhere else."""
    from dataclasses import asdict

    from governance.verify import verify as run
    from ingest.ledger import engine

    kept = [("--anchor", _head(text)) for text in anchors]
    with engine(settings).connect() as connection:
        verdict = run(connection, settings, kept)
    if json_:
        click.echo(json.dumps(asdict(verdict), indent=1))
    else:
        for text in [*verdict.problems, *verdict.notes]:
            click.echo(text)
        state = "is NOT as it was written" if verdict.problems else "is as it was written"
        click.echo(f"The audit log {state}: {verdict.lines:,} lines, head {verdict.head or 'none'}.")
    sys.exit(1 if verdict.problems else 0)


def _head(text: str) -> Any:
    from governance.audit import Head

    seq, _, digest = text.partition(":")
    if not seq.isdigit() or not digest:
        raise click.BadParameter(f"{text!r} is no head; `nnsc audit verify` prints one as SEQ:DIGEST.")
    return Head(int(seq), digest)
