"""Suppression, attacked: by hand, by brute force over whole numbers, and on random tables with roll-ups."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from governance.errors import TierViolation
from governance.suppression import Item, audit, item_name, suppress


def items_of(
    rows: Sequence[Mapping[str, Any]], cells: Sequence[str], roll_ups: Sequence[Sequence[str]], measure: str
) -> list[Item]:
    """Items of one measure: each row (a cell of ``cells``), and each sum over the rows that agree in a roll-up.

    Atoms are the rows. The name of an item says which columns it agrees in: ``month=2024-01-01``.
    """
    wanted = [tuple(cells), *(tuple(columns) for columns in roll_ups)]
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        for columns in wanted:
            groups.setdefault(item_name(row, columns), []).append(number)
    return [
        Item(name, frozenset(numbers), sum(int(rows[n][measure] or 0) for n in numbers))
        for name, numbers in groups.items()
    ]


def table(grid: list[list[int]]) -> list[Item]:
    """Areas by months with every margin and the total."""
    rows = [{"area": a, "month": m, "n": value} for a, line in enumerate(grid) for m, value in enumerate(line)]
    return items_of(rows, ["area", "month"], [["area"], ["month"], []], "n")


def possible(items: list[Item], hidden: set[str], target: Item, limit: int) -> set[int]:
    """Every value that a hidden item can have, by trying all whole numbers: the independent attacker."""
    atoms = sorted(set().union(*(item.atoms for item in items)))
    sure = {next(iter(i.atoms)): i.value for i in items if len(i.atoms) == 1 and i.name not in hidden}
    open_atoms = [atom for atom in atoms if atom not in sure]
    found: set[int] = set()
    for guess in itertools.product(range(limit + 1), repeat=len(open_atoms)):
        value = {**sure, **dict(zip(open_atoms, guess))}
        sums = {item.name: sum(value[atom] for atom in item.atoms) for item in items}
        if all(sums[i.name] == i.value if i.name not in hidden else sums[i.name] >= 1 for i in items):
            found.add(sums[target.name])
    return found


def small_and_hidden(items: list[Item], hidden: set[str], largest: int = 10) -> Iterator[Item]:
    return (item for item in items if 1 <= item.value <= largest and item.name in hidden)


def test_primary_alone_is_recovered_by_the_attack() -> None:
    """The attack works: one hidden cell in a row with its total is found exactly."""
    items = table([[3, 40, 50], [60, 70, 80]])
    (finding,) = audit(items, {"area=0 month=0"})
    assert (finding.least, finding.most) == pytest.approx((3, 3))


def test_complementary_suppression_defeats_it() -> None:
    items = table([[3, 40, 50], [60, 70, 80]])
    hidden = suppress(items)
    assert "area=0 month=0" in hidden
    assert len(hidden) >= 4  # a hidden cell needs company in its row and in its column
    assert audit(items, hidden) == []


def test_a_roll_up_over_time_is_attacked_too() -> None:
    """Year to date in October and in November, published one after the other: their difference is November."""
    months = [30, 20, 40, 4]
    rows = [{"month": n, "n": value} for n, value in enumerate(months)]
    items = items_of(rows, ["month"], [], "n")
    until = [Item(f"until {n}", frozenset(range(n + 1)), sum(months[: n + 1])) for n in range(4)]
    assert audit([*items, *until], {"month=3"})[0].most == pytest.approx(4)
    assert audit([*items, *until], suppress([*items, *until])) == []


def test_overlapping_areas_are_attacked_too() -> None:
    """A district and a ring around it overlap in all but one block."""
    blocks = [20, 30, 5]
    items = [Item(f"block {n}", frozenset({n}), value) for n, value in enumerate(blocks)]
    items += [Item("district", frozenset({0, 1, 2}), 55), Item("inner ring", frozenset({0, 1}), 50)]
    assert audit(items, {"block 2"})[0].least == pytest.approx(5)
    hidden = suppress(items)
    assert audit(items, hidden) == []


def test_what_was_published_before_is_no_hiding_place() -> None:
    items = table([[3, 40], [50, 60]])
    before = {"area=0", "area=1", "month=0"}
    hidden = suppress(items, known=before)
    assert not hidden & before
    assert audit(items, hidden) == []


def test_what_cannot_be_hidden_any_more_is_an_error() -> None:
    items = table([[3, 40], [50, 60]])
    with pytest.raises(TierViolation, match="coarser"):
        suppress(items, known={item.name for item in items} - {"area=0 month=0"})


def test_zeros_are_published_and_the_threshold_is_a_choice() -> None:
    items = table([[0, 40], [4, 60]])
    assert "area=0 month=0" not in suppress(items)
    assert suppress(items, largest=3) == set()


grids = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 12), st.integers(0, 200)), min_size=width, max_size=width),
        min_size=2,
        max_size=4,
    )
)


@hypothesis_settings(max_examples=15, deadline=None, derandomize=True)
@given(grids)
def test_no_small_cell_of_any_table_is_recovered(grid: list[list[int]]) -> None:
    items = table(grid)
    hidden = suppress(items)
    assert {item.name for item in items if 1 <= item.value <= 10} <= hidden
    assert audit(items, hidden) == []


@pytest.mark.parametrize("seed", range(4))
def test_brute_force_over_whole_numbers_excludes_no_value_either(seed: int) -> None:
    """An attacker without linear programming, on tables small enough to try everything (cells 1 to 2 are small)."""
    chance = random.Random(seed)
    items = table([[chance.choice([0, 1, 2, 3, 5]) for _ in range(3)] for _ in range(2)])
    hidden = suppress(items, largest=2)
    for item in small_and_hidden(items, hidden, largest=2):
        found = possible(items, hidden, item, limit=9)
        assert min(found) <= max(1, len(item.atoms)), item
        assert {item.value, max(2, item.value)} <= found, item
        assert len(found) >= 2, item


@pytest.mark.slow
@hypothesis_settings(max_examples=60, deadline=None, derandomize=True)  # each is attacked with linear programs
@given(st.lists(st.integers(0, 60), min_size=24, max_size=24), st.integers(2, 12))
def test_no_small_cell_of_three_dimensions_with_all_margins_is_recovered(values: list[int], largest: int) -> None:
    rows = [
        {"area": a, "month": m, "outcome": o, "n": values[a * 8 + m * 2 + o]}
        for a, m, o in itertools.product(range(3), range(4), range(2))
    ]
    dimensions = ["area", "month", "outcome"]
    margins = [list(c) for size in range(3) for c in itertools.combinations(dimensions, size)]
    items = items_of(rows, dimensions, margins, "n")
    assert audit(items, suppress(items, largest), largest) == []
