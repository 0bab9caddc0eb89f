"""What training does where there is little to learn from: it keeps what was known, clamps, and says so."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path
from typing import Any

import duckdb
import pytest

from linkage import evaluate
from linkage.model import comparisons
from linkage.policy import POLICY
from linkage.store import BASE_MODEL, base_model
from linkage.train import _learn, _levels, audit


def settings(**trained: tuple[float, float]) -> dict[str, Any]:
    """The comparison of sexes and middle initials; ``trained`` gives m and u of levels as ``sex_1``."""
    found = [c for c in comparisons() if c["output_column_name"] in ("sex", "middle")]
    for comparison in found:
        for value, level in zip((1, 0), comparison["comparison_levels"][1:], strict=True):
            if pair := trained.get(f"{comparison['output_column_name']}_{value}"):
                level["m_probability"], level["u_probability"] = pair
    return {"comparisons": found}


def weights(given: dict[str, Any]) -> dict[tuple[str, str], float]:
    return {
        (c["output_column_name"], level["label_for_charts"]): log2(level["m_probability"] / level["u_probability"])
        for c in given["comparisons"]
        for level in c["comparison_levels"]
        if not level.get("is_null_level")
    }


def test_what_was_never_seen_keeps_what_was_known_and_else_its_clamp() -> None:
    fresh, known = settings(sex_1=(0.99, 0.5), sex_0=(0.01, 0.5)), {("middle", "the same"): (0.96, 0.06)}
    alerts = audit(fresh, {("sex", 1): 5000, ("sex", 0): 20}, POLICY, known)
    found = weights(fresh)
    assert found["middle", "the same"] == pytest.approx(4.0)
    assert found["middle", "different"] == pytest.approx(POLICY.clamps["middle"])
    assert found["sex", "different"] == pytest.approx(log2(0.01 / 0.5))
    assert "sex: different: seen 20 times among likely pairs" in alerts
    assert "middle: different: never seen in training" in alerts
    assert not [alert for alert in alerts if alert.startswith("sex: the same")]


def test_a_weight_beyond_its_clamp_is_held_and_told() -> None:
    given = settings(sex_1=(0.99, 0.5), sex_0=(1e-9, 0.5), middle_1=(0.9, 0.05), middle_0=(0.1, 0.9))
    alerts = audit(given, {}, POLICY)
    assert weights(given)["sex", "different"] == pytest.approx(POLICY.clamps["sex"])
    assert [alert for alert in alerts if "clamped" in alert] == ["sex: different: weight -28.9 clamped to -6.0"]


def test_two_comparisons_cannot_tell_two_classes_apart() -> None:
    seen = {("first", 1): 900, ("first", 0): 100, ("last", 1): 800, ("last", 0): 200, ("birth", 8): 1000,
            ("middle", -1): 990, ("middle", 1): 6, ("middle", 0): 4}  # fmt: skip
    assert _learn(None, "dob", seen, POLICY) == "nothing was learnt where dob: only first, last can be compared there"


def test_the_model_that_comes_with_linkage_is_frozen_with_its_audit_and_within_its_clamps() -> None:
    model = base_model()
    origin = json.loads((BASE_MODEL / "origin.json").read_text())
    assert model.version.startswith("base-")
    assert model.alerts
    assert origin["seed"] not in range(1000), "tests and evaluations use seeds below"
    names = {c["output_column_name"] for c in model.settings["comparisons"]}
    assert names == {c["output_column_name"] for c in comparisons()}
    for (name, _), (m, u) in _levels(model).items():
        assert POLICY.clamps.get(name, -99) - 1e-6 <= log2(m / u) <= POLICY.ceilings.get(name, 99) + 1e-6


@pytest.mark.slow
def test_the_same_mentions_train_the_same_model_whatever_the_threads(tmp_path: Path) -> None:
    versions = []
    for threads in (1, 2, 2):
        with duckdb.connect(config={"threads": threads}) as db:
            evaluate.load_simulated(db, tmp_path, 3, 20_000)
            versions.append(evaluate.train_on(db, tmp_path).version)
            assert db.execute("select current_setting('threads')").fetchall() == [(threads,)]
    assert len(set(versions)) == 1
