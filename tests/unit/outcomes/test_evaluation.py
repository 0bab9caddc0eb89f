"""Evaluations from a publication to the page: planted effects found, registration kept to, numbers told as they are."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from cli import nnsc
from commands.exits import exit_code
from feeds.errors import SpecificationError
from governance.errors import WrongDecision
from ingest.ledger import engine
from outcomes.asked import Publication
from outcomes.evaluation import Evaluated, evaluate
from outcomes.registration import Unregistered, register, registrations
from outcomes.specification import load
from reports.evaluation import Ran, run_evaluation
from reports.evaluation_words import change, evaluation_words, interval, ratio
from settings import Settings
from support import evaluation_world as world
from support.browser import chromium, faults
from support.evaluation_world import ARRESTS, CITIES, HARM, MONTHS, SHOOTINGS, SPEC, START, changed
from support.html_tables import tables_of
from warehouse.kept import opened, publication

WITH_HARM = changed("harms", [HARM])


def judged(settings: Settings, spec: dict[str, Any]) -> Evaluated:
    """The evaluation itself, without registration and pages."""
    file = world.write_spec(settings, spec)
    kept = publication(settings)
    with opened(kept) as db:
        return evaluate(Publication(kept, db, world.PROJECT), load(file), file, [])


@pytest.mark.parametrize(("effect", "word"), [(-0.4, "reduction"), (0.4, "increase"), (0.0, "no sign of change")])
def test_a_planted_effect_is_found_and_none_is_not_called(tmp_path: Path, effect: float, word: str) -> None:
    rows = world.shootings(effect)
    settings = world.installation(tmp_path, {SHOOTINGS: rows, ARRESTS: world.arrests(0)})
    found = judged(settings, SPEC).result
    assert found["verdict"] == {"word": word, "reasons": []}
    assert found["estimate"]["low"] <= 1 + effect <= found["estimate"]["high"]
    own = rows[rows["jurisdiction_id"] == CITIES[0]].groupby("month")["victims"].sum()
    counted = {
        "before": own.iloc[:START].sum(),
        "after": own.iloc[START:].sum(),
        "months_before": 36,
        "months_after": 24,
    }
    assert found["events"] == counted
    differences = next(row for row in found["designs"] if row["code"] == "differences")
    assert differences["ratio"] == pytest.approx(found["estimate"]["ratio"], rel=1e-4)
    unfit = {row["code"] for row in found["designs"] if row["why_not"]}
    assert unfit <= {"its_nb2", "local_level"}  # may not converge on counts that are Poisson, and say so
    assert all((row["ratio"] is None) == bool(row["why_not"]) for row in found["designs"])


def test_without_comparison_it_cannot_tell_unless_the_reason_was_registered(tmp_path: Path) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(-0.5)})
    alone = changed("units.comparison", [])
    found = judged(settings, alone).result
    assert found["verdict"] == {"word": "cannot tell", "reasons": ["comparison"]}
    assert {k: found["would_change"][0][k] for k in ("code", "value")} == {"code": "comparison", "value": 0.0}
    missing = {row["code"] for row in found["designs"] if row["why_not"] == "there are no comparison units"}
    assert missing == {"four_counts", "differences", "synthetic"}
    reason = changed("units.no_comparison", "Nothing else was begun in the state that year.", alone)
    assert judged(settings, reason).result["verdict"]["word"] == "reduction"


def test_harms_are_judged_by_the_same_statistics(tmp_path: Path) -> None:
    tables = {SHOOTINGS: world.shootings(-0.4), ARRESTS: world.arrests(0.5)}
    settings = world.installation(tmp_path, tables)
    (harm,) = judged(settings, WITH_HARM).result["harms"]
    assert harm["verdict"]["word"] == "increase"
    own = tables[ARRESTS].query(f"jurisdiction_id == '{CITIES[0]}' and offense_group_code == 'weapons'")["arrests"]
    assert (harm["events"]["before"], harm["events"]["after"]) == (own.iloc[:START].sum(), own.iloc[START:].sum())
    gap = tables[ARRESTS].drop(tables[ARRESTS].index[5])
    world.publish(settings, 2, {**tables, ARRESTS: gap})
    (untold,) = judged(settings, WITH_HARM).result["harms"]
    assert untold["verdict"] is None
    assert f"{CITIES[0]} {MONTHS[5]:%Y-%m}" in untold["why_not"]
    world.publish(settings, 3, {**tables, ARRESTS: tables[ARRESTS].assign(arrests=0.5)})
    (share,) = judged(settings, WITH_HARM).result["harms"]  # as one that was registered when that was not refused
    assert (share["verdict"], "is no count" in share["why_not"]) == (None, True)


def test_phases_and_exposure(tmp_path: Path) -> None:
    rows = world.shootings(0)
    rows["people"] = 1000 * (1 + (rows["jurisdiction_id"] == CITIES[0]) * (rows["month"] >= MONTHS[START].date()))
    settings = world.installation(tmp_path, {SHOOTINGS: rows})
    spec = changed("exposure", SPEC["outcome"] | {"column": "people"})
    spec["intervention"]["phases"] = [{"title": SPEC["title"], "starts": month} for month in ("2024-01", "2025-01")]
    found = judged(settings, spec).result
    assert found["estimate"]["ratio"] == pytest.approx(0.5, abs=0.05)  # as many victims among twice the people
    assert [(one["starts"], one["months"]) for one in found["phases"]] == [("2024-01", 12), ("2025-01", 12)]
    assert all(one["low"] <= 0.5 <= one["high"] for one in found["phases"])


def test_what_was_not_registered_or_was_changed_is_not_run(tmp_path: Path) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(-0.4)})
    with pytest.raises(Unregistered, match=r"not registered.*nnsc evaluate register planted --why") as refused:
        run_evaluation(settings, "planted")
    assert exit_code(refused.value) == 2
    file = tmp_path / "evaluations" / "planted.yml"
    with pytest.raises(WrongDecision):
        register(settings, load(file), "Ana", " ")
    assert registrations(settings, "planted") == []
    register(settings, load(file), "Ana", "before anything was known")
    with pytest.raises(WrongDecision, match="registered as it is"):
        register(settings, load(file), "Ana", "again")
    world.write_spec(settings, changed("window.last", "2025-06"))
    with pytest.raises(Unregistered, match=r"window\.last.*changed since it was registered \(decision 1\)"):
        run_evaluation(settings, "planted")
    assert not (settings.published / "evaluations").exists()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Ran]:
    """A registered evaluation with a harm, run once for the tests of its files."""
    tables = {SHOOTINGS: world.shootings(-0.4), ARRESTS: world.arrests(0.5)}
    settings = world.installation(tmp_path_factory.mktemp("evaluation"), tables, WITH_HARM)
    told = CliRunner().invoke(nnsc, ["evaluate", "register", "planted", "--who", "Ana", "--why", "first"], obj=None,
                              env=environment(settings))  # fmt: skip
    assert told.exit_code == 0, told.output
    return settings, run_evaluation(settings, "planted")


def environment(settings: Settings) -> dict[str, str]:
    return {"NNSC_HOME": str(settings.home), "NNSC_PROJECT": str(settings.project), "NNSC_POLICIES": str(settings.policies),
            "NNSC_JURISDICTIONS": str(settings.jurisdictions), "NNSC_CONTRACTS": str(settings.contracts)}  # fmt: skip


def test_the_page_has_the_numbers_of_the_result(ran: tuple[Settings, Ran]) -> None:
    folder = ran[1].folder
    result = json.loads((folder / "result.json").read_text())
    assert result == ran[1].result
    for language, name in (("en", "index.html"), ("es", "index.es.html")):
        told, tables = evaluation_words(language), tables_of(folder / name)
        shown = tables[told("evaluation.designs_heading")][1:]
        every = [result["estimate"], *result["designs"]]
        assert len(shown) == len(every) == 11
        for row, source in zip(shown, every, strict=True):
            assert row[1:4] == [change(told, source["ratio"]), ratio(told, source["ratio"]), interval(told, source)]
        (harm,) = tables[told("evaluation.harms_table")][1:]
        source = result["harms"][0]
        assert harm[1] == " / ".join(told.number(source["events"][side]) for side in ("before", "after"))
        assert harm[3] == interval(told, source["estimate"])
        assert told("evaluation.is_harm", verdict=told("evaluation.verdicts.increase")) == harm[4]
        months = tables[told("evaluation.months_table")][1:]
        assert [int(row[1]) for row in months] == result["treated"]
        text = (folder / name).read_text()
        assert result["extract"]["sha256"] in text
        e = result["estimate"]
        ends = {name: change(told, e[key]) for name, key in (("change", "ratio"), ("low", "low"), ("high", "high"))}
        assert told("evaluation.said.reduction", **ends) in text
    assert "Oakland" in (folder / "index.html").read_text()
    assert "Oakland" not in (folder / "result.json").read_text()  # what others published is no part of the result


def test_the_series_are_frozen_beside_the_result(ran: tuple[Settings, Ran]) -> None:
    folder, extract = ran[1].folder, ran[1].result["extract"]
    assert hashlib.sha256((folder / "series.csv").read_bytes()).hexdigest() == extract["sha256"]
    frozen = pd.read_csv(folder / "series.csv")
    source = world.shootings(-0.4).groupby(["jurisdiction_id", "month"])["victims"].sum()
    outcome = frozen[frozen["series"] == "outcome"].set_index(["unit", "month"])["value"]
    assert {(u, m): v for (u, m), v in outcome.items()} == {(u, f"{m:%Y-%m}"): v for (u, m), v in source.items()}
    assert set(frozen["series"]) == {"outcome", "arrests"}


def test_pages_are_sound_in_a_browser(ran: tuple[Settings, Ran]) -> None:
    with chromium() as browser:
        for name in ("index.html", "index.es.html"):
            for width in (1200, 360):
                assert faults(browser, ran[1].folder / name, width) == []


def test_again_gives_the_same_bytes_and_an_amendment_is_told(ran: tuple[Settings, Ran]) -> None:
    settings, first = ran
    again = run_evaluation(settings, "planted")
    assert (again.kept, again.result) == (first.kept, first.result)
    assert first.folder.is_symlink()
    assert sorted(file.name for file in first.folder.parent.iterdir()) == ["kept-runs", "planted"]
    file = world.write_spec(settings, changed("window.last", "2025-06", WITH_HARM))
    register(settings, load(file), "Ana", "the last months are not whole")
    (amended,) = registrations(settings, "planted")[1:]
    assert amended.changed == ({"field": "window.last", "before": "2025-12", "after": "2025-06"},)
    assert amended.result_seen
    assert not registrations(settings, "planted")[0].result_seen
    listed = CliRunner().invoke(nnsc, ["evaluate", "list", "--json"], env=environment(settings))
    (told,) = json.loads(listed.output)
    assert (told["state"], told["registrations"], told["verdict"]) == ("registered", 2, "reduction")
    said = CliRunner().invoke(nnsc, ["evaluate", "run", "planted"], env=environment(settings))
    assert said.output.startswith("planted: reduction")
    assert first.folder.resolve() != first.kept
    assert (first.kept / "result.json").is_file()  # the earlier run stays
    result = json.loads((first.folder / "result.json").read_text())
    assert next(d["state"] for d in result["diagnostics"] if d["code"] == "registered") == "warn"
    page = (first.folder / "index.html").read_text()
    assert "AFTER A RESULT WAS SEEN" in page
    assert "Ana" not in page + json.dumps(result)  # who decided stands in the ledger alone


def test_errors_of_a_run_name_the_file(tmp_path: Path) -> None:
    nothing = world.shootings(0).assign(victims=0)
    settings = world.installation(tmp_path, {SHOOTINGS: nothing})
    with pytest.raises(SpecificationError, match=r"planted\.yml: outcome: .*no ratio exists"):
        judged(settings, SPEC)


def test_decisions_about_evaluations_are_in_the_audit_log(ran: tuple[Settings, Ran]) -> None:
    from governance.audit import lines

    with engine(ran[0]).connect() as connection:
        told = [line["subject"] for line in lines(connection, "decision")]
    assert "planted" in told


def test_both_languages_say_the_same_things() -> None:
    def keys(value: Any) -> Any:
        return {name: keys(inner) for name, inner in value.items()} if isinstance(value, dict) else None

    english, spanish = (evaluation_words(language).texts["evaluation"] for language in ("en", "es"))
    assert keys(english) == keys(spanish)
    assert yaml.safe_dump(english) != yaml.safe_dump(spanish)


def test_a_refused_registration_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(0)}, changed("outcome.column", "nothing"))
    asked = ["evaluate", "register", "planted", "--who", "Ana", "--why", "first"]
    told = CliRunner().invoke(nnsc, asked, env=environment(settings))
    assert isinstance(told.exception, SpecificationError)
    assert "cannot give this series" in str(told.exception)
    assert registrations(settings, "planted") == []
    (kept,) = (settings.published / "publications").glob("*.json")
    kept.unlink()
    untried = CliRunner().invoke(nnsc, asked, env=environment(settings))
    assert (untried.exit_code, "could not be tried" in untried.output) == (0, True), untried.output
