"""No model goes without the data tests that hold for all of its sort."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from feeds.contracts import load_contracts

PROJECT = Path(__file__).resolve().parents[3]
MODELS: dict[str, dict[str, Any]] = {
    model["name"]: model
    for file in sorted((PROJECT / "dbt" / "models").rglob("*.yml"))
    for model in yaml.safe_load(file.read_text()).get("models", [])
}


def arguments(model: str, test: str) -> list[dict[str, Any]]:
    return [given[test]["arguments"] for given in MODELS[model]["data_tests"] if test in given]


@pytest.mark.parametrize("kind", sorted(load_contracts(PROJECT / "expectations")))
def test_the_records_of_every_kind_are_tested_with_their_versions(kind: str) -> None:
    assert [test["kind"] for test in arguments(f"fct_{kind}", "sound_records")] == [kind]


@pytest.mark.parametrize("name", sorted(name for name in MODELS if name.startswith("mart_")))
def test_every_mart_has_a_key_that_is_tested(name: str) -> None:
    [sound] = arguments(name, "sound")
    assert {*sound["key"]} <= {column["name"] for column in MODELS[name]["columns"]}
