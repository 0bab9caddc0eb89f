"""Constrained clustering: greedy joining in descending weight, never across two records that cannot be one person.

The state after the edges of the action weight is the action partition; joining on down to the linked weight gives the
linked partition, which the action partition refines. Compiled (numba): a million mentions take about a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from linkage.nodes import AGENCY, AREA, DOB, FBI, FIRST, LAST, LOCAL, MIDDLE, PARTIAL, SID, SOUND, SUFFIX, YEAR
from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linkage.nodes import Edges, Nodes

#: Why an edge joined nothing.
JOINED, INSIDE, VETOED, BLOCKED = range(4)


@dataclass(frozen=True)
class Partition:
    """Labels per node and grade (the smallest row number of the cluster), and what became of each edge.

    ``component``: the connected component of usable edges and of what people joined, which holds whole clusters.
    """

    linked: NDArray[np.int32]
    action: NDArray[np.int32]
    component: NDArray[np.int32]
    outcome: NDArray[np.int8]
    #: Clusters (labels of ``linked`` before) that the density guard took apart.
    thinned: NDArray[np.int32]


@dataclass(frozen=True)
class Said:
    """What people decided, as row numbers: pairs that are different, and pairs that are the same at each grade."""

    different: NDArray[np.int32]
    same_action: NDArray[np.int32]
    same_linked: NDArray[np.int32]

    @staticmethod
    def nothing() -> Said:
        """Nobody decided anything."""
        none = np.empty((0, 2), dtype=np.int32)
        return Said(none, none, none)


def cluster(nodes: Nodes, edges: Edges, said: Said | None = None, policy: Policy = POLICY) -> Partition:
    """Both partitions. Deterministic: ties in weight are broken by mention key."""
    said = said or Said.nothing()
    count = len(nodes.keys)
    excused = _pairs_of(count, np.concatenate([said.same_action, said.same_linked]))
    parted = _pairs_of(count, said.different)
    days = np.int32(policy.birth_years_apart * 365.25)
    state = _fresh(count)
    action_edges = int(np.searchsorted(-edges.weight, -policy.action_weight, side="right"))
    outcome = np.zeros(len(edges.left), dtype=np.int8)
    rules = (nodes.attributes, excused, parted, days, np.int32(policy.birth_years_apart), policy.ids_that_outweigh)
    _force(*state, said.same_action, *rules)
    _join(*state, edges.left, edges.right, edges.usable, 0, action_edges, outcome, *rules)
    action = _labels(state[0])
    _force(*state, said.same_linked, *rules)
    _join(*state, edges.left, edges.right, edges.usable, action_edges, len(edges.left), outcome, *rules)
    linked = _labels(state[0])
    thin = _thin(linked, edges, said, policy)
    linked = np.where(np.isin(linked, thin), action, linked).astype(np.int32)
    return Partition(linked, action, _components(count, edges, said), outcome, thin)


def _components(count: int, edges: Edges, said: Said) -> NDArray[np.int32]:
    joined = np.concatenate([said.same_action, said.same_linked])
    left = np.concatenate([edges.left[edges.usable], joined[:, 0]])
    right = np.concatenate([edges.right[edges.usable], joined[:, 1]])
    state = _fresh(count)
    _connect(*state, left, right)
    return np.asarray(_labels(state[0]), dtype=np.int32)


def _pairs_of(count: int, pairs: NDArray[np.int32]) -> NDArray[np.int64]:
    """Pairs as sorted numbers, to be found by bisection."""
    if not len(pairs):
        return np.empty(0, dtype=np.int64)
    low, high = pairs.min(axis=1).astype(np.int64), pairs.max(axis=1).astype(np.int64)
    return np.unique(low * count + high)


def _fresh(count: int) -> tuple[NDArray[np.int32], ...]:
    """Parent, next member (a ring per cluster), size."""
    own = np.arange(count, dtype=np.int32)
    return own.copy(), own.copy(), np.ones(count, dtype=np.int32)


def _thin(linked: NDArray[np.int32], edges: Edges, said: Said, policy: Policy) -> NDArray[np.int32]:
    """Labels of clusters whose mentions support one another too little; what people joined stands."""
    sizes = np.bincount(linked, minlength=len(linked))
    inside = (linked[edges.left] == linked[edges.right]) & edges.usable & (edges.weight >= policy.linked_weight)
    supported = np.bincount(linked[edges.left[inside]], minlength=len(linked))
    pairs = sizes * (sizes - 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        thin = (sizes >= policy.dense_from) & (supported / pairs < policy.least_density)
    if len(said.same_linked):
        thin[linked[said.same_linked[:, 0]]] = False
    return np.flatnonzero(thin).astype(np.int32)


@njit(cache=True)
def _root(parent: Any, i: Any) -> Any:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True)
def _labels(parent: Any) -> Any:
    out = np.empty(len(parent), dtype=np.int32)
    for i in range(len(parent)):
        out[i] = _root(parent, i)
    return out


@njit(cache=True)
def _holds(numbers: Any, count: Any, a: Any, b: Any) -> Any:
    if len(numbers) == 0:
        return False
    number = np.int64(min(a, b)) * count + max(a, b)
    at = np.searchsorted(numbers, number)
    return at < len(numbers) and numbers[at] == number


@njit(cache=True)
def _cannot(x: Any, y: Any, days: Any, years: Any, outweigh: Any) -> Any:
    """The hard rules of ``rules``, on two rows of attributes."""
    agree = 0
    if x[SID] >= 0 and x[SID] == y[SID]:
        agree += 1
    if x[FBI] >= 0 and x[FBI] == y[FBI]:
        agree += 1
    if x[LOCAL] >= 0 and x[LOCAL] == y[LOCAL]:
        agree += 1
    sid_conflict = x[SID] >= 0 and y[SID] >= 0 and x[SID] != y[SID] and x[AREA] == y[AREA]
    if sid_conflict and agree < outweigh:
        return True
    if agree > 0:
        return False
    fbi_conflict = x[FBI] >= 0 and y[FBI] >= 0 and x[FBI] != y[FBI]
    if fbi_conflict:
        return True
    if x[SUFFIX] >= 0 and y[SUFFIX] >= 0 and x[SUFFIX] != y[SUFFIX]:
        return True
    same_first = x[FIRST] >= 0 and x[FIRST] == y[FIRST]
    same_last = x[LAST] >= 0 and x[LAST] == y[LAST]
    both_days = x[DOB] >= 0 and y[DOB] >= 0
    if same_first and same_last:
        if both_days and abs(x[DOB] - y[DOB]) >= days:
            return True
        if not both_days and x[YEAR] >= 0 and y[YEAR] >= 0 and abs(x[YEAR] - y[YEAR]) > years:
            return True
    if same_last and both_days and x[DOB] == y[DOB] and x[PARTIAL] == 0:
        other = x[FIRST] >= 0 and y[FIRST] >= 0 and x[FIRST] != y[FIRST] and x[SOUND] != y[SOUND]
        local_conflict = x[LOCAL] >= 0 and y[LOCAL] >= 0 and x[AGENCY] == y[AGENCY]
        middle_conflict = x[MIDDLE] >= 0 and y[MIDDLE] >= 0 and x[MIDDLE] != y[MIDDLE]
        if other and (local_conflict or middle_conflict):
            return True
    return False


@njit(cache=True)
def _clash(follow: Any, a: Any, b: Any, attributes: Any, excused: Any, parted: Any, days: Any, years: Any,
           outweigh: Any) -> Any:  # fmt: skip
    """True when a member of the one cluster and a member of the other cannot be one person."""
    count = len(follow)
    i = a
    while True:
        j = b
        while True:
            if _holds(parted, count, i, j):
                return True
            if _cannot(attributes[i], attributes[j], days, years, outweigh) and not _holds(excused, count, i, j):
                return True
            j = follow[j]
            if j == b:
                break
        i = follow[i]
        if i == a:
            break
    return False


@njit(cache=True)
def _unite(parent: Any, follow: Any, size: Any, a: Any, b: Any) -> Any:
    """Join two rings; the smaller row number becomes the label."""
    if b < a:
        a, b = b, a
    parent[b] = a
    size[a] += size[b]
    follow[a], follow[b] = follow[b], follow[a]


@njit(cache=True)
def _connect(parent: Any, follow: Any, size: Any, left: Any, right: Any) -> Any:
    for e in range(len(left)):
        a, b = _root(parent, left[e]), _root(parent, right[e])
        if a != b:
            _unite(parent, follow, size, a, b)


@njit(cache=True)
def _join(parent: Any, follow: Any, size: Any, left: Any, right: Any, usable: Any, start: Any, stop: Any,
          outcome: Any, attributes: Any, excused: Any, parted: Any, days: Any, years: Any,
          outweigh: Any) -> Any:  # fmt: skip
    for e in range(start, stop):
        a, b = _root(parent, left[e]), _root(parent, right[e])
        if a == b:
            outcome[e] = 1
        elif not usable[e]:
            outcome[e] = 2
        elif _clash(follow, a, b, attributes, excused, parted, days, years, outweigh):
            outcome[e] = 3
        else:
            _unite(parent, follow, size, a, b)


@njit(cache=True)
def _force(parent: Any, follow: Any, size: Any, pairs: Any, attributes: Any, excused: Any, parted: Any, days: Any,
           years: Any, outweigh: Any) -> Any:  # fmt: skip
    """Join what people said is the same, unless that would join what people said is different."""
    count = len(parent)
    for p in range(len(pairs)):
        a, b = _root(parent, pairs[p, 0]), _root(parent, pairs[p, 1])
        if a == b:
            continue
        refused = False
        i = a
        while not refused:
            j = b
            while True:
                if _holds(parted, count, i, j):
                    refused = True
                    break
                j = follow[j]
                if j == b:
                    break
            i = follow[i]
            if i == a:
                break
        if not refused:
            _unite(parent, follow, size, a, b)
