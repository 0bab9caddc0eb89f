"""Measures against hand-reckoned values."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.measure import bootstrap, per_mention, quality, summarize


def test_measures_by_hand() -> None:
    # people: a a a b b c; clusters: 1 1 2 2 3 4 -> true pairs 3 + 1, found 1 + 1 of which 1 is true
    truth, found = np.array(list("aaabbc")), np.array([1, 1, 2, 2, 3, 4])
    q = quality(truth, found)
    assert (q.precision, q.recall) == (0.5, 0.25)
    assert q.bcubed_precision == pytest.approx((1 + 1 + 0.5 + 0.5 + 1 + 1) / 6)
    assert q.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 0.5 + 0.5 + 1) / 6)
    assert (q.false_merged, q.split) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert (q.mentions, q.people) == (6, 3)


def test_a_perfect_partition_and_its_interval() -> None:
    truth = np.repeat(np.arange(50), 3)
    q = quality(truth, truth + 7)
    assert (q.precision, q.recall, q.f1, q.false_merged, q.split) == (1, 1, 1, 0, 0)
    assert bootstrap(per_mention(truth, truth), np.ones(150, bool))["recall"] == (1.0, 1.0)


def test_strata_add_up() -> None:
    rng = np.random.default_rng(5)
    truth, found = rng.integers(0, 30, 200), rng.integers(0, 40, 200)
    parts, half = per_mention(truth, found), truth < 15
    whole, one, other = summarize(parts), summarize(parts, half), summarize(parts, ~half)
    assert whole.people == one.people + other.people
    pairs = [(parts["person"][w] - 1).sum() for w in (half, ~half)]
    assert whole.recall == pytest.approx((one.recall * pairs[0] + other.recall * pairs[1]) / sum(pairs))
