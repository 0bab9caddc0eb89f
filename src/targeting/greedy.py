"""Covers by taking, again and again, whoever reaches most of what is not reached yet; with what is proven of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from targeting.cover import Part, weights


def smallest(parts: Sequence[Part]) -> tuple[list[str], int]:
    """People who reach every part, and a number below which nobody can.

    A greedy cover is at most H(d) = 1 + 1/2 + ... + 1/d times the smallest, where d is the most parts that one person
    reaches (Chvatal 1979); and nobody reaches more than d at once. People whom the later ones made superfluous are left
    out again.
    """
    reach = _reach(parts)
    chosen = _taken(reach, dict.fromkeys(range(len(parts)), 1), len(reach))
    widest = max(map(len, reach.values()), default=1)
    harmonic = math.fsum(1 / n for n in range(1, widest + 1))
    # a hair less than proven, so that rounding never claims too much
    at_least = max(math.ceil(len(chosen) / harmonic - 1e-9), math.ceil(len(parts) / widest))
    return _without_superfluous(chosen, reach, len(parts)), at_least


def most(parts: Sequence[Part], capacity: int) -> tuple[list[str], float]:
    """At most ``capacity`` people who reach much weight, and the share of the best weight that this is at least.

    Greedy reaches 1 - (1 - 1/k)^k of the best (Nemhauser, Wolsey and Fisher 1978). The second bound looks at this
    cover: no k people can add more than the k largest gains that are left.
    """
    by_kind = weights(parts)
    weight = {number: by_kind[part.kind] for number, part in enumerate(parts)}
    reach = _reach(parts)
    chosen = _taken(reach, weight, capacity)
    reached = set().union(*(reach[person] for person in chosen))
    have = sum(weight[number] for number in reached)
    gains = sorted((sum(weight[n] for n in own - reached) for own in reach.values()), reverse=True)
    possible = have + sum(gains[:capacity])
    seen = have / possible if possible else 1.0
    known = 1 - (1 - 1 / capacity) ** capacity if capacity else 0.0
    return _without_superfluous(chosen, reach, len(reached)), max(seen, known)


def _reach(parts: Sequence[Part]) -> dict[str, set[int]]:
    """By person, in order, the numbers of the parts that are reached through them."""
    found = defaultdict(set)
    for number, part in enumerate(parts):
        for person in part.through:
            found[person].add(number)
    return dict(sorted(found.items()))


def _taken(reach: Mapping[str, set[int]], weight: Mapping[int, int], capacity: int) -> list[str]:
    left = {person: set(own) for person, own in reach.items()}
    through = defaultdict(list)
    for person, own in reach.items():
        for number in own:
            through[number].append(person)
    gain = {person: sum(weight[number] for number in own) for person, own in left.items()}
    chosen: list[str] = []
    while len(chosen) < capacity and gain:
        best = max(gain, key=lambda person: gain[person])  # of equals the first by key
        if not gain[best]:
            break
        chosen.append(best)
        for number in list(left[best]):
            for person in through[number]:
                left[person].discard(number)
                gain[person] -= weight[number]
    return chosen


def _without_superfluous(chosen: Sequence[str], reach: Mapping[str, set[int]], reached: int) -> list[str]:
    kept = list(chosen)
    for person in reversed(chosen):
        rest = [one for one in kept if one != person]
        if len(set().union(*(reach[one] for one in rest))) == reached:
            kept = rest
    return kept
