"""Suppression of small cells: primary, complementary, and audited by an attack that tries to recover every cell.

A table is a set of *items*: each is a published number that adds up some *atoms* (the finest cells). Roll-ups, other
periods and overlapping areas are further items over the same atoms. Everything that adds up is in one system, so no
difference of published numbers is overlooked.

The attacker knows every published item, that counts are whole and not negative, and that a suppressed item is at least
1. A small item (1 to ``largest``, 10 by default) is safe when linear programming leaves it at least every value from
half of ``largest`` up to ``largest``: from above nothing is learned beyond the fact that it is small or complementary,
from below only that a sum of suppressed parts has at least as many people as parts. A linear attack is at least as wide
as one in whole numbers; where the two differ, an attacker may exclude a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from governance.errors import TierViolation

#: The attack computes in floating point; a count is whole, so half of this would do.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Item:
    """A number that may be published: the atoms that it adds up, and their sum."""

    name: str
    atoms: frozenset[int]
    value: int


@dataclass(frozen=True)
class Finding:
    """What the attack learned of a small suppressed item: it lies between ``least`` and ``most``."""

    item: Item
    least: float
    most: float


def suppress(items: Sequence[Item], largest: int = 10, known: Iterable[str] = ()) -> set[str]:
    """Names of the items that must not be published: the small ones, and others that would give them away.

    ``known`` names items that an attacker has already (published before, or by somebody else): suppressing them again
    hides nothing, so others are taken.

    Raises:
        TierViolation: what is known already gives a small item away, whatever is suppressed now.
    """
    fixed = {item.name for item in items if item.name in set(known)}
    hidden = {item.name for item in items if 1 <= item.value <= largest} - fixed
    small = set(hidden)
    checked: set[str] = set()
    for block in _blocks(items):
        while True:
            found = next(iter(_findings(block, hidden, small, largest, checked)), None)
            if found is None:
                break
            # What was safe stays safe: giving up a published item (which is above 0) only takes knowledge away.
            hidden.add(_complement(block, found, hidden, fixed, largest))
    return hidden


def audit(items: Sequence[Item], hidden: set[str], largest: int = 10) -> list[Finding]:
    """Attack a publication: every small item of which more can be learned than the module says."""
    small = {item.name for item in items if item.name in hidden and 1 <= item.value <= largest}
    found: list[Finding] = []
    for block in _blocks(items):
        found += _findings(block, hidden, small, largest, set())
    return found


def _blocks(items: Sequence[Item]) -> list[list[Item]]:
    """Items that share no atom, however indirectly, tell nothing of each other."""
    atoms = sorted(set().union(*(item.atoms for item in items)) if items else set())
    place = {atom: number for number, atom in enumerate(atoms)}
    rows = [n for n, item in enumerate(items) for _ in item.atoms]
    columns = [len(items) + place[atom] for item in items for atom in sorted(item.atoms)]
    size = len(items) + len(atoms)
    links = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    _, labels = connected_components(links, directed=False)
    blocks: dict[int, list[Item]] = {}
    for number, item in enumerate(items):
        blocks.setdefault(int(labels[number]), []).append(item)
    return list(blocks.values())


class _Attack:
    """The attacker's system of one block: unknown atoms, what is published of them, what is known of the hidden."""

    def __init__(self, block: list[Item], hidden: set[str]) -> None:
        atoms = sorted(set().union(*(item.atoms for item in block)))
        self.place = {atom: number for number, atom in enumerate(atoms)}
        self.published = [item for item in block if item.name not in hidden]
        held = [item for item in block if item.name in hidden]
        self.equal = self._matrix(self.published) if self.published else None
        self.values = np.array([item.value for item in self.published], dtype=float)
        self.least = -self._matrix(held)

    def _matrix(self, items: list[Item]) -> csr_matrix:
        rows = [n for n, item in enumerate(items) for _ in item.atoms]
        columns = [self.place[atom] for item in items for atom in sorted(item.atoms)]
        return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(items), len(self.place)))

    def bound(self, item: Item, sign: int) -> tuple[float, Any]:
        """The least (sign 1) or greatest (-1) value that an item may have, and what each published item is worth."""
        goal = np.zeros(len(self.place))
        goal[[self.place[atom] for atom in item.atoms]] = sign
        equal = {"A_eq": self.equal, "b_eq": self.values} if self.equal is not None else {}
        done = linprog(goal, A_ub=self.least, b_ub=-np.ones(self.least.shape[0]), **equal, bounds=(0, None))
        if done.status == 3:  # unbounded: nothing limits it
            return float("inf"), np.zeros(len(self.published))
        if done.status != 0:
            raise TierViolation(
                f"The suppression of {item.name} cannot be audited: {done.message}.",
                "The numbers do not add up; find the item whose value is not the sum of its atoms.",
            )
        return sign * done.fun, done.eqlin.marginals if self.equal is not None else np.zeros(0)


def _findings(
    block: list[Item], hidden: set[str], small: set[str], largest: int, checked: set[str]
) -> Iterable[Finding]:
    """Small items of a block that are not safe; ``checked`` gains those that are."""
    targets = [item for item in block if item.name in small and item.name not in checked]
    attack = _Attack(block, hidden) if targets else None
    for item in targets:
        assert attack is not None
        least, most = attack.bound(item, 1)[0], attack.bound(item, -1)[0]
        if least > _least_allowed(item, largest) + _TOLERANCE or most < largest - _TOLERANCE:
            yield Finding(item, least, most)
        else:
            checked.add(item.name)


def _least_allowed(item: Item, largest: int) -> int:
    return max(1, largest // 2, len(item.atoms))


def _complement(block: list[Item], found: Finding, hidden: set[str], fixed: set[str], largest: int) -> str:
    """The published item to be given up: of those that the attack leans on, the one that costs least."""
    attack = _Attack(block, hidden)
    sign = 1 if found.least > _least_allowed(found.item, largest) + _TOLERANCE else -1
    _, worth = attack.bound(found.item, sign)
    leans = [item for item, w in zip(attack.published, worth) if abs(w) > _TOLERANCE and item.name not in fixed]
    # A zero gives nothing: it would tell the attacker that suppressed items may be 0, and is no hiding place.
    useful = [item for item in leans if item.value > 0]
    near = [i for i in attack.published if i.value > 0 and i.name not in fixed and i.atoms & found.item.atoms]
    choice = min(useful or near, key=lambda item: (len(item.atoms), item.value, item.name), default=None)
    if choice is None:
        raise TierViolation(
            f"{found.item.name} can be worked out ({found.least:g} to {found.most:g}) from what is known already.",
            "Publish a coarser table: fewer areas or longer periods.",
        )
    return choice.name


def item_name(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    """The name of the item that a row belongs to at some level."""
    return " ".join(f"{column}={row[column]}" for column in columns) or "all"
