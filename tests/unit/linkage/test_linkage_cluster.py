"""The compiled clustering against a plain one, and what must hold of any partition."""

from __future__ import annotations

import random

import numpy as np
import pytest

from linkage.cluster import Said, _cannot, cluster
from linkage.nodes import COLUMNS, DOB, FIRST, LAST, SID, Edges, Nodes
from linkage.policy import POLICY


def world(seed: int, count: int = 40) -> tuple[Nodes, Edges]:
    rng = random.Random(seed)
    attributes = np.full((count, len(COLUMNS)), -1, dtype=np.int32)
    for row in attributes:
        row[SID] = rng.choice([-1, 1, 2, 3])
        row[1] = 0
        row[FIRST], row[LAST] = rng.randrange(2), rng.randrange(2)
        row[DOB] = rng.choice([-1, 9000, 9001, 12000])
        row[10] = 0
    pairs = sorted({tuple(sorted(rng.sample(range(count), 2))) for _ in range(count * 3)})
    edges = [(rng.choice([9.0, 12.0, 18.0, 25.0]) + rng.random(), a, b, rng.random() < 0.9) for a, b in pairs]
    edges.sort(key=lambda e: (-e[0], e[1], e[2]))
    keys = np.array([f"m{i:03d}" for i in range(count)], dtype=object)
    w, a, b, u = zip(*edges, strict=True)
    return Nodes(keys, attributes), Edges(np.array(a, np.int32), np.array(b, np.int32), np.array(w), np.array(u))


def plainly(nodes: Nodes, edges: Edges, least: float, said: Said) -> list[set[int]]:
    """The same greedy rule with sets, one edge after the other."""

    def clash(one: set[int], other: set[int]) -> bool:
        parted = {frozenset(map(int, p)) for p in said.different}
        excused = {frozenset(map(int, p)) for p in said.same_linked}
        return any(
            frozenset((i, j)) in parted
            or (frozenset((i, j)) not in excused
            and _cannot.py_func(nodes.attributes[i], nodes.attributes[j], 730, 2, POLICY.ids_that_outweigh))
            for i in one for j in other
        )  # fmt: skip

    where = {i: {i} for i in range(len(nodes.keys))}
    for a, b, weight, usable in zip(edges.left, edges.right, edges.weight, edges.usable, strict=True):
        one, other = where[int(a)], where[int(b)]
        if weight >= least and usable and one is not other and not clash(one, other):
            one |= other
            for i in other:
                where[i] = one
    return list({id(members): members for members in where.values()}.values())


def as_sets(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@pytest.mark.parametrize("seed", range(30))
def test_compiled_and_plain_agree_at_the_action_grade(seed: int) -> None:
    nodes, edges = world(seed)
    wanted = {frozenset(members) for members in plainly(nodes, edges, POLICY.action_weight, Said.nothing())}
    assert as_sets(cluster(nodes, edges).action) == wanted


@pytest.mark.parametrize("seed", range(10))
def test_no_cluster_holds_two_state_numbers_and_action_refines_linked(seed: int) -> None:
    nodes, edges = world(seed, 120)
    found = cluster(nodes, edges)
    for members in as_sets(found.linked):
        assert len({int(nodes.attributes[i, SID]) for i in members} - {-1}) <= 1
    for members in as_sets(found.action):
        assert len(set(found.linked[list(members)])) == 1


def test_people_are_heeded_before_evidence() -> None:
    nodes, edges = world(3)
    free = cluster(nodes, edges)
    joined = next(e for e in range(len(edges.left)) if free.linked[edges.left[e]] == free.linked[edges.right[e]])
    apart = np.array([[edges.left[joined], edges.right[joined]]], dtype=np.int32)
    none = np.empty((0, 2), dtype=np.int32)
    parted = cluster(nodes, edges, Said(apart, none, none))
    assert parted.linked[apart[0, 0]] != parted.linked[apart[0, 1]]
    both = cluster(nodes, edges, Said(apart, apart, apart))
    assert both.linked[apart[0, 0]] != both.linked[apart[0, 1]], "different outweighs same"
    strangers = np.array([[0, next(i for i in range(1, 40) if free.linked[i] != free.linked[0])]], dtype=np.int32)
    same = cluster(nodes, edges, Said(none, none, strangers))
    assert same.linked[strangers[0, 0]] == same.linked[strangers[0, 1]]
    assert same.action[strangers[0, 0]] != same.action[strangers[0, 1]], "one person's word is for statistics"


def test_a_thin_cluster_falls_back_to_what_holds_for_action() -> None:
    attributes = np.full((5, len(COLUMNS)), -1, dtype=np.int32)
    chain = Edges(
        np.array([0, 1, 2, 3], np.int32),
        np.array([1, 2, 3, 4], np.int32),
        np.array([20.0, 9.4, 9.3, 9.2]),
        np.ones(4, bool),
    )
    found = cluster(Nodes(np.array(list("abcde"), dtype=object), attributes), chain)
    assert as_sets(found.linked) == {frozenset({0, 1}), frozenset({2}), frozenset({3}), frozenset({4})}
