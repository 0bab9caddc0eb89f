"""How commands answer: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click

as_json = click.option("--json", "json_", is_flag=True, help="Answer in JSON, for programs.")


def rows(headings: Sequence[str], values: Iterable[Sequence[Any]], json_: bool) -> None:
    """Print rows under headings."""
    if json_:
        click.echo(json.dumps([dict(zip(headings, row, strict=True)) for row in values], default=str, indent=1))
        return
    text = [[_shown(value) for value in row] for row in values]
    widths = [
        max(len(heading), *(len(row[i]) for row in text), 0) if text else len(heading)
        for i, heading in enumerate(headings)
    ]
    click.echo("  ".join(heading.ljust(width) for heading, width in zip(headings, widths, strict=True)).rstrip())
    for row in text:
        click.echo("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
