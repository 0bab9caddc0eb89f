"""The recommended analysis and its verdicts: right where the truth is planted, silent where nothing can be known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from outcomes import comparison, panel, sensitivity
from outcomes.common import TooLittleData
from outcomes.rule import Verdict, judge, verdict_of
from outcomes.study import Study
from support.golden_series import BOSTON, JUNE_1996


def drawn(
    effect: float, level: float = 20, months: int = 60, start: int = 36, others: int = 6, seed: int = 1
) -> np.ndarray:
    """A row per month, a column per unit, the treated one first."""
    rate = np.full((months, others + 1), float(level))
    rate[start:, 0] *= 1 + effect
    return np.random.default_rng(seed).poisson(rate).astype(float)


def states(found: Verdict) -> dict[str, str]:
    return {d.code: d.state for d in found.diagnostics}


@pytest.mark.parametrize(("effect", "word"), [(-0.4, "reduction"), (0.5, "increase"), (0.0, "no sign of change")])
def test_planted_effects_are_named(effect: float, word: str) -> None:
    y = drawn(effect, level=60)
    found = judge(Study(y[:, 0], 36, y[:, 1:]))
    assert found.word == word
    assert found.estimate.low <= 1 + effect <= found.estimate.high
    assert found.reasons == ()


def test_a_change_that_all_share_is_no_effect() -> None:
    y = drawn(0.0, level=60)
    y[36:] = np.random.default_rng(5).poisson(60 * 0.6, y[36:].shape)
    found = judge(Study(y[:, 0], 36, y[:, 1:]))
    assert found.word == "no sign of change"
    assert judge(Study(y[:, 0], 36, no_shared_shock="claimed")).word == "reduction"  # the series alone is misled


def test_a_series_alone_is_not_judged_without_a_registered_reason() -> None:
    y = drawn(-0.6, level=60)
    found = judge(Study(y[:, 0], 36))
    assert found.word == "cannot tell"
    assert found.reasons == ("comparison",)
    assert found.estimate.high < 1  # the figures are shown all the same


def test_boston_alone() -> None:
    """The published fall, by the module's own rule: a reduction if no other change is granted, else nothing."""
    assert judge(Study(BOSTON, JUNE_1996)).word == "cannot tell"
    found = judge(Study(BOSTON, JUNE_1996, no_shared_shock="as published"))
    assert found.word == "reduction"
    assert 0.25 < found.estimate.ratio < 0.45


@pytest.mark.parametrize(
    ("study", "reason"),
    [
        (Study(drawn(-0.4)[16:, 0], 20, drawn(-0.4)[16:, 1:]), "months_before"),
        (Study(drawn(-0.4)[:45, 0], 36, drawn(-0.4)[:45, 1:]), "months_after"),
        (Study(drawn(-0.4, 0.3)[:, 0], 36, drawn(-0.4, 0.3)[:, 1:]), "events"),
        (Study(drawn(-0.4)[:, 0], 36, drawn(-0.4)[:, 1:], selection="unknown"), "selection"),
    ],
)
def test_what_stands_in_the_way_is_named(study: Study, reason: str) -> None:
    found = judge(study)
    assert found.word == "cannot tell"
    assert reason in found.reasons


def test_a_drift_before_the_start_is_noticed() -> None:
    y = drawn(0.0, level=60)
    y[:, 0] = np.random.default_rng(2).poisson(np.linspace(100, 30, 60))
    found = judge(Study(y[:, 0], 36, y[:, 1:]))
    assert found.word == "cannot tell"
    assert "drift_before" in found.reasons


def test_few_events_get_exact_intervals() -> None:
    y = drawn(-0.4, level=0.4, seed=4)
    found = judge(Study(y[:, 0], 36, y[:, 1:]))
    assert "exact" in found.estimate.method
    assert states(found)["events"] == "fail"


def test_selection_months_are_left_out() -> None:
    y = drawn(0.0, level=30)
    y[24:36, 0] *= 3  # the year for which the site was chosen
    misled = judge(Study(y[:, 0], 36, y[:, 1:]))
    told = judge(Study(y[:, 0], 36, y[:, 1:], selection="window", drop=(24, 36)))
    assert misled.word != "no sign of change"
    assert told.word in {"no sign of change", "cannot tell"}
    assert told.estimate.low <= 1 <= told.estimate.high
    assert states(told)["months_before"] == "warn"


def test_share_ratio_is_the_poisson_fit_with_time_effects() -> None:
    """The closed form against unit and time effects fitted as a panel: the same ratio, to the last digits."""
    y = drawn(-0.3, months=30, start=16, others=3)
    units, months = np.arange(4), np.arange(30)
    long = pd.DataFrame({"unit": np.repeat(units, 30), "time": np.tile(months, 4), "events": y.T.ravel()})
    long["treated"] = ((long["unit"] == 0) & (long["time"] >= 16)).astype(float)
    found = comparison.share_ratio(y[:, 0], y[:, 1:].sum(axis=1), 16)
    assert found.ratio == pytest.approx(panel.difference_in_differences(long).ratio, rel=1e-8)


