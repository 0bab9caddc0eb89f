"""Numbers that SQL takes from seeds: exact Poisson limits beside scipy and print, classes of enforcement complete."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import duckdb
import jinja2
import pytest
import yaml
from scipy.stats import chi2, norm, poisson, t
from scipy.stats.contingency import relative_risk

PROJECT = Path(__file__).resolve().parents[3]
SEEDS = PROJECT / "dbt" / "seeds"
LARGEST = 300
TAILS = {"95": 0.025, "3_sigma": norm.sf(3)}


def seed(name: str) -> list[dict[str, str]]:
    with next(SEEDS.rglob(f"{name}.csv")).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def script(name: str = "poisson_limits") -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, PROJECT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_seed_is_what_the_script_writes() -> None:
    assert seed("exact_poisson_limit") == script().rows(LARGEST)


def test_the_limits_are_exact() -> None:
    """By the definition: at a limit, so many events or more (or fewer) have exactly the probability of the tail."""
    for row in seed("exact_poisson_limit"):
        events = int(row["events"])
        for name, tail in TAILS.items():
            low, high = float(row[f"low_{name}"]), float(row[f"high_{name}"])
            assert poisson.cdf(events, high) == pytest.approx(tail, rel=1e-5), row
            assert (poisson.sf(events - 1, low) == pytest.approx(tail, rel=1e-4)) if events else low == 0, row


def test_the_limits_are_those_in_print() -> None:
    rows = {int(row["events"]): (float(row["low_95"]), float(row["high_95"])) for row in seed("exact_poisson_limit")}
    published = {0: (0, 3.689), 5: (1.623, 11.668), 10: (4.795, 18.390)}  # Garwood 1936
    for events, limits in published.items():
        assert rows[events] == pytest.approx(limits, abs=6e-4)


def test_beyond_the_seed_the_approximation_is_as_good_as_exact() -> None:
    """The macro's SQL, evaluated; the largest error is at the seed's edge."""
    source = (PROJECT / "dbt" / "macros" / "poisson.sql").read_text().split("{#- Joins")[0]
    counts = [*range(LARGEST + 1, LARGEST + 50), 1000, 50_000]
    for width, tail in TAILS.items():
        for side in ("low", "high"):
            call = "{{ poisson_limit('" + side + "', '" + width + "', 'given.n') }}"
            expression = jinja2.Environment().from_string(source + call).render().strip()
            with duckdb.connect() as db:
                found = db.execute(
                    f"select given.n, {expression} from (select unnest(?) as n) as given "
                    f"left join (select -1 as events, 0.0 as {side}_{width}) as limits on limits.events = given.n",
                    [counts],
                ).fetchall()
            assert len(found) == len(counts)
            for n, value in found:
                exact = chi2.ppf(tail, 2 * n) / 2 if side == "low" else chi2.isf(tail, 2 * n + 2) / 2
                assert value == pytest.approx(exact, rel=4e-5), (n, side, width)


def test_quantiles_of_t_are_exact_and_those_in_print() -> None:
    rows = seed("student_t_quantile")
    assert rows == script("t_quantiles").rows(LARGEST)
    found = {int(row["degrees_of_freedom"]): float(row["upper_2_5_percent"]) for row in rows}
    assert list(found) == list(range(1, LARGEST + 1))
    for freedom, quantile in found.items():
        assert t.sf(quantile, freedom) == pytest.approx(0.025, rel=1e-7), freedom
    for freedom, printed in {1: 12.706, 10: 2.228, 30: 2.042, 120: 1.980}.items():
        assert found[freedom] == pytest.approx(printed, abs=5.1e-4)


def test_beyond_the_seed_the_expansion_of_t_is_as_good_as_exact() -> None:
    source = (PROJECT / "dbt" / "macros" / "student_t.sql").read_text().split("{#- Joins")[0]
    expression = jinja2.Environment().from_string(source + "{{ t_quantile('given.n') }}").render().strip()
    counts = [*range(LARGEST + 1, LARGEST + 50), 1000, 50_000]
    with duckdb.connect() as db:
        found = db.execute(
            f"select given.n, {expression} from (select unnest(?) as n) as given "
            "left join (select -1 as degrees_of_freedom, 0.0 as upper_2_5_percent) as quantiles "
            "on quantiles.degrees_of_freedom = given.n",
            [counts],
        ).fetchall()
    assert len(found) == len(counts)
    for n, value in found:
        assert value == pytest.approx(t.isf(0.025, n), rel=2e-5), n


def test_every_offense_group_that_says_something_has_a_class_of_enforcement() -> None:
    told = {row["offense_group_code"] for row in seed("offense_group")} - {"unmapped", "not_recorded"}
    assert {row["offense_group_code"] for row in seed("enforcement_class")} == told


def test_limits_of_relative_rates_that_the_model_is_asked_for_are_scipys() -> None:
    """What dbt's unit test expects of mart_legitimacy__disparity, from the numbers that it gives."""
    file = PROJECT / "dbt" / "models" / "marts" / "legitimacy" / "mart_legitimacy__disparity.yml"
    asked = yaml.safe_load(file.read_text(encoding="utf-8"))["unit_tests"][0]
    given = {(r["jurisdiction_id"], r["year"], r["group_code"]): r for r in asked["given"][0]["rows"]}
    limited = [row for row in asked["expect"]["rows"] if row["low_relative_rate"] not in (None, row["relative_rate"])]
    assert limited
    for row in limited:
        own, white = (given[row["jurisdiction_id"], row["year"], group] for group in (row["group_code"], "white"))
        told = relative_risk(own["outcomes"], own["base"], white["outcomes"], white["base"])
        interval = told.confidence_interval(0.95)
        expected = (told.relative_risk, interval.low, interval.high)
        assert (row["relative_rate"], row["low_relative_rate"], row["high_relative_rate"]) == pytest.approx(expected)
