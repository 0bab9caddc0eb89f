"""The co-offending graph: people joined by arrests at the same event, weighed by recency.

An event of more than ``largest_event`` people (a raid, a protest) says little about any two of them and is left out.
The weight of a pair is the sum over their events of ``2 ** (-days ago / half life)``, halved every ``half_life_days``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import igraph
    from numpy.typing import NDArray

#: Papachristos' studies of co-arrest leave mass arrests out; above 10 people a single event gives 45 and more pairs.
LARGEST_EVENT = 10
HALF_LIFE_DAYS = 730.0


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


def pairs_of_events(
    event: NDArray[Any], person: NDArray[Any], days_ago: NDArray[np.float64], largest_event: int = LARGEST_EVENT,
    half_life_days: float = HALF_LIFE_DAYS,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[Any]]:  # fmt: skip
    """Pairs of people (as codes, smaller first) with their summed weight, and the people by code.

    One row of input is one person at one event; a person named twice at an event counts once.
    """
    import duckdb
    import pyarrow as pa

    rows = pa.table({"event": pa.array(event), "person": pa.array(person), "days": pa.array(days_ago)})
    with duckdb.connect() as db:
        db.register("given", rows)
        db.execute(
            "create table seen as select event, person, min(days) as days from given "
            "where event is not null and person is not null group by all"
        )
        db.execute("create table node as select person, row_number() over (order by person) - 1 as code from "
                   "(select distinct person from seen)")  # fmt: skip
        found = db.execute(
            "with fit as (select event from seen group by 1 having count(*) between 2 and $1), "
            "member as (select s.event, n.code, s.days from seen as s join fit using (event) "
            "join node as n using (person)) select a.code as low, b.code as high, "
            "sum(2 ** (-a.days / $2)) as weight from member as a join member as b "
            "on a.event = b.event and a.code < b.code group by all order by all",
            [largest_event, half_life_days],
        ).fetchnumpy()
        people = db.execute("select person from node order by code").fetchnumpy()["person"]
    return (
        np.asarray(found["low"], dtype=np.int64), np.asarray(found["high"], dtype=np.int64),
        np.asarray(found["weight"], dtype=np.float64), np.asarray(people),
    )  # fmt: skip


def build(
    low: NDArray[np.int64], high: NDArray[np.int64], weight: NDArray[np.float64], people: NDArray[Any]
) -> Network:
    """The graph of given pairs."""
    import igraph

    ends = np.stack([low, high], axis=1).astype(np.int64, copy=False).reshape(-1, 2)
    return Network(igraph.Graph(n=len(people), edges=ends if len(ends) else [], directed=False), people, ends, weight)


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
        found[resolution] = float(np.mean(scores))
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
