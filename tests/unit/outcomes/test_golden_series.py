"""Published series, to the stated digits: Boston, Sicily, Proposition 99, seatbelts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from outcomes import structural, synthetic
from outcomes.common import Estimate, NotConverged, TooLittleData
from outcomes.counts import Terms, interrupted
from support.golden_series import BOSTON, JUNE_1996, shared


def three(estimate: Estimate, digits: int) -> tuple[float, float, float]:
    return round(estimate.ratio, digits), round(estimate.low, digits), round(estimate.high, digits)


def test_boston_counts() -> None:
    assert len(BOSTON) == 77
    assert BOSTON.sum() == 213
    before, after = BOSTON[:JUNE_1996], BOSTON[JUNE_1996:]
    assert (before.sum(), after.sum()) == (183, 30)
    assert [round(100 * (BOSTON[s:].mean() / BOSTON[:s].mean() - 1), 1) for s in (53, 52, 54)] == [-63.8, -60.5, -64.5]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms(trend=False), (0.362, 0.246, 0.533)),
        (Terms(trend=False, months=True), (0.355, 0.241, 0.522)),
        (Terms(trend=True, months=True), (0.328, 0.193, 0.557)),
    ],
)
def test_boston_poisson(terms: Terms, expected: tuple[float, float, float]) -> None:
    found = interrupted(BOSTON, JUNE_1996, terms, family="poisson")
    assert three(found, 3) == expected


def test_boston_is_as_variable_as_poisson() -> None:
    found = interrupted(BOSTON, JUNE_1996, Terms(trend=False), family="poisson")
    assert round(found.figures["dispersion"], 3) == 1.044
    assert {d.code: d.state for d in found.diagnostics} == {"dispersion": "pass", "autocorrelation": "pass"}


@pytest.fixture(scope="module")
def sicily() -> pd.DataFrame:
    return pd.read_csv(shared("sicily/sicily.csv"))


@pytest.mark.parametrize(
    ("family", "terms", "lags", "expected"),
    [
        ("poisson", Terms(), None, (0.8944, 0.8647, 0.9251)),
        ("quasi-poisson", Terms(), None, (0.8944, 0.8392, 0.9532)),
        ("quasi-poisson", Terms(harmonics=2), None, (0.8851, 0.8394, 0.9332)),
        ("quasi-poisson", Terms(harmonics=2, slope_from=36), None, (0.8765, 0.8268, 0.9292)),
        ("poisson", Terms(harmonics=2), 3, (0.8851, 0.8481, 0.9236)),
    ],
)
def test_sicily(sicily: pd.DataFrame, family: str, terms: Terms, lags: int | None, expected: tuple[float, ...]) -> None:
    found = interrupted(sicily["aces"], 36, terms, family=family, exposure=sicily["stdpop"], hac_lags=lags)
    assert three(found, 4) == expected


def test_sicily_dispersion_and_slope(sicily: pd.DataFrame) -> None:
    plain = interrupted(sicily["aces"], 36, Terms(), exposure=sicily["stdpop"])
    season = interrupted(sicily["aces"], 36, Terms(harmonics=2), exposure=sicily["stdpop"])
    slope = interrupted(sicily["aces"], 36, Terms(harmonics=2, slope_from=36), exposure=sicily["stdpop"])
    assert round(plain.figures["dispersion"], 3) == 3.559
    assert round(season.figures["dispersion"], 3) == 2.262
    assert round(slope.figures["slope"], 4) == 1.0015
    assert interrupted(sicily["aces"], 36, family="poisson").diagnostics[0].state == "warn"


def test_negative_binomial_is_its_own_maximum(sicily: pd.DataFrame) -> None:
    """NB2 by a plain maximisation of the likelihood written out."""
    found = interrupted(sicily["aces"], 36, Terms(harmonics=1), family="nb2", exposure=sicily["stdpop"])
    y, t = sicily["aces"].to_numpy(float), np.arange(1, 60)
    x = np.column_stack([np.ones(59), t > 36, t / 10, np.sin(np.pi * t / 6), np.cos(np.pi * t / 6)]).astype(float)

    def minus_likelihood(b: np.ndarray) -> float:
        mu, size = np.exp(x @ b[:5]) * sicily["stdpop"].to_numpy() / 1e5, math.exp(-b[5])
        terms = [math.lgamma(v + size) - math.lgamma(size) - math.lgamma(v + 1) for v in y]
        return -float(np.sum(terms + size * np.log(size / (size + mu)) + y * np.log(mu / (size + mu))))

    best = optimize.minimize(minus_likelihood, [5, 0, 0, 0, 0, -5], method="Nelder-Mead",
                             options={"maxiter": 20000, "maxfev": 20000, "xatol": 1e-8, "fatol": 1e-10})  # fmt: skip
    assert found.ratio == pytest.approx(math.exp(best.x[1]), rel=1e-4)
    assert found.figures["alpha"] == pytest.approx(math.exp(best.x[5]), rel=1e-2)


@pytest.fixture(scope="module")
def cigarettes() -> pd.DataFrame:
    """A row per year, a column per state."""
    given = pd.read_csv(shared("prop99/california_prop99.csv"), sep=";")
    return given.pivot(index="Year", columns="State", values="PacksPerCapita")


@pytest.fixture(scope="module")
def california(cigarettes: pd.DataFrame) -> synthetic.Placebos:
    return synthetic.placebos(cigarettes, "California", 1989)


def test_proposition_99(california: synthetic.Placebos) -> None:
    found = california.treated
    expected = {
        "Utah": 0.394,
        "Montana": 0.232,
        "Nevada": 0.205,
        "Connecticut": 0.109,
        "New Hampshire": 0.045,
        "Colorado": 0.015,
    }
    assert found.weights[found.weights > 0.001].round(3).to_dict() == expected
    assert round(found.rmspe_before, 3) == 1.656
    assert round(float(found.gap[found.gap.index >= 1989].mean()), 2) == -19.51
    assert round(float(found.gap[2000]), 2) == -26.60
    assert round(found.ratio, 2) == 12.44
    assert (california.rank, len(california.others) + 1) == (3, 39)
    assert california.p == pytest.approx(3 / 39)


def test_synthetic_total_is_observed_over_synthetic(cigarettes: pd.DataFrame, california: synthetic.Placebos) -> None:
    after = cigarettes["California"][cigarettes.index >= 1989]
    found = california.estimate(float(after.sum()))
    assert found.ratio == pytest.approx(after.mean() / (after.mean() + 19.51), abs=1e-4)
    assert math.isnan(found.low)


def test_weights_against_another_solver(cigarettes: pd.DataFrame) -> None:
    """Bounded least squares by a trust region, the sum of the weights as a heavy row."""
    pre = cigarettes[cigarettes.index < 1989]
    for unit in ("California", "Texas", "Ohio"):
        pool, target = pre.drop(columns=unit).to_numpy(), pre[unit].to_numpy()
        other = optimize.lsq_linear(
            np.vstack([pool, np.full(38, 1e4)]), np.append(target, 1e4), (0, 1), "trf", tol=1e-14
        )
        slow = math.sqrt(((target - pool @ other.x) ** 2).mean())
        assert synthetic.control(cigarettes, unit, 1989).rmspe_before == pytest.approx(slow, rel=1e-3)


def test_an_optimiser_that_stops_early_is_noticed(cigarettes: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    even = np.full(38, 1 / 38)
    monkeypatch.setattr(synthetic.optimize, "nnls", lambda *given, **more: (even, 0.0))
    with pytest.raises(NotConverged, match="not the optimum"):
        synthetic.control(cigarettes, "California", 1989)


def test_seatbelts() -> None:
    given = pd.read_csv(shared("seatbelts/Seatbelts.csv"))
    start = int(np.flatnonzero(given["law"])[0])
    covariates = pd.DataFrame({"price": np.log(given["PetrolPrice"]), "kms": np.log(given["kms"])})
    found = structural.local_level(given["drivers"], start, covariates=covariates)
    assert round(found.figures["log_points"], 3) == -0.236


def test_structural_refuses_months_without_events() -> None:
    with pytest.raises(TooLittleData, match="no log"):
        structural.local_level(BOSTON, JUNE_1996)


def test_a_missing_month_is_never_zero() -> None:
    with pytest.raises(TooLittleData, match="without a value"):
        interrupted(np.append(BOSTON, np.nan), JUNE_1996)