def test_exposure_enters_as_a_rate() -> None:
    y = drawn(0.0, level=80)
    y[:, 0] = np.random.default_rng(9).poisson(80 * np.linspace(1, 2, 60))
    grown = Study(y[:, 0], 36, y[:, 1:], exposure=np.linspace(1, 2, 60), comparison_exposure=np.ones((60, 6)))
    found = judge(grown).estimate
    assert found.low < 1 < found.high < 1.2
    assert judge(Study(y[:, 0], 36, y[:, 1:])).estimate.ratio > 1.2


def test_event_study_and_pre_trend() -> None:
    rng = np.random.default_rng(3)
    frames = []
    for unit in range(20):
        treated = unit < 10
        month = np.arange(36)
        rate = 60 * np.where(treated & (month >= 24), 0.7, 1.0)
        frames.append(pd.DataFrame({"unit": unit, "time": month, "events": rng.poisson(rate),
                                    "treated": (treated & (month >= 24)).astype(float)}))  # fmt: skip
    long = pd.concat(frames)
    found = panel.difference_in_differences(long)
    assert found.ratio == pytest.approx(0.7, rel=0.06)
    assert found.high < 0.8
    assert {d.state for d in found.diagnostics} == {"pass"}
    few = long[~long["unit"].isin(range(1, 8))]
    assert panel.difference_in_differences(few).diagnostics[0].state == "warn"
    study = panel.event_study(long)
    assert study.pre_trend_p > 0.001
    after = study.bins[study.bins["since"] >= 0]
    assert ((after["low"] < 0.75) & (after["high"] > 0.65)).all()
    drifting = long.assign(
        events=np.where((long["unit"] < 10), long["events"] * (1 + long["time"] / 24), long["events"])
    )
    assert panel.event_study(drifting).pre_trend_p < 1e-6


def test_panel_refuses_what_has_no_comparison() -> None:
    with pytest.raises(TooLittleData, match="never treated"):
        panel.difference_in_differences(
            pd.DataFrame({"unit": [1, 1], "time": [1, 2], "events": [3, 4], "treated": [0, 1]})
        )


def test_placebo_dates_rank_the_real_one_first() -> None:
    y = drawn(-0.5, level=40)
    found = sensitivity.placebo_dates(Study(y[:, 0], 36, y[:, 1:]))
    assert len(found.dates) == 13
    assert found.p == pytest.approx(1 / 14)
    assert found.false_alarms <= 0.3


def test_start_dates_and_leaving_one_out() -> None:
    y = drawn(-0.5, level=40)
    study = Study(y[:, 0], 36, y[:, 1:])
    moved = sensitivity.start_dates(study)
    assert moved["shift"].tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert moved["ratio"].idxmin() == 3  # the true date shows the largest effect
    assert set(sensitivity.leave_one_out(study)["verdict"]) == {"reduction"}


def test_an_effect_that_fades_is_seen_to_fade() -> None:
    y = drawn(0.0, level=200)
    fading = np.linspace(0.5, 1.0, 24)
    y[36:, 0] = np.random.default_rng(8).poisson(200 * fading)
    found = sensitivity.decay(Study(y[:, 0], 36, y[:, 1:]))
    assert found.windows["from_month"].tolist() == [0, 12]
    assert found.drift > 1.2
    assert found.p < 0.05


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.5, 0.99, "reduction"), (1.01, 2, "increase"), (0.81, 1.19, "no sign of change"), (0.7, 1.1, "cannot tell")],
)
def test_what_an_interval_says(low: float, high: float, word: str) -> None:
    assert verdict_of(low, high) == word


@pytest.mark.slow
def test_the_rule_keeps_its_promises() -> None:
    """Coverage, false verdicts and power in the hardest cell that is promised, 400 times (standard error 1.1 points)."""
    rng = np.random.default_rng(20)
    words, covered = {0.0: [], -0.4: []}, []
    for effect in (0.0, -0.4):
        for _ in range(400):
            noise = rng.normal(0, 0.2, (60, 9))
            for t in range(1, 60):
                noise[t] = 0.5 * noise[t - 1] + np.sqrt(0.75) * noise[t]
            rate = 10 * np.exp(noise)
            rate[36:, 0] *= 1 + effect
            y = rng.poisson(rate).astype(float)
            found = judge(Study(y[:, 0], 36, y[:, 1:]))
            words[effect].append(found.word)
            covered.append(found.estimate.low <= 1 + effect <= found.estimate.high)
    assert 0.92 <= np.mean(covered) <= 0.98
    assert np.mean([w in {"reduction", "increase"} for w in words[0.0]]) <= 0.065 + 0.022
    assert np.mean([w == "reduction" for w in words[-0.4]]) >= 0.80
