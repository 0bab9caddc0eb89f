"""Publications one after the other: what was given before is part of the attack."""

from __future__ import annotations

import random
from typing import Any

import pytest

from governance.cells import Suppression, left_out, name_of
from governance.suppression import Item, audit

RULE = Suppression(cells=["area", "month"], roll_ups=[["area"], ["month"], []], counts={"victims": ["dead", "alive"]})


def months(values: dict[tuple[str, int], tuple[int, int]]) -> list[dict[str, Any]]:
    return [
        {"area": a, "month": m, "dead": dead, "alive": alive, "victims": dead + alive}
        for (a, m), (dead, alive) in values.items()
    ]


def attack(rows: list[dict[str, Any]], given: list[dict[str, Any]], hidden: set[str]) -> list[Any]:
    """Everything that was ever given, in one system, against every small number that was ever left out."""
    cells = {name_of(row, RULE.cells, part): row[part] for row in rows for part in ("dead", "alive")}
    place = {cell: number for number, cell in enumerate(cells)}
    items = [Item(f"given {n}", frozenset(place[c] for c in one["cells"]), one["value"]) for n, one in enumerate(given)]
    known = {item.atoms for item in items}
    small = [
        Item(cell, frozenset({place[cell]}), value)
        for cell, value in cells.items()
        if 1 <= value <= 10 and frozenset({place[cell]}) not in known
    ]
    return audit([*items, *small], {item.name for item in small})


def test_a_new_month_is_not_the_difference_of_two_totals() -> None:
    """The total up to March was given; with April's total beside it April's 4 would be known."""
    first = {("North", m): (20, 30) for m in (1, 2, 3)} | {("South", m): (40, 50) for m in (1, 2, 3)}
    before = left_out(months(first), RULE, 10)
    assert not before.hidden
    rows = months(first | {("North", 4): (4, 30), ("South", 4): (15, 25)})
    after = left_out(rows, RULE, 10, before.given)
    assert name_of({"area": "North", "month": 4}, RULE.cells, "dead") in after.hidden
    assert attack(rows, after.given, after.hidden) == []
    naive = [*before.given, *left_out(rows, RULE, 10).given]  # without a memory the attack succeeds
    assert attack(rows, naive, after.hidden)


@pytest.mark.parametrize("seed", range(6))
def test_no_sequence_of_publications_gives_a_small_number_away(seed: int) -> None:
    chance = random.Random(seed)
    values: dict[tuple[str, int], tuple[int, int]] = {}
    given: list[dict[str, Any]] = []
    for month in range(4):
        for area in ("North", "South", "West"):
            values[area, month] = (chance.choice([0, 3, 12, 40]), chance.choice([0, 7, 25, 60]))
        rows = months(values)
        released = left_out(rows, RULE, 10, given)
        given = released.given
        assert attack(rows, given, released.hidden) == []


def test_parts_of_a_number_do_not_give_each_other_away() -> None:
    rows = months({("North", 1): (3, 40), ("North", 2): (30, 60), ("South", 1): (20, 50), ("South", 2): (25, 35)})
    released = left_out(rows, RULE, 10)
    one = {"area": "North", "month": 1}
    assert name_of(one, RULE.cells, "dead") in released.hidden
    others = {name_of(one, RULE.cells, count) for count in ("alive", "victims")}
    assert others & released.hidden
    assert attack(rows, released.given, released.hidden) == []
