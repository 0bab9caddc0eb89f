"""Whom to call in: the fewest people through whom everybody, every group and every open dispute is reached.

A dominating set (Haynes, Hedetniemi and Slater 1998) as a set cover: each thing to reach is reached by those of a given
few who are chosen. Exact by integer programming where it fits, greedy with a proven bound elsewhere; a plan says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

#: In order: where not all can be reached, sides of disputes come before groups, and groups before people.
KINDS = ("dispute", "group", "person")


@dataclass(frozen=True, order=True)
class Part:
    """One thing to reach, and through whom: a person, a group, or one side of a dispute (``of`` names the dispute)."""

    kind: Literal["dispute", "group", "person"]
    name: str
    through: frozenset[str]
    of: str = ""


@dataclass(frozen=True)
class Limits:
    """Where integer programming is given up: more people or links than this, or a solve of more seconds."""

    people: int = 5_000
    links: int = 200_000
    seconds: float = 20.0


@dataclass(frozen=True)
class Cover:
    """Who is chosen and what that leaves out.

    ``at_least`` is a number of people below which nobody can reach every reachable part; with the method exact it is
    the smallest number that can. ``share`` says what is proven of a cover that leaves parts out: it reaches at least
    that share of the best weight that as many people can reach; 1 for an exact one. A side of a dispute weighs more
    than all groups together, a group more than all people together.
    """

    chosen: tuple[str, ...]
    method: Literal["exact", "greedy"]
    left_out: tuple[Part, ...]
    unreachable: tuple[Part, ...]
    at_least: int
    share: float

    @property
    def is_complete(self) -> bool:
        """True when everything is reached that anybody can reach."""
        return not self.left_out


def domination(ties: Iterable[tuple[str, str]], chooseable: Set[str], people: Iterable[str]) -> list[Part]:
    """One part for each of the people: reached by whoever may be chosen among the person and those tied to them."""
    near = {person: {person} for person in people}
    for one, other in ties:
        if one in near and other in near:
            near[one].add(other)
            near[other].add(one)
    return [Part("person", person, frozenset(near[person] & chooseable)) for person in sorted(near)]


def cover(parts: Sequence[Part], capacity: int, limits: Limits | None = None) -> Cover:
    """The fewest people who reach every part; where they are more than the capacity, the best of that size.

    The best reaches the most sides of disputes, then the most groups, then the most people, with nobody to spare. The
    same parts give the same cover, unless a solve comes near the limit of time.

    Raises:
        ValueError: the capacity is negative.
    """
    from targeting import exact, greedy

    if capacity < 0:
        raise ValueError(f"A capacity of {capacity} is none.")
    limits = limits or Limits()
    reachable = sorted({part for part in parts if part.through}, key=_order)
    unreachable = tuple(sorted((part for part in parts if not part.through), key=_order))
    people = sorted(set().union(*(part.through for part in reachable)))
    fits = len(people) <= limits.people and sum(len(part.through) for part in reachable) <= limits.links
    known = 0
    if fits and (best := exact.smallest(reachable, people, limits.seconds)) is not None:
        known = len(best)
        if known > capacity:
            best = exact.most(reachable, people, capacity, limits.seconds)
        if best is not None:
            return _cover(best, "exact", reachable, unreachable, known, 1.0)
    chosen, at_least = greedy.smallest(reachable)
    at_least = max(at_least, known)
    if len(chosen) <= capacity:
        return _cover(chosen, "greedy", reachable, unreachable, at_least, 1.0)
    some, share = greedy.most(reachable, capacity)
    return _cover(some, "greedy", reachable, unreachable, at_least, share)


def weights(parts: Sequence[Part]) -> Mapping[str, int]:
    """What a part of each kind weighs: more than everything of the later kinds together."""
    found: dict[str, int] = {}
    below = 0
    for kind in reversed(KINDS):
        found[kind] = below + 1
        below += found[kind] * sum(part.kind == kind for part in parts)
    return found


def _cover(
    chosen: Iterable[str], method: Literal["exact", "greedy"], reachable: Sequence[Part],
    unreachable: tuple[Part, ...], at_least: int, share: float,
) -> Cover:  # fmt: skip
    taken = tuple(sorted(chosen))
    left_out = tuple(part for part in reachable if part.through.isdisjoint(taken))
    return Cover(taken, method, left_out, unreachable, at_least, share)


def _order(part: Part) -> tuple[int, str, str, list[str]]:
    return KINDS.index(part.kind), part.of, part.name, sorted(part.through)
