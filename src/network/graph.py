"""The co-offending graph: people joined by arrests at the same event, weighed by recency.

What makes an edge, and its weight, is ``mart_gvi__coarrest_edge`` (dbt); here is what is measured on a graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import igraph
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Network:
    """``people[i]`` is node ``i``; edge ``e`` joins the nodes ``ends[e]`` with ``weight[e]``."""

    graph: igraph.Graph
    people: NDArray[Any]
    ends: NDArray[np.int64]
    weight: NDArray[np.float64]


@dataclass(frozen=True)
class Measures:
    """One row per node, in the order of ``Network.people``."""

    component: NDArray[np.int64]
    core: NDArray[np.int64]
    degree: NDArray[np.int64]
    strength: NDArray[np.float64]


def of_pairs(people: Sequence[str], pairs: Sequence[tuple[str, str]], weight: Sequence[float]) -> Network:
    """The graph of people and of pairs of them.

    Raises:
        KeyError: a pair names somebody who is not among the people.
    """
    code = {key: number for number, key in enumerate(people)}
    ends = np.array([(code[low], code[high]) for low, high in pairs], dtype=np.int64).reshape(-1, 2)
    return build(ends[:, 0], ends[:, 1], np.array(weight, dtype=np.float64), np.array(people))


def build(
    low: NDArray[np.int64], high: NDArray[np.int64], weight: NDArray[np.float64], people: NDArray[Any]
) -> Network:
    """The graph of given pairs."""
    import igraph

    ends = np.stack([low, high], axis=1).astype(np.int64, copy=False).reshape(-1, 2)
    graph = igraph.Graph(n=len(people), directed=False)
    graph.add_edges(ends)  # a third faster than through the constructor
    return Network(graph, people, ends, weight)


def measure(network: Network) -> Measures:
    """Components, k-cores, degrees: cheap at any size."""
    graph = network.graph
    component = np.asarray(graph.connected_components().membership, dtype=np.int64)
    core = np.asarray(graph.coreness(), dtype=np.int64)
    degree = np.asarray(graph.degree(), dtype=np.int64)
    count = len(network.people)
    strength = sum(np.bincount(side, weights=network.weight, minlength=count) for side in network.ends.T)
    return Measures(component, core, degree, np.asarray(strength, dtype=np.float64))


def communities(network: Network, resolution: float = 1.0, seed: int = 1, rounds: int = 2) -> NDArray[np.int64]:
    """Leiden communities by modularity at a resolution (Traag and others 2019); the same seed gives the same answer."""
    import random

    import igraph

    igraph.set_random_number_generator(random.Random(seed))
    try:
        found = network.graph.community_leiden(
            objective_function="modularity", weights=network.weight.tolist(), resolution=resolution,
            n_iterations=rounds,
        )  # fmt: skip
    finally:
        igraph.set_random_number_generator(random)  # type: ignore[arg-type]
    return np.asarray(found.membership, dtype=np.int64)


def stability(
    network: Network, resolutions: Sequence[float] = (0.5, 1.0, 2.0), seeds: Sequence[int] = (1, 2, 3)
) -> dict[float, float]:
    """Per resolution the mean adjusted Rand index of the communities of each two seeds: 1 means that chance decides
    nothing, and communities well under 1 are not to be acted upon."""
    import igraph

    found = {}
    for resolution in resolutions:
        runs = [communities(network, resolution, seed).tolist() for seed in seeds]
        pairs = [(a, b) for i, a in enumerate(runs) for b in runs[i + 1 :]]
        scores = [igraph.compare_communities(a, b, method="adjusted_rand") for a, b in pairs]
        found[resolution] = min(1.0, float(np.mean(scores)))  # igraph's sums end a little above 1
    return found


def betweenness(network: Network, cutoff: int | None = None) -> NDArray[np.float64]:
    """Share of shortest paths through each node, unweighted, normalised by (n - 1)(n - 2) / 2; ``cutoff`` limits the
    length of the paths, without which a large graph takes hours."""
    count = len(network.people)
    if count < 3:
        return np.zeros(count)
    raw = np.asarray(network.graph.betweenness(directed=False, cutoff=cutoff))
    return np.asarray(raw / ((count - 1) * (count - 2) / 2), dtype=np.float64)


def distance_to(network: Network, victims: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Steps to the nearest victim by one traversal from all at once; 0 for a victim, -1 where none is reached."""
    count = len(victims)
    if not victims.any():
        return np.full(count, -1, dtype=np.int64)
    graph = network.graph.copy()
    graph.add_vertices(1)
    graph.add_edges([(count, int(v)) for v in np.flatnonzero(victims)])
    order, starts, _ = graph.bfs(count)
    distance = np.full(count + 1, -1, dtype=np.int64)
    distance[count] = 0
    for layer in range(1, len(starts) - 1):
        distance[order[starts[layer] : starts[layer + 1]]] = layer
    return np.where(distance[:count] > 0, distance[:count] - 1, -1)


def exposure(network: Network, victims: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weighted share of a person's ties that lead to victims: sum_j w_ij victim_j / sum_j w_ij (nan without ties)."""
    edges, weight = network.ends, network.weight
    count = len(victims)
    total = np.bincount(edges[:, 0], weights=weight, minlength=count) + np.bincount(
        edges[:, 1], weights=weight, minlength=count
    )
    hit = np.bincount(edges[:, 0], weights=weight * victims[edges[:, 1]], minlength=count) + np.bincount(
        edges[:, 1], weights=weight * victims[edges[:, 0]], minlength=count
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, hit / total, np.nan)
