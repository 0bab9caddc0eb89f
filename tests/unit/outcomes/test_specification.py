"""Specifications: what is wrong is told with file, field and remedy; what counts for the hash, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from feeds.errors import SpecificationError
from outcomes.evaluation import published_effects
from outcomes.specification import load
from support.evaluation_world import CITIES, HARM, SPEC, changed
from support.world import PROJECT


def written(folder: Path, spec: dict[str, Any], name: str = "planted.yml") -> Path:
    file = folder / name
    file.write_text(yaml.safe_dump(spec, allow_unicode=True))
    return file


@pytest.mark.parametrize(
    ("spec", "field", "said"),
    [
        (changed("selection", None), "selection", "Add this key"),
        (changed("windows", {}), "windows", "correct its spelling"),
        (changed("title.es", None), "title.es", "Add this key"),
        (changed("intervention.starts", "2024-13"), "intervention.starts", "2026-01"),
        (changed("intervention.starts", "2026-02"), "file", "intervention.starts"),
        (changed("units.level", "county"), "units.level", "Use one of the values named"),
        (changed("units.comparison", CITIES), "units", "each unit is named once"),
        (changed("units.no_comparison", "None was thought of."), "units", "there are some"),
        (changed("units.treated", []), "units.treated", "at least 1"),
        (changed("outcome.mart", "core.fct_shooting"), "outcome.mart", "pattern"),
        (changed("outcome.column", 'victims"; drop'), "outcome.column", "pattern"),
        (changed("outcome.zero_months", "We say that it is so."), "outcome", "zero_months needs feeds"),
        (changed("selection.how", "window"), "file", "selection names first and last"),
        (changed("selection", {"how": "window", "why": "Worst year.", "first": "2023-01", "last": "2024-01"}), "file", "before intervention.starts"),
        (changed("intervention.phases", [{"title": SPEC["title"], "starts": "2024-02"}]), "file", "phases"),
        (changed("harms", [HARM, HARM]), "file", "same name"),
        (changed("matching", {"distance": "mahalanobis"}), "matching.caliper", "Add this key"),
        (changed("matching", {"distance": "euclid", "caliper": 1}), "matching.distance", "Use one of the values named"),
        (changed("matching", {"distance": "mahalanobis", "caliper": 0}), "matching.caliper", "greater than 0"),
        (changed("matching", {"distance": "mahalanobis", "caliper": 1}), "file", "two treated units"),
        (changed("name", "other"), "name", "Write name: planted"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, spec: dict[str, Any], field: str, said: str) -> None:
    file = written(tmp_path, spec)
    with pytest.raises(SpecificationError) as found:
        load(file)
    assert str(found.value).startswith(f"{file}: {field}: ")
    assert said in str(found.value)


def test_a_file_that_is_not_there_or_not_yaml(tmp_path: Path) -> None:
    with pytest.raises(SpecificationError, match="does not exist"):
        load(tmp_path / "nothing.yml")
    (tmp_path / "bad.yml").write_text("name: [")
    with pytest.raises(SpecificationError, match="not valid YAML"):
        load(tmp_path / "bad.yml")


def test_the_hash_is_of_the_content_alone(tmp_path: Path) -> None:
    first = load(written(tmp_path, SPEC))
    file = tmp_path / "planted.yml"
    file.write_text("# a comment\n" + yaml.safe_dump(dict(reversed(SPEC.items())), allow_unicode=True))
    assert load(file).digest == first.digest
    for path, value in (("window.last", "2025-11"), ("selection.why", "Another reason."), ("harms", [HARM])):
        assert load(written(tmp_path, changed(path, value))).digest != first.digest, path


def test_the_shipped_specifications_are_right() -> None:
    files = sorted((PROJECT / "evaluations").glob("*.yml"))
    assert [load(file).name for file in files] == ["rivermouth_shootings"]


def test_published_effects_have_a_grade_that_may_be_shown() -> None:
    effects = published_effects(PROJECT)
    assert len(effects) == 18
    assert {one["grade"] for one in effects} == {"S", "V"}
    assert ("Oakland", "-31.5%", "V") in {(one["place"], one["effect"], one["grade"]) for one in effects}
