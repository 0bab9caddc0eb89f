"""Suppression of a published table: which numbers of which rows and roll-ups are left out, for one recipient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from governance.policy import Strict
from governance.suppression import Item, item_name, suppress

Row = Mapping[str, Any]


class Suppression(Strict):
    """What a model at T1 declares (``meta: {suppress: ...}``): its cells, roll-ups, and the counts in them."""

    cells: list[str] = Field(min_length=1)
    roll_ups: list[list[str]]
    """Sums over all rows that agree in these columns; published beside the table, as far as they may be."""
    counts: dict[str, list[str]]
    """Count -> the counts that it is the sum of (none where it stands alone)."""


@dataclass
class Released:
    """What was left out, and every number that was given, to be remembered against the next publication."""

    hidden: set[str]
    given: list[dict[str, Any]] = field(default_factory=list)


def left_out(
    rows: Sequence[Row], rule: Suppression, largest: int, before: Sequence[Mapping[str, Any]] = ()
) -> Released:
    """Names of the numbers (``name_of``) that must be left out; ``before`` is what was given earlier (``given``).

    A number given earlier is known if it still is the sum of its cells; a cell that is no longer here counted nothing.

    Raises:
        TierViolation: what was given before gives a small number away, whatever is left out now.
    """
    released = Released(set())
    for total, parts in rule.counts.items():
        items, atoms = _items(rows, rule, total, parts)
        known = []
        for number, old in enumerate(one for one in before if one["count"] == total):
            if all(cell in atoms for cell in old["cells"]):
                value = sum(atoms[cell][1] for cell in old["cells"])
                if value == old["value"]:
                    known.append(Item(f"before {number}", frozenset(atoms[c][0] for c in old["cells"]), value))
        same = {(item.atoms, item.value) for item in known}
        fixed = {item.name for item in items if (item.atoms, item.value) in same}
        hidden = suppress([*items, *known], largest, fixed | {item.name for item in known})
        released.hidden |= hidden
        places = {place: cell for cell, (place, _) in atoms.items()}
        released.given += [
            {"count": total, "cells": sorted(places[atom] for atom in item.atoms), "value": item.value}
            for item in items
            if item.name not in hidden
        ]
    released.given += [dict(old) for old in before if old not in released.given]
    return released


def name_of(row: Row, columns: Sequence[str], count: str) -> str:
    """The name of one number: which count, and the columns in which its rows agree."""
    return f"{count} {item_name(row, columns)}"


def _items(
    rows: Sequence[Row], rule: Suppression, total: str, parts: Sequence[str]
) -> tuple[list[Item], dict[str, tuple[int, int]]]:
    """Items of a count and its parts at every level, and the atoms: cell -> place and value."""
    atoms: dict[str, tuple[int, int]] = {}
    groups: dict[str, list[int]] = {}
    values: list[int] = []
    for row in rows:
        for part in parts or [total]:
            place, value = len(values), int(row[part] or 0)
            values.append(value)
            atoms[name_of(row, rule.cells, part)] = (place, value)
            for columns in [rule.cells, *rule.roll_ups]:
                for count in dict.fromkeys([part, total]):
                    groups.setdefault(name_of(row, columns, count), []).append(place)
    items = [Item(name, frozenset(places), sum(values[p] for p in places)) for name, places in groups.items()]
    return items, atoms
