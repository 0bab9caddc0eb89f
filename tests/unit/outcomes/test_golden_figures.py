"""Exact intervals, displacement, pooling: published figures to the stated digits, and plain second reckonings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from outcomes import displacement, exact, pooling
from outcomes.common import NotConverged, TooLittleData
from outcomes.displacement import Change

#: BCG against tuberculosis (Colditz and others 1994): cases and others among vaccinated, then among controls.
BCG = np.array([
    [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619], [33, 5036, 47, 5761],
    [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892], [29, 7470, 45, 7232], [17, 1699, 65, 1600],
    [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825],
], dtype=float)  # fmt: skip


@pytest.mark.parametrize(("events", "low", "high"), [(0, 0, 3.689), (5, 1.623, 11.668), (10, 4.795, 18.390)])
def test_garwood(events: int, low: float, high: float) -> None:
    assert [round(v, 3) for v in exact.garwood(events)] == [low, high]


def test_e_test() -> None:
    assert round(exact.e_test(6, 2), 4) == 0.1749
    assert round(exact.e_test(0, 3), 4) == 0.0884


def test_wilson() -> None:
    assert [round(100 * v, 1) for v in exact.wilson(31, 499)] == [4.4, 8.7]


def test_seventeen_homicides_in_eight_years_against_one_in_three() -> None:
    found = exact.rate_ratio(17, 1, 8, 3)
    assert (round(found.ratio, 3), round(found.low, 3), round(found.high, 3)) == (0.157, 0.004, 1.001)
    assert found.p > 0.05  # of the same method as the interval, which touches 1


def test_exact_limits_are_where_the_tails_are_two_and_a_half_per_cent() -> None:
    found = exact.rate_ratio(12, 5, 2, 3)
    for ratio, tail in ((found.low, stats.binom.sf(4, 17, found.low * 3 / (found.low * 3 + 2))),
                        (found.high, stats.binom.cdf(5, 17, found.high * 3 / (found.high * 3 + 2)))):  # fmt: skip
        assert ratio > 0
        assert tail == pytest.approx(0.025, abs=1e-9)


@pytest.mark.parametrize(("before", "after"), [(12, 5), (3, 3), (1, 9), (0, 4), (4, 0)])
def test_mid_p_lies_within_exact(before: int, after: int) -> None:
    wide, narrow = exact.rate_ratio(before, after), exact.rate_ratio(before, after, kind="mid-p")
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert narrow.p <= wide.p
    assert (wide.p < 0.05) == (not wide.low <= 1 <= wide.high)


def test_exact_ratio_of_ratios_has_its_tails() -> None:
    found = exact.ratio_of_ratios(15, 6, 30, 28)
    of = {"M": 79, "n": 34, "N": 21}  # all; all after; all of the treated
    assert stats.nchypergeom_fisher.sf(5, **of, odds=found.low) == pytest.approx(0.025, abs=1e-6)
    assert stats.nchypergeom_fisher.cdf(6, **of, odds=found.high) == pytest.approx(0.025, abs=1e-6)
    assert (found.p < 0.05) == (not found.low <= 1 <= found.high)


def test_no_events_no_ratio() -> None:
    with pytest.raises(TooLittleData):
        exact.rate_ratio(0, 0)


R, C, D = Change(207, 110), Change(308, 318), Change(178, 157)


def test_displacement_quotient() -> None:
    found = displacement.quotient(R, D, C)
    assert found.wdq is not None
    assert found.net is not None
    assert round(found.wdq, 4) == 0.2582
    assert round(found.net, 1) == 130.5
    assert found.readable


def test_a_quotient_without_success_is_not_read_and_one_of_zero_is_none() -> None:
    assert not displacement.quotient(Change(100, 130), D, C).readable
    assert displacement.quotient(R, D, Change(10, 0)) == displacement.Quotient(None, False, None)


def test_weighted_displacement_difference() -> None:
    found = displacement.difference(R, C, D, Change(150, 140))
    assert (found.events, round(found.z, 2), round(found.low), round(found.high)) == (-118, -2.98, -196, -40)
    weighted = displacement.difference(
        Change(207, 110, 1.2), Change(308, 318, 0.9), Change(178, 157, 1.5), Change(150, 140, 1.6)
    )
    assert (round(weighted.events, 3), round(weighted.error, 3)) == (-99.694, 35.428)


def test_ratio_of_ratios() -> None:
    found = displacement.ratio_of_ratios(R, C)
    assert (round(found.ratio, 3), round(found.low, 3), round(found.high, 3)) == (0.515, 0.389, 0.681)
    with pytest.raises(NotConverged):
        displacement.ratio_of_ratios(Change(3, 0), C)


def test_bcg() -> None:
    a, b, c, d = BCG.T
    effect = np.log(a / (a + b)) - np.log(c / (c + d))
    found = pooling.random_effects(effect, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    assert (round(found.ratio, 4), round(found.low, 4), round(found.high, 4)) == (0.4896, 0.3449, 0.6950)
    assert round(found.figures["tau2"], 4) == 0.3088
    assert round(found.figures["q"], 2) == 152.23
    assert round(100 * found.figures["i2"], 1) == 92.1


def test_sites_that_agree_are_pooled_as_one() -> None:
    found = pooling.random_effects([-0.3, -0.3, -0.3], [0.04, 0.02, 0.01])
    assert found.figures["tau2"] == found.figures["i2"] == 0
    assert found.ratio == pytest.approx(math.exp(-0.3))


def test_shrinkage_foretells_better_than_the_raw_rate() -> None:
    """The highest of many sites falls in the next year by itself; shrunk rates foresee it, and their intervals hold."""
    rng = np.random.default_rng(11)
    truth = rng.gamma(4, 0.5, 400)
    first = rng.poisson(truth * 3.0)
    found = pooling.shrink(first, np.full(400, 3.0))
    top = np.argsort(first)[-40:]
    missed = {name: float((found.units[name].to_numpy()[top] - truth[top]).mean()) for name in ("raw", "shrunk")}
    assert abs(missed["shrunk"]) < abs(missed["raw"]) / 3
    assert found.shape == pytest.approx(4, rel=0.35)
    inside = (found.units["low"] <= truth) & (truth <= found.units["high"])
    assert 0.92 <= inside.mean() <= 0.98


def test_equal_units_are_drawn_to_the_common_rate() -> None:
    found = pooling.shrink([10, 10, 10], [2.0, 2.0, 2.0])
    assert found.units["shrunk"].tolist() == [5, 5, 5]
    assert math.isinf(found.rate)
