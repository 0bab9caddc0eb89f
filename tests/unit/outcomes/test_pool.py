"""Pools: the mean of what evaluations found, who may enter, what it takes for an answer; from registration to the page."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from cli import nnsc
from feeds.errors import SpecificationError
from outcomes import pooling
from outcomes.pool import pooled
from outcomes.registration import Unregistered, register
from outcomes.specification import load
from reports.evaluation import run_evaluation
from reports.evaluation_words import change, evaluation_words, interval
from reports.evaluations import refresh
from reports.pool import NoResult, load_pool, run_pool
from settings import Settings
from support import evaluation_world as world
from support.browser import chromium, faults
from support.evaluation_world import CITIES, SHOOTINGS, changed
from support.html_tables import tables_of

SITES = [f"us_aa_site{n}" for n in range(3)]
POOL = {"name": "together", "title": {"en": "Three sites", "es": "Tres sitios"},
        "question": {"en": "Were fewer people shot in the three?", "es": "¿Hubo menos baleados en los tres?"},
        "evaluations": SITES, "why": "The same intervention began in all of them, and one outcome counts."}  # fmt: skip


def told(name: str, ratio: float, error: float, reasons: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """What ``result.json`` says of an evaluation, as far as a pool reads it."""
    low, high = (ratio * math.exp(sign * 1.959964 * error) for sign in (-1, 1))
    units = {"treated": [name], "comparison": [f"{name}_other"]}
    outcome = {"mart": "mart_gvi__shootings_by_area_month", "column": "victims"}
    return {"name": name, "title": {"en": name, "es": name}, "digest": name, "extract": {"publication_id": 1},
            "verdict": {"word": "cannot tell" if reasons else "reduction", "reasons": list(reasons)},
            "estimate": {"ratio": ratio, "low": low, "high": high},
            "specification": {"units": units, "outcome": outcome}} | more  # fmt: skip


def states(found: dict[str, Any]) -> dict[str, str]:
    return {check["code"]: check["state"] for check in found["diagnostics"]}


def test_intervals_for_few_sites_and_for_one_more() -> None:
    effect, variance = np.array([-0.6, -0.1, -0.4, 0.1]), np.array([0.02, 0.01, 0.03, 0.02])
    found = pooling.random_effects(effect, variance)
    library = combine_effects(effect, variance, method_re="chi2", use_t=True)
    low, high = library.conf_int(use_t=True)[1]
    few = math.sqrt(library.var_hksj_re)
    t = stats.t(3).ppf(0.975)
    mean = math.log(found.ratio)
    assert found.figures["hartung_low"] == pytest.approx(math.exp(mean - t * few))
    assert found.figures["hartung_high"] == pytest.approx(math.exp(mean + t * few))
    assert library.mean_effect_re == pytest.approx(mean)
    assert low < mean < high
    error = math.log(found.high / found.low) / 2 / stats.norm.ppf(0.975)
    reach = stats.t(2).ppf(0.975) * math.sqrt(found.figures["tau2"] + error**2)
    assert found.figures["predicted_high"] == pytest.approx(math.exp(mean + reach))
    two = pooling.random_effects(effect[:2], variance[:2]).figures
    assert math.isnan(two["predicted_low"])


def test_sites_that_are_small_but_sound_add_up() -> None:
    """Four sites of which none can tell for its interval alone; together they can."""
    sites = [told(f"s{n}", ratio, 0.2, ("interval",)) for n, ratio in enumerate((0.62, 0.7, 0.66, 0.72))]
    found = pooled(sites)
    logs = np.log([0.62, 0.7, 0.66, 0.72])
    assert found["verdict"] == {"word": "reduction", "reasons": []}
    assert found["estimate"]["ratio"] == pytest.approx(math.exp(logs.mean()))
    assert [one["weight"] for one in found["members"]] == pytest.approx([0.25] * 4)
    assert found["estimate"]["high"] == pytest.approx(math.exp(logs.mean() + 1.959964 * 0.1), rel=1e-4)
    assert [row["name"] for row in found["leave_one_out"]] == ["s0", "s1", "s2", "s3"]
    assert found["leave_one_out"][0]["ratio"] == pytest.approx(math.exp(logs[1:].mean()))
    assert states(found) | {"sites": "warn"} == states(found)


def test_what_is_not_sound_does_not_enter() -> None:
    sound = [told(f"s{n}", 0.7, 0.1) for n in range(3)]
    drifts = told("drifts", 0.1, 0.1, ("drift_before", "interval"))
    empty = told("empty", 0.0, 0.1, ("events",)) | {"estimate": {"ratio": 0.0, "low": 0.0, "high": 0.9}}
    endless = told("endless", 1.0, 0.1, ("events",)) | {
        "estimate": {"ratio": "infinite", "low": 2.0, "high": "infinite"}
    }
    found = pooled([*sound, drifts, empty, endless])
    assert [one["why_out"] for one in found["members"]] == [None] * 3 + ["drift_before", "no_interval", "no_interval"]
    assert found["estimate"]["ratio"] == pytest.approx(0.7)
    assert states(found)["left_out"] == "warn"
    nothing = pooled([drifts, sound[0]])
    assert (nothing["verdict"], nothing["estimate"]) == ({"word": "cannot tell", "reasons": ["sites"]}, None)


@pytest.mark.parametrize(
    ("sites", "reason"),
    [
        ([told("a", 0.6, 0.05), told("b", 0.6, 0.05)], "sites"),
        ([told("a", 0.6, 0.05), told("b", 0.6, 0.05), told("a", 0.6, 0.05)], "overlap"),
        ([told("a", 0.4, 0.05), told("b", 0.8, 0.05), told("c", 0.7, 0.05)], "hartung"),
        ([told("a", 0.9, 0.3), told("b", 1.1, 0.3), told("c", 1.0, 0.3)], "interval"),
    ],
)
def test_what_stands_in_the_way_of_an_answer(sites: list[dict[str, Any]], reason: str) -> None:
    found = pooled(sites)
    assert found["verdict"]["word"] == "cannot tell"
    assert reason in found["verdict"]["reasons"]


def test_sites_that_differ_are_told() -> None:
    spread = [told(f"s{n}", ratio, 0.05) for n, ratio in enumerate((0.3, 0.5, 0.5, 0.6, 0.6, 0.7, 0.9, 1.1))]
    found = pooled(spread)
    assert found["verdict"]["word"] == "reduction"
    assert (states(found)["heterogeneity"], states(found)["prediction"]) == ("warn", "warn")
    assert found["pooled"]["predicted_low"] < 1 < found["pooled"]["predicted_high"]


def publish_sites(folder: Path) -> Settings:
    """Three cities in which the same effect was planted, with comparison cities of their own."""
    frames, specs = [], []
    for n, site in enumerate(SITES):
        rows = world.shootings(-0.4, level=60, seed=n)
        names = {city: site if city == CITIES[0] else f"{city}_of_{n}" for city in CITIES}
        frames.append(rows.assign(jurisdiction_id=rows["jurisdiction_id"].map(names)))
        spec = changed(
            "units", {"level": "site", "treated": [site], "comparison": sorted(set(names.values()) - {site})}
        )
        specs.append(spec | {"name": site})
    settings = world.installation(folder, {SHOOTINGS: pd.concat(frames)}, specs[0])
    for spec in specs[1:]:
        world.write_spec(settings, spec)
    (settings.project / "evaluations" / "pools").mkdir()
    (settings.project / "evaluations" / "pools" / "together.yml").write_text(yaml.safe_dump(POOL, allow_unicode=True))
    return settings


@pytest.mark.slow
def test_a_pool_from_registration_to_the_page(tmp_path: Path) -> None:
    settings = publish_sites(tmp_path)
    file = settings.project / "evaluations" / "pools" / "together.yml"
    with pytest.raises(Unregistered, match="nnsc evaluate register together --why"):
        run_pool(settings, "together")
    environment = {f"NNSC_{name.upper()}": str(getattr(settings, name))
                   for name in ("home", "project", "policies", "jurisdictions", "contracts")}  # fmt: skip
    said = CliRunner().invoke(
        nnsc, ["evaluate", "register", "together", "--who", "Ana", "--why", "before"], env=environment
    )
    assert said.exit_code == 0, said.output
    with pytest.raises(NoResult, match=r"us_aa_site0 is not registered.*nnsc evaluate register us_aa_site0"):
        run_pool(settings, "together")
    for site in SITES:
        register(settings, load(settings.project / "evaluations" / f"{site}.yml"), "Ana", "before the run")
    with pytest.raises(NoResult, match="us_aa_site0 was never run"):
        run_pool(settings, "together")
    results = [run_evaluation(settings, site).result for site in SITES]

    told_again = CliRunner().invoke(nnsc, ["evaluate", "pool", "together"], env=environment)
    assert told_again.exit_code == 0, told_again.output
    assert told_again.output.startswith("together: reduction")
    done = run_pool(settings, "together")
    result = json.loads((done.folder / "result.json").read_text())
    logs = np.log([one["estimate"]["ratio"] for one in results])
    assert math.exp(logs.min()) <= result["estimate"]["ratio"] <= math.exp(logs.max())
    assert result["estimate"]["low"] <= 0.6 <= result["estimate"]["high"]
    assert "Oakland" not in json.dumps(result)
    for language, name in (("en", "index.html"), ("es", "index.es.html")):
        words, tables = evaluation_words(language), tables_of(done.folder / name)
        rows = tables[words("evaluation.pool.sites")][1:]
        assert [row[2] for row in rows] == [change(words, one["estimate"]["ratio"]) for one in results]
        assert sum(int(row[5].split("\u00a0")[0].rstrip("%")) for row in rows) in (99, 100, 101)
        text = (done.folder / name).read_text()
        assert (
            interval(words, {"low": result["pooled"]["predicted_low"], "high": result["pooled"]["predicted_high"]})
            in text
        )
        assert "Oakland" in text  # as context, apart from the sites
        assert "Ana" not in text
    with chromium() as browser:
        assert faults(browser, done.folder / "index.es.html", 360) == []

    found = {one.name: one.state for one in refresh(settings)}
    assert found == {**dict.fromkeys(SITES, "unchanged"), "together": "unchanged"}
    assert "together/index.html" in (settings.published / "evaluations" / "index.html").read_text()
    world.write_spec(
        settings, load(settings.project / "evaluations" / f"{SITES[0]}.yml").content | {"harms": [world.HARM]}
    )
    assert {one.name: one.state for one in refresh(settings)}["together"] == "waits"
    file.write_text(yaml.safe_dump(POOL | {"name": "apart"}))
    with pytest.raises(SpecificationError, match="Write name: together"):
        load_pool(settings, file)
    file.write_text(yaml.safe_dump(POOL | {"evaluations": [SITES[0], SITES[0]]}))
    with pytest.raises(SpecificationError, match="named once"):
        load_pool(settings, file)
