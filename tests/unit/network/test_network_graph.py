"""The co-offending graph against golden values and against a plain second reckoning."""

from __future__ import annotations

import igraph
import numpy as np
import pytest

from network import graph as g
from network.api import Summary


@pytest.fixture(scope="module")
def karate() -> g.Network:
    """Zachary's karate club (1977), unweighted."""
    famous = igraph.Graph.Famous("Zachary")
    edges = np.array(famous.get_edgelist())
    return g.build(edges[:, 0], edges[:, 1], np.ones(len(edges)), np.arange(34))


def test_betweenness_of_the_karate_club(karate: g.Network) -> None:
    found = g.betweenness(karate)
    assert found[0] == pytest.approx(0.437635, abs=1e-6)
    assert found[33] == pytest.approx(0.304075, abs=1e-6)


def test_clustering_of_the_karate_club(karate: g.Network) -> None:
    assert karate.graph.transitivity_undirected() == pytest.approx(0.255682, abs=1e-6)
    assert karate.graph.transitivity_avglocal_undirected(mode="zero") == pytest.approx(0.570638, abs=1e-6)


def test_communities_are_the_same_for_a_seed_and_find_the_two_factions(karate: g.Network) -> None:
    first, again = g.communities(karate, seed=7, rounds=10), g.communities(karate, seed=7, rounds=10)
    assert (first == again).all()
    assert first[0] != first[33]
    assert g.stability(karate, (1.0,))[1.0] > 0.6


def test_distance_and_exposure_agree_with_plain_reckoning(karate: g.Network) -> None:
    victims = np.zeros(34, dtype=bool)
    victims[[16, 24]] = True
    plain = np.array(karate.graph.distances(source=[16, 24])).min(axis=0)
    assert (g.distance_to(karate, victims) == plain).all()
    exposed = g.exposure(karate, victims)
    for node in range(34):
        ties = karate.graph.neighbors(node)
        assert exposed[node] == pytest.approx(sum(victims[t] for t in ties) / len(ties))


def test_nobody_near_a_victim_in_another_component() -> None:
    network = g.build(np.array([0, 2]), np.array([1, 3]), np.ones(2), np.arange(5))
    victims = np.array([True, False, False, False, False])
    assert g.distance_to(network, victims).tolist() == [0, 1, -1, -1, -1]
    assert np.isnan(g.exposure(network, victims)[4])
    assert g.distance_to(network, np.zeros(5, dtype=bool)).tolist() == [-1] * 5


def test_a_graph_of_pairs_has_everybody_and_no_stranger() -> None:
    network = g.of_pairs(["a", "b", "c", "d"], [("a", "d"), ("b", "d")], [1.5, 0.25])
    found = g.measure(network)
    assert found.degree.tolist() == [1, 1, 0, 2]
    assert found.strength.tolist() == [1.5, 0.25, 0.0, 1.75]
    assert [len(set(found.component.tolist())), network.people[3]] == [2, "d"]
    with pytest.raises(KeyError):
        g.of_pairs(["a"], [("a", "z")], [1.0])
    assert g.measure(g.of_pairs(["a"], [], [])).degree.tolist() == [0]


def test_stability_is_never_above_one_and_figures_are_short(monkeypatch: pytest.MonkeyPatch, karate: g.Network) -> None:
    monkeypatch.setattr(igraph, "compare_communities", lambda *_, **__: 1.0000000000001712)
    assert g.stability(karate, (1.0,))[1.0] == 1.0
    assert Summary("action", 34, 78, 34, 4, 4, 0.87654321, 3, 1 / 3).row()[-3:] == [0.877, 3, 0.333]
