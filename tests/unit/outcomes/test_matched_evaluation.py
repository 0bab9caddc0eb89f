"""A specification that asks for matched groups: from the publication to the page, in both languages."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from outcomes.asked import Publication
from outcomes.matched import Groups, matched_groups
from outcomes.matched_result import matched_result
from outcomes.registration import register
from outcomes.series import MissingMonths, extract
from outcomes.specification import Specification, load
from reports.evaluation import Ran, run_evaluation
from reports.evaluation_matched import matched_groups as matched_groups_section
from reports.evaluation_words import change, evaluation_words, interval
from settings import Settings
from support import evaluation_world as world
from support.browser import chromium, faults
from support.evaluation_world import MONTHS, SHOOTINGS, SPEC, changed
from support.html_tables import tables_of
from support.matched_world import START, WINDOW, groups
from warehouse.kept import opened, publication

FOUND = groups(5, "likelier after a bad year", effect=-0.4, units=36, treated=12)
POOL = [unit for unit in FOUND.events if unit not in FOUND.treated]
POPULATION = pd.Series({unit: 1000.0 + 7 * n for n, unit in enumerate(FOUND.events)})
COVARIATE = {"name": "residents", "title": {"en": "Residents", "es": "Habitantes"}, "mart": SHOOTINGS.split(".")[1],
             "column": "people", "unit_column": "jurisdiction_id"}  # fmt: skip


def asked(caliper: float = 2.0, **more: Any) -> dict[str, Any]:
    """The specification, of the months by which the groups were chosen too."""
    spec = changed("units", {"level": "group", "treated": list(FOUND.treated), "comparison": POOL})
    spec["selection"] = {"how": "window", "why": "After a bad year a group was likelier to be chosen.",
                         "first": f"{MONTHS[WINDOW[0]]:%Y-%m}", "last": f"{MONTHS[WINDOW[1] - 1]:%Y-%m}"}  # fmt: skip
    return spec | {"matching": {"distance": "mahalanobis", "caliper": caliper, "covariates": [COVARIATE], **more}}


def table() -> pd.DataFrame:
    """The groups as a mart has them."""
    long = FOUND.events.set_axis(MONTHS.date).rename_axis("month").reset_index()
    long = long.melt("month", var_name="jurisdiction_id", value_name="victims")
    return long.assign(area_id="all", people=long["jurisdiction_id"].map(POPULATION))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Ran]:
    settings = world.installation(tmp_path_factory.mktemp("matched"), {SHOOTINGS: table()}, asked())
    register(settings, load(settings.project / "evaluations" / "planted.yml"), "Ana", "before the run")
    return settings, run_evaluation(settings, "planted")


def test_the_result_is_the_matching_of_what_was_published(ran: tuple[Settings, Ran]) -> None:
    result = json.loads((ran[1].folder / "result.json").read_text())
    people = pd.DataFrame({"residents": POPULATION})
    truth = matched_groups(
        Groups(FOUND.events, FOUND.treated, START, None, people, "window", WINDOW), "mahalanobis", 2.0
    )
    found = result["matched"]
    assert found["verdict"] == {"word": truth.verdict.word, "reasons": list(truth.verdict.reasons)}
    assert [(row["set"], row["unit"], row["weight"]) for row in found["sets"]] == \
        list(truth.matched.sets[["set", "unit", "weight"]].itertuples(index=False, name=None))  # fmt: skip
    assert [row["name"] for row in found["balance"]] == ["level", "trend", "window", "residents"]
    assert found["balance"][3]["treated"] == pytest.approx(POPULATION[list(FOUND.treated)].mean(), rel=1e-5)
    assert found["design"] == result["designs"][-1]
    assert found["design"]["ratio"] == pytest.approx(truth.verdict.estimate.ratio, rel=1e-5)
    assert found["design"]["low"] < 0.6 < found["design"]["high"]
    frozen = pd.read_csv(ran[1].folder / "series.csv")
    assert set(frozen["series"]) == {"outcome", "residents"}
    assert frozen[frozen["series"] == "residents"]["month"].max() == f"{MONTHS[START - 1]:%Y-%m}"
    sha = hashlib.sha256((ran[1].folder / "series.csv").read_bytes()).hexdigest()
    assert result["extract"]["sha256"] == sha


def test_the_page_tells_who_was_matched_and_how_alike_they_were(ran: tuple[Settings, Ran]) -> None:
    folder, found = ran[1].folder, ran[1].result["matched"]
    for language, name in (("en", "index.html"), ("es", "index.es.html")):
        told, tables = evaluation_words(language), tables_of(folder / name)
        sets = tables[told("evaluation.matched.sets_table")][1:]
        owner = {row["set"]: row["unit"] for row in found["sets"] if row["is_treated"]}
        assert [row[:2] for row in sets] == [[owner[r["set"]], r["unit"]] for r in found["sets"] if not r["is_treated"]]
        balance = tables[told("evaluation.matched.balance_table")][1:]
        assert [row[-1] for row in balance] == [told.number(row["after"], 2) for row in found["balance"]]
        assert balance[3][0] == COVARIATE["title"][language]
        designs = tables[told("evaluation.designs_heading")]
        assert designs[-1][0] == told("evaluation.code.matched")
        row = found["design"]
        text = (folder / name).read_text()
        assert f"{change(told, row['ratio'])} (" in text
        assert interval(told, row) in text
        assert "evaluation." not in text.replace("evaluation.md", "")
        assert all(unit in text for unit in found["lost"])


@pytest.mark.slow
def test_the_page_is_sound_in_a_browser(ran: tuple[Settings, Ran]) -> None:
    with chromium() as browser:
        assert faults(browser, ran[1].folder / "index.html", 1200) == []
        assert faults(browser, ran[1].folder / "index.es.html", 360) == []


def test_what_cannot_be_matched_or_is_missing_is_told(ran: tuple[Settings, Ran], tmp_path: Path) -> None:
    spec = load(world.write_spec(_at(tmp_path), asked(1e-9)))
    found = _matched(ran[0], spec)
    assert found["verdict"] == {"word": "cannot tell", "reasons": ["unmatched"]}
    assert "within the caliper" in found["why_not"] == found["design"]["why_not"]
    told = evaluation_words("es")
    (section,) = matched_groups_section({**ran[1].result, "matched": found}, told)
    assert section.paragraphs[0] == told("evaluation.matched.none", why=told.note(found["why_not"]))
    assert "ninguna unidad" in section.paragraphs[0]
    gap = table()
    gap.loc[gap.index[0], "people"] = None
    world.publish(ran[0], 2, {SHOOTINGS: gap})
    with pytest.raises(MissingMonths, match=r"matching\.covariates\.0"):
        _matched(ran[0], spec)


def test_what_was_registered_before_matching_existed_is_what_it_was(tmp_path: Path) -> None:
    plain = load(world.write_spec(_at(tmp_path), SPEC))
    assert "matching" not in plain.content
    assert load(world.write_spec(_at(tmp_path), asked())).content["matching"]["ratio"] == 1


def _at(folder: Path) -> Settings:
    (folder / "evaluations").mkdir(exist_ok=True)
    return Settings(home=folder / "home", project=folder)


def _matched(settings: Settings, spec: Specification) -> dict[str, Any]:
    """The matched groups of the newest publication alone."""
    kept, file = publication(settings), settings.project / "evaluations" / "planted.yml"
    assert spec.matching
    with opened(kept) as db:
        source = Publication(kept, db, world.PROJECT)
        units = [*spec.units.treated, *spec.units.comparison]
        outcome = extract(source, spec.outcome, units, spec.window, file, "outcome")
        return matched_result(source, spec, spec.matching, {"outcome": outcome}, file)
