"""Covers beside every subset tried one by one, a graph whose domination number is known, and too small capacities."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import igraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targeting.cover import KINDS, Cover, Limits, Part, cover, domination

some_of_them = settings(deadline=None, max_examples=20)
#: Nothing fits, so that greedy has to answer.
NEVER = Limits(people=0)


@st.composite
def problems(draw: st.DrawFn) -> list[Part]:
    """A graph of up to eight people, some of whom may be chosen, groups among them, and disputes of two groups."""
    people = [f"p{n}" for n in range(draw(st.integers(1, 8)))]
    chooseable = draw(st.sets(st.sampled_from(people)))
    pairs = list(combinations(people, 2))
    ties = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    groups = [draw(st.sets(st.sampled_from(people))) & chooseable for _ in range(draw(st.integers(0, 3)))]
    parts = domination(ties, chooseable, people)
    parts += [Part("group", f"g{n}", frozenset(members)) for n, members in enumerate(groups)]
    for one, other in combinations(range(len(groups)), 2):
        if draw(st.booleans()):
            parts += [Part("dispute", f"g{n}", frozenset(groups[n]), f"d{one}{other}") for n in (one, other)]
    return draw(st.permutations(parts))


def reached(parts: Sequence[Part], chosen: Sequence[str]) -> tuple[int, ...]:
    """How many parts of each kind, in the order in which they count."""
    return tuple(sum(part.kind == kind and bool(part.through & set(chosen)) for part in parts) for kind in KINDS)


def subsets(parts: Sequence[Part], most: int) -> list[tuple[str, ...]]:
    """Every choice of at most so many people."""
    people = sorted(set().union(*(part.through for part in parts)))
    return [some for size in range(min(most, len(people)) + 1) for some in combinations(people, size)]


def smallest(parts: Sequence[Part]) -> int:
    """By trying every choice, the smallest first."""
    all_of_them = reached(parts, sorted(set().union(*(part.through for part in parts))))
    return next(len(some) for some in subsets(parts, 99) if reached(parts, some) == all_of_them)


def is_sound(found: Cover, parts: Sequence[Part], capacity: int) -> None:
    """What holds of every cover: it keeps to the capacity and says truly what it leaves out."""
    assert len(found.chosen) <= capacity
    assert set(found.unreachable) == {part for part in parts if not part.through}
    assert set(found.left_out) == {part for part in parts if part.through and not part.through & set(found.chosen)}
    for person in found.chosen:
        rest = [one for one in found.chosen if one != person]
        assert reached(parts, rest) != reached(parts, found.chosen), "somebody is chosen for nothing"


@some_of_them
@given(problems(), st.integers(0, 6))
def test_an_exact_cover_is_the_best_of_all_choices(parts: list[Part], capacity: int) -> None:
    found = cover(parts, capacity)
    is_sound(found, parts, capacity)
    assert (found.method, found.share, found.at_least) == ("exact", 1.0, smallest(parts))
    tried = [(reached(parts, some), -len(some)) for some in subsets(parts, capacity)]
    assert (reached(parts, found.chosen), -len(found.chosen)) == max(tried)  # in the order of KINDS, then the fewest
    assert found.is_complete == (found.at_least <= capacity)


@some_of_them
@given(problems(), st.integers(0, 6))
def test_a_greedy_cover_keeps_what_is_proven_of_it(parts: list[Part], capacity: int) -> None:
    found = cover(parts, capacity, NEVER)
    is_sound(found, parts, capacity)
    assert found.at_least <= smallest(parts)
    if set().union(*(part.through for part in parts)):
        assert found.method == "greedy"
    counts = {kind: sum(part.kind == kind for part in parts) for kind in KINDS}
    group = counts["person"] + 1
    weigh = (group * (counts["group"] + 1), group, 1)

    def value(some: Sequence[str]) -> int:
        return sum(each * number for each, number in zip(weigh, reached(parts, some), strict=True))

    best = max(value(some) for some in subsets(parts, capacity))
    assert value(found.chosen) >= found.share * best - 1e-9
    assert found.share >= (0 if capacity == 0 and best else 1 - 1 / 2.718281828459045)


@settings(deadline=None, max_examples=15)
@given(problems(), st.integers(0, 6), st.data())
def test_the_order_in_which_parts_come_changes_nothing(parts: list[Part], capacity: int, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(parts))
    for limits in (Limits(), NEVER):
        assert cover(parts, capacity, limits) == cover(shuffled, capacity, limits)


def karate() -> list[Part]:
    """Zachary's karate club, in which anybody may be chosen."""
    names = [f"m{n:02d}" for n in range(34)]
    ties = [(names[one], names[other]) for one, other in igraph.Graph.Famous("Zachary").get_edgelist()]
    return domination(ties, set(names), names)


def test_the_karate_club_is_dominated_by_four_and_no_fewer() -> None:
    parts = karate()
    found = cover(parts, 10)
    assert (len(found.chosen), found.at_least, found.method, found.is_complete) == (4, 4, "exact", True)
    three = cover(parts, 3)
    assert (three.at_least, three.is_complete, len(three.chosen)) == (4, False, 3)
    reach = {part.name: {other.name for other in parts if part.name in other.through} for part in parts}
    best = max(len(set().union(*(reach[one] for one in some))) for some in combinations(sorted(reach), 3))
    assert len(parts) - len(three.left_out) == best < len(parts), "three dominate it"
    greedy = cover(parts, 10, NEVER)
    assert greedy.is_complete
    assert greedy.at_least <= 4 <= len(greedy.chosen)


def test_a_capacity_of_none_leaves_everything_out_and_a_dispute_comes_before_people() -> None:
    both, one, other = frozenset("ab"), frozenset("a"), frozenset("b")
    parts = [Part("person", f"x{n}", frozenset("c")) for n in range(9)]
    parts += [Part("dispute", "g1", one, "g1:g2"), Part("dispute", "g2", other, "g1:g2"), Part("group", "g3", both)]
    nobody = cover(parts, 0)
    assert (nobody.chosen, len(nobody.left_out), nobody.at_least) == ((), len(parts), 3)
    for limits in (Limits(), NEVER):
        two = cover(parts, 2, limits)
        assert two.chosen == ("a", "b")
        assert {part.kind for part in two.left_out} == {"person"}
    with pytest.raises(ValueError, match="-1"):
        cover(parts, -1)


def test_nothing_to_reach_needs_nobody_and_who_cannot_be_reached_is_said() -> None:
    assert cover([], 3) == Cover((), "exact", (), (), 0, 1.0)
    (lonely, tied) = domination([("b", "c"), ("a", "stranger")], {"c", "stranger"}, ["a", "b"])
    assert (lonely.through, tied.through) == (frozenset(), frozenset())
    found = cover([lonely], 3)
    assert (found.unreachable, found.is_complete, found.chosen) == ((lonely,), True, ())


def test_when_the_time_is_over_greedy_answers() -> None:
    found = cover(karate(), 10, Limits(seconds=0.0))
    assert (found.method, found.is_complete) == ("greedy", True)
