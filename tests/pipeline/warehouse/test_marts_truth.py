"""Marts of concentration, footprint and disparity beside the simulator's truth and pandas; a world per seed for all of them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats.contingency import relative_risk

from governance.recipients import Recipient
from ingest.api import drain, fetch
from linkage.run import run
from lists.catalogue import practitioner_lists
from settings import Settings, load_settings
from simulator.api import deliver, simulate
from support import coarrest_truth, covert_truth, dealer_truth, exposure_truth, key_player_truth
from support.candidate_truth import expected, told
from support.dmi_truth import calls_of_the_books, calls_told, events, gi_star, hot_cells, planted_markets, rings
from support.scf_truth import bajio
from support.warehouse_world import PROJECT
from warehouse import api
from warehouse.ages import by_person
from warehouse.dbt_runner import run_dbt
from warehouse.handed import rows_for, tiers_of
from warehouse.kept import publication
from warehouse.marts_page import marts

pytestmark = pytest.mark.slow
CITIES = ("sim_us_oh_millbrook", "sim_us_ca_rivermouth")
FEEDS = [f"{city}/{kind}" for city in CITIES for kind in ("arrest", "shooting")]
FEEDS += ["sim_mx_bajio/probation", "sim_mx_bajio/violations", "sim_us_ca_rivermouth/calls", key_player_truth.FEED]
LISTS = [f"{CITIES[0]}/{kind}" for kind in ("engagement", "enforcement_action")]
LOW_LEVEL = {"trespass", "public_order", "prostitution", "gambling", "traffic"}
TARGETED = {"homicide", "kidnapping", "robbery", "aggravated_assault", "weapons"}
UNKNOWN = {"unmapped", "not_recorded"}
KEYS = ["jurisdiction_id", "stage_code", "year", "group_code"]


@pytest.fixture(scope="module", params=(11, 12))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of two police departments and a probation office: large, so that groups are; taken in, linked, built."""
    folder = tmp_path_factory.mktemp("marts_truth")
    simulate(folder / "world", seed=request.param, people=50_000, months=1)
    settings = declared(folder)
    deliver(folder / "world", settings.buckets, feeds=FEEDS)
    for feed_id in FEEDS:
        fetch(settings, feed_id)
        drain(settings, feed_id)
    api.load(settings)
    run_dbt(settings, ["run", "--full-refresh", "--select", "+person_mention"])  # all that linking reads
    run(settings.model_copy(update={"clock": datetime(2030, 1, 1, tzinfo=UTC)}), full=True)
    # exposure begins with the month after the first departure: prisons of a longer story, whose people nobody links
    simulate(folder / "prisons", seed=request.param, people=2500, months=5)
    deliver(folder / "prisons", settings.buckets, feeds=exposure_truth.FEEDS)
    deliver(folder / "world", settings.buckets, feeds=LISTS)
    for feed_id in (*exposure_truth.FEEDS, *LISTS):
        fetch(settings, feed_id)
        drain(settings, feed_id)
    api.build(settings)
    return folder


def declared(folder: Path) -> Settings:
    """The shipped jurisdictions, with the markets that the simulator planted in this world."""
    shutil.copytree(PROJECT / "jurisdictions", folder / "jurisdictions")
    file = folder / "jurisdictions" / CITIES[1] / "jurisdiction.yml"
    told = yaml.safe_load(file.read_text()) | {"markets": planted_markets(folder)}
    file.write_text(yaml.safe_dump(told))
    return load_settings(home=folder / "home", project=PROJECT, jurisdictions=folder / "jurisdictions")


@pytest.fixture(scope="module")
def settings(world: Path) -> Settings:
    return load_settings(home=world / "home", project=PROJECT, jurisdictions=world / "jurisdictions")


def frame(settings: Settings, sql: str) -> pd.DataFrame:
    found = api.query(settings, sql)
    return pd.DataFrame(found.rows, columns=found.columns)


def truth(world: Path, kind: str) -> pd.DataFrame:
    """Current records of a kind of every feed as they truly are, with the person behind each."""
    told = json.loads((world / "world" / "truth" / "current.json").read_text())
    parts = []
    for feed_id, kinds in told.items():
        if kind in kinds and feed_id in FEEDS:
            rows = pd.DataFrame(kinds[kind]["rows"], columns=kinds[kind]["columns"])
            parts.append(rows.assign(feed_id=feed_id, source_key=rows["key"].map("|".join)))
    people = pd.read_csv(world / "world" / "truth" / "mentions.csv", dtype=str).query("kind == @kind")
    people = people.drop_duplicates(["feed_id", "source_key"])[["feed_id", "source_key", "person_id"]]
    whole = pd.concat(parts).merge(people, "left", ["feed_id", "source_key"])
    return whole.assign(jurisdiction_id=whole["feed_id"].str.partition("/")[0])


def gini(values: Iterable[float]) -> float:
    """Half the mean absolute difference over the mean: another formula than that of the mart."""
    x = np.array(list(values), dtype=float)
    return float(np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean()))


def top_share(values: Iterable[float], percent: float) -> float:
    """Along the Lorenz curve, from the most involved."""
    x = np.sort(np.array(list(values), dtype=float))[::-1]
    return float(np.interp(len(x) * percent / 100, np.arange(len(x) + 1), np.concatenate([[0], x.cumsum()])) / x.sum())


def concentration(settings: Settings, subject: str, denominator: str) -> pd.DataFrame:
    rows = frame(settings, "select * from marts.mart_gvi__concentration where period = 'all'")
    chosen = (rows["subject"] == subject) & (rows["denominator"] == denominator)
    return rows[chosen].set_index("jurisdiction_id")


def agrees(row: Any, counts: list[int]) -> None:
    assert (row.units, row.involvements) == (len(counts), sum(counts))
    assert row.gini == pytest.approx(gini(counts), abs=1e-9)
    assert row.top_1_percent_share == pytest.approx(top_share(counts, 1), abs=1e-9)
    assert row.top_20_percent_share == pytest.approx(top_share(counts, 20), abs=1e-9)
    half = np.sort(counts)[::-1].cumsum()
    assert row.units_holding_half == int((half < half[-1] / 2).sum()) + 1


@cache
def place(jurisdiction_id: str) -> dict[str, Any]:
    """What jurisdiction.yml says."""
    told = yaml.safe_load((PROJECT / "jurisdictions" / jurisdiction_id / "jurisdiction.yml").read_text())
    assert isinstance(told, dict)
    return told


def cell(row: Any) -> str | None:
    """The cell of a true record inside of the bounds of its jurisdiction."""
    if pd.isna(row.latitude):
        return None
    box = place(row.jurisdiction_id)["bounds"]
    within = box["min_latitude"] <= row.latitude <= box["max_latitude"]
    within &= box["min_longitude"] <= row.longitude <= box["max_longitude"]
    # cells nest as in dim_point: the corner of resolution 10 says in which cell of resolution 9 it lies
    corner = h3.latlng_to_cell(row.latitude, row.longitude, 10)
    return str(h3.cell_to_parent(corner, 9)) if within else None


def test_cells_are_as_concentrated_as_they_truly_are(world: Path, settings: Settings) -> None:
    told = pd.concat([truth(world, "shooting_incident"), truth(world, "shooting_victim")])
    told["cell"] = [cell(row) for row in told.itertuples()]
    # of an incident with several places, the first cell by name
    incidents = told.groupby(["jurisdiction_id", "incident_id"])["cell"].min().reset_index()
    others = pd.concat([truth(world, "arrest"), truth(world, "call_for_service")])
    anywhere = pd.concat([told, others.assign(cell=[cell(row) for row in others.itertuples()])])
    involved, everywhere = (concentration(settings, "cell", which) for which in ("involved", "all"))
    for city, own in incidents.dropna(subset="cell").groupby("jurisdiction_id"):
        counts = own.groupby("cell").size().tolist()
        agrees(involved.loc[str(city)], counts)
        known = anywhere[anywhere["jurisdiction_id"] == city]["cell"].nunique()
        units = everywhere.loc[str(city)].units
        assert known <= units <= 1.1 * known + 5  # places that were corrected are known as well
        agrees(everywhere.loc[str(city)], counts + [0] * (units - len(counts)))
    assert sorted(involved.index) == sorted(CITIES)


def test_people_are_as_concentrated_as_memberships_say_and_nearly_as_they_truly_are(
    world: Path, settings: Settings
) -> None:
    named = pd.concat([truth(world, "shooting_victim"), truth(world, "shooting_suspect")])
    linked = frame(settings, "select mention_key, grade, person_key from core.person_membership where known_to is null")
    facts = frame(settings, "select jurisdiction_id, incident_key, mention_key from core.fct_shooting_victim union all "
                            "select jurisdiction_id, incident_key, mention_key from core.fct_shooting_suspect")  # fmt: skip
    compared = 0
    for grade in ("action", "linked"):
        held = facts.merge(linked[linked["grade"] == grade], "left", "mention_key")
        rows = concentration(settings, f"person_{grade}", "involved")
        for city, own in held.groupby("jurisdiction_id"):
            known = own.dropna(subset="person_key")
            if known.empty:
                assert city not in rows.index
                continue
            agrees(rows.loc[str(city)], known.groupby("person_key")["incident_key"].nunique().tolist())
            assert rows.loc[str(city)].involvements_of_unknown == own["person_key"].isna().sum()
            compared += 1
    assert compared >= 2
    # against the truth: nobody is merged at the action grade, so there are at least as many people as there truly are
    rows, action = (concentration(settings, f"person_{grade}", "involved") for grade in ("linked", "action"))
    city = "sim_us_oh_millbrook"
    true = named[named["jurisdiction_id"] == city].dropna(subset="person_id").groupby("person_id")
    people = true["incident_id"].nunique()
    assert action.loc[city].units >= 0.97 * len(people)
    assert rows.loc[city].units == pytest.approx(len(people), rel=0.15)
    assert rows.loc[city].gini == pytest.approx(gini(people), abs=0.1)


def enforcement(settings: Settings) -> pd.DataFrame:
    """Arrests with their class, from the facts."""
    arrests = frame(settings, "select jurisdiction_id, arrest_key, arrested_on, area_id, arrestee_race_code, "
                              "arrestee_ethnicity_code from core.fct_arrest")  # fmt: skip
    charges = frame(settings, "select jurisdiction_id, arrest_key, offense_group_code from core.fct_arrest_charge")
    groups = charges.groupby(["jurisdiction_id", "arrest_key"])["offense_group_code"].agg(set)
    arrests = arrests.merge(groups.rename("groups").reset_index(), "left", ["jurisdiction_id", "arrest_key"])
    arrests["class"] = [classed(g) if isinstance(g, set) else "not_classified" for g in arrests["groups"]]
    return arrests


def classed(groups: set[str]) -> str:
    if groups & TARGETED:
        return "targeted"
    if groups - LOW_LEVEL - UNKNOWN:
        return "other"
    return "not_classified" if groups & UNKNOWN else "low_level"


def test_the_footprint_has_every_arrest_where_and_when_it_was(world: Path, settings: Settings) -> None:
    arrests = truth(world, "arrest")
    arrests["month"] = pd.to_datetime(arrests["arrested_on"]).dt.to_period("M")
    arrests["area_id"] = arrests["area_id"].fillna("not recorded")
    found = frame(settings, "select * from marts.mart_legitimacy__enforcement_footprint")
    found["month"] = pd.to_datetime(found["month"]).dt.to_period("M")
    told = found[found["level"] == "area"].set_index(["jurisdiction_id", "area_id", "month"])["arrests"]
    true = arrests.groupby(["jurisdiction_id", "area_id", "month"]).size()
    assert told[told > 0].sort_index().to_dict() == true.to_dict()
    whole = found[found["level"] == "jurisdiction"]
    assert whole["arrests"].sum() == len(arrests)
    classes = enforcement(settings).groupby(["jurisdiction_id", "class"]).size()
    for city, own in whole.groupby("jurisdiction_id"):
        names = ("targeted", "low_level", "other", "not_classified")
        assert {n: own[f"{n}_arrests"].sum() for n in names} == {n: classes.get((city, n), 0) for n in names}
        people = place(str(city))["population"][0]["people"]
        rated = own.dropna(subset="arrests_per_1000_monthly")
        expected = rated["arrests"] * 1000 / people
        assert rated["arrests_per_1000_monthly"].tolist() == pytest.approx(expected.tolist())
        assert (own["days_known"] == own["days_in_month"]).tolist() == own["arrests_per_1000_monthly"].notna().tolist()


def test_notices_and_actions_are_those_of_the_lists(world: Path, settings: Settings) -> None:
    told = json.loads((world / "world" / "truth" / "current.json").read_text())
    contacts, actions = (
        pd.DataFrame(told[feed][kind]["rows"], columns=told[feed][kind]["columns"])
        for feed, kind in zip(LISTS, ("engagement", "enforcement_action"), strict=True)
    )
    reached = contacts[contacts["outcome"] == "Reached"]
    assert set(reached["engagement_type"]) <= {"Call-in", "Custom notification"}
    found = frame(
        settings, "select * from marts.mart_legitimacy__enforcement_footprint where month = date '2025-01-01'"
    )
    found["place"] = found["jurisdiction_id"] + "/" + found["area_id"].fillna("")
    found = found.set_index("place")
    whole = found.loc[f"{CITIES[0]}/"]
    assert (whole["notices"], whole["enforcement_actions"]) == (len(reached), len(actions))
    assert whole["notices_per_enforcement_action"] == pytest.approx(len(reached) / len(actions))
    areas = found[(found["level"] == "area") & (found["jurisdiction_id"] == CITIES[0])]
    here = actions["area_id"].fillna("not recorded").value_counts()
    expected = [here.get(area, 0) for area in areas["area_id"]]
    assert areas["enforcement_actions"].tolist() == expected
    assert min(len(reached), len(actions)) > 5
    silent = found[found["jurisdiction_id"] == CITIES[1]]
    assert silent[["notices", "enforcement_actions", "notices_per_enforcement_action"]].isna().all(axis=None)


def cases(settings: Settings) -> pd.DataFrame:
    """Who reached each stage, and with what outcome."""
    arrests = enforcement(settings).query("`class` != 'not_classified'")
    terms = frame(settings, "select jurisdiction_id, probation_term_key, started_on, client_race_code, "
                            "client_ethnicity_code from core.fct_probation_term")  # fmt: skip
    violations = frame(settings, "select jurisdiction_id, probation_term_key, violated_on, response_code "
                                 "from core.fct_probation_violation")  # fmt: skip
    terms["group_code"] = [group(r, e) for r, e in zip(terms["client_race_code"], terms["client_ethnicity_code"])]
    answered = violations.merge(terms, on=["jurisdiction_id", "probation_term_key"])
    answered = answered[answered["response_code"].notna() & (answered["response_code"] != "unknown")]
    terms = terms[terms["jurisdiction_id"].isin(violations["jurisdiction_id"])]
    parts = [
        arrests.assign(
            stage_code="low_level_of_arrests", day=arrests["arrested_on"], outcome=arrests["class"] == "low_level",
            group_code=[group(r, e) for r, e in zip(arrests["arrestee_race_code"], arrests["arrestee_ethnicity_code"])],
        ),
        terms.assign(
            stage_code="violation_of_terms", day=terms["started_on"],
            outcome=terms["probation_term_key"].isin(violations["probation_term_key"]),
        ),
        answered.assign(
            stage_code="custody_of_violations", day=answered["violated_on"],
            outcome=answered["response_code"].isin(["custody", "revocation"]),
        ),
    ]  # fmt: skip
    whole = pd.concat(part[["jurisdiction_id", "stage_code", "day", "group_code", "outcome"]] for part in parts)
    return whole.assign(year=pd.to_datetime(whole["day"]).dt.year)


def group(race: str | None, ethnicity: str | None) -> str:
    if ethnicity == "hispanic" or (isinstance(race, str) and "hispanic" in race):
        return "hispanic"
    return "not_recorded" if not isinstance(race, str) or race == "unknown" else race


def test_relative_rates_are_those_of_scipy_and_small_numbers_are_not_shown(settings: Settings) -> None:
    counted = cases(settings).groupby(KEYS)["outcome"].agg(["size", "sum"])
    found = frame(settings, "select * from marts.mart_legitimacy__disparity").set_index(KEYS)
    assert found.index.sort_values().tolist() == counted.index.sort_values().tolist()
    for key, row in found.iterrows():
        size, outcomes = counted.loc[key]
        small = any(1 <= n <= 10 for n in (size, outcomes, size - outcomes))
        assert not small or pd.isna(row["base"]), key
        if pd.isna(row["base"]):
            assert pd.isna(row[["outcomes", "share", "relative_rate", "gap"]]).all()
            assert row["note"]
            continue
        assert (row["base"], row["outcomes"]) == (size, outcomes)
        if pd.notna(row["low_relative_rate"]):
            reference = counted.loc[(*key[:3], "white")]  # type: ignore[index]
            told = relative_risk(int(outcomes), int(size), int(reference["sum"]), int(reference["size"]))
            interval = told.confidence_interval(0.95)
            assert row["relative_rate"] == pytest.approx(told.relative_risk)
            assert row["low_relative_rate"] == pytest.approx(interval.low)
            assert row["high_relative_rate"] == pytest.approx(interval.high)
            assert row["gap"] == pytest.approx(outcomes / size - reference["sum"] / reference["size"])
    for key, own in found.groupby(level=["jurisdiction_id", "stage_code", "year"]):
        hidden = own["base"].isna()
        if not hidden.any() or hidden.all():
            continue
        assert hidden.sum() >= 2, f"one hidden group alone follows from a total: {key}"
        together = counted.loc[own.index[hidden]].sum()
        left = (together["size"], together["sum"], together["size"] - together["sum"])
        assert not any(1 <= n <= 10 for n in left), f"a total less the others is small: {key}, {left}"
    shown = found[
        "base"
    ].notna()  # a month has few; limits that are always there: tests/unit/warehouse/test_statistics.py
    assert min(shown.sum(), (~shown).sum()) >= 3


def test_answers_to_violations_are_those_of_the_office(world: Path, settings: Settings) -> None:
    true = bajio(world / "world")
    found = frame(settings, "select * from marts.mart_scf__response")
    assert set(found["jurisdiction_id"]) == {"sim_mx_bajio"}, "an office without violations answers none"
    found["month"] = pd.to_datetime(found["month"]).dt.to_period("M").astype(str)
    found = found.set_index(["violation_class_code", "month"]).sort_index()
    told = found[true.columns].astype(float).fillna({c: 0 for c in true.columns if c != "median_days_to_response"})
    pd.testing.assert_frame_equal(told, true.sort_index().astype(float), check_names=False)
    assert (found["response_not_told"] == 0).all()
    assert (found["detected"].sum(), found["responded"].sum()) > (30, 20)


def test_reasons_are_those_of_the_records(settings: Settings) -> None:
    """Hundreds of people shot or suspected; arrests list nobody, and nobody who was shot dead is listed."""
    rows = told(settings)
    assert rows == expected(settings)
    routes = Counter(row[-1] for row in rows)
    assert min(routes["candidate"], routes["service_only"]) > 50
    listed = {row[1] for row in rows if row[4] != "arrest"}
    assert {row[1] for row in rows} == listed, "an arrest alone lists somebody"


@pytest.mark.parametrize(("mart", "grade"), [("edge", "action"), ("edge_linked", "linked")])
def test_ties_are_those_of_people_arrested_together(world: Path, settings: Settings, mart: str, grade: str) -> None:
    """Beside slow reading of the books with the warehouse's links, and beside the ties that there truly are."""
    feeds = [feed for feed in FEEDS if feed.endswith("/arrest")]
    found = coarrest_truth.told(settings, f"mart_gvi__coarrest_{mart}")
    slow = coarrest_truth.expected(settings, world / "world", feeds, grade)
    assert found.keys() == slow.keys()
    for key, (*told_of_it, weight) in slow.items():
        assert found[key][:-1] == tuple(told_of_it), key
        assert found[key][-1] == pytest.approx(weight, abs=1e-5), key
    days = {key[0]: row[0] for key, row in slow.items()}
    true = coarrest_truth.ties(
        coarrest_truth.arrests(world / "world", feeds), coarrest_truth.true_people(world / "world"), days
    )
    assert len(true) > 250
    assert len(found) == pytest.approx(len(true), rel=0.15)


def test_calls_are_those_of_the_dispatch_center(world: Path, settings: Settings) -> None:
    """Each with its kind, end, point and the incident that it was about, and without number and address."""
    told_calls = calls_told(settings)
    assert told_calls == calls_of_the_books(world)
    assert told_calls.total() > 800
    columns = set(frame(settings, "select * from core.fct_call_for_service_history limit 1").columns)
    assert not columns & {"call_id", "incident_id", "location_text", "source_key"}
    shootings = truth(world, "shooting_victim").query("jurisdiction_id == @CITIES[1]")["incident_id"]
    heard = truth(world, "call_for_service")["incident_id"].isin(set(shootings)).sum()
    both = (
        "select count(*) from core.fct_call_for_service join (select distinct jurisdiction_id, incident_key from "
        "core.fct_shooting_victim) using (jurisdiction_id, incident_key)"
    )
    assert frame(settings, both).iloc[0, 0] == heard > 20


def test_market_cells_hold_every_call_arrest_and_shooting(world: Path, settings: Settings) -> None:
    true = events(world).query("measure != 'other_calls'").fillna({"cell": "not recorded"})
    expected_counts = true.groupby(["cell", "measure"]).size().unstack(fill_value=0)
    found = frame(settings, "select * from marts.mart_dmi__market_cell").set_index("h3_9")
    assert set(found["month"].astype(str)) == {"2025-01-01"}
    assert set(found["jurisdiction_id"]) == {CITIES[1]}, "a city without calls has no market"
    pd.testing.assert_frame_equal(
        found[expected_counts.columns].sort_index(), expected_counts, check_names=False, check_dtype=False
    )
    assert (expected_counts.sum() > 30).all()
    active = found["drug_call_months"].drop("not recorded", errors="ignore")
    assert (active == (found.loc[active.index, "drug_calls"] > 0)).all()


def test_hot_cells_are_those_of_esda_and_statsmodels_and_hold_the_planted_markets(
    world: Path, settings: Settings
) -> None:
    true = events(world).dropna(subset="cell")
    cells = sorted(set(true["cell"]))
    found = frame(settings, "select * from marts.mart_dmi__hot_cell")
    for measure, own in found.groupby("measure_code"):
        counts = true[true["measure"] == measure].groupby("cell").size().reindex(cells, fill_value=0)
        expected_values = gi_star(counts)
        told_values = own.set_index("h3_9").sort_index()
        assert list(told_values.index) == cells
        assert list(told_values["events"]) == list(counts)
        for column in expected_values:
            np.testing.assert_allclose(told_values[column].astype(float), expected_values[column], rtol=0, atol=1e-9)
        assert list(told_values["is_hot"]) == list(expected_values["q_value"] <= 0.05)
    hot = set(found.query("measure_code == 'drug_calls' and is_hot")["h3_9"])
    markets = json.loads((world / "world" / "truth" / "calls.json").read_text())["markets"]
    whole = [market for market in markets if market["since"] == "2025-01-01" and market["until"] == "2025-02-01"]
    assert len(whole) == 2
    for market in whole:
        middle = h3.cell_to_parent(h3.latlng_to_cell(market["latitude"], market["longitude"], 10), 9)
        assert hot & set(h3.grid_disk(middle, 1)), market
    assert len(hot) < len(cells) / 4


def test_planted_markets_hold_what_happened_in_them_around_them_and_elsewhere(world: Path, settings: Settings) -> None:
    true = events(world).dropna(subset="cell")
    found = frame(settings, "select * from marts.mart_dmi__market_month")
    assert set(zip(found["month"].astype(str), found["phase_code"])) == {("2025-01-01", "notified")}
    hot, told_rings = hot_cells(true), rings(world, set(true["cell"]))
    assert len(found) == len(told_rings) == 12  # four markets, each with its ring and the rest of the city
    for row in found.to_dict("records"):
        cells = told_rings[row["market_id"], row["ring_code"]]
        counts = true[true["cell"].isin(cells)].groupby("measure").size()
        for measure in (
            "drug_calls",
            "officer_drug_events",
            "disorder_calls",
            "violence_calls",
            "drug_arrests",
            "shootings",
        ):
            assert row[measure] == counts.get(measure, 0), (row["market_id"], row["ring_code"], measure)
        assert row["cells"] == len(cells & set(true["cell"]))
        if row["ring_code"] != "comparison":
            assert row["hot_months"] == bool(cells & hot), row["market_id"]
    # residents call where drugs are sold, and the market that lasts is hot
    per_cell = found.assign(rate=found["drug_calls"] / found["cells"]).groupby("ring_code")["rate"].sum()
    assert per_cell["market"] > 3 * per_cell["ring"] > 3 * per_cell["comparison"]
    assert found.query("ring_code == 'market' and market_id in ('market_1', 'market_2')")["hot_months"].tolist() == [
        1,
        1,
    ]


def test_key_players_are_those_of_the_findings(world: Path, settings: Settings) -> None:
    """Assailants by finding and class; nobody for being hurt, and nobody of what was found not to have happened."""
    found = key_player_truth.told_reasons(settings)
    true = key_player_truth.expected(world, truth(world, "prison_incident"), truth(world, "prison_incident_person"))
    unnamed = key_player_truth.nobody(settings)
    assert found == Counter({reason: n for reason, n in true.items() if reason[0] not in unnamed})
    strengths = frame(settings, "select strength, finding_code, count(*) from marts.mart_pvi__key_player group by all")
    assert set(zip(strengths["strength"], strengths["finding_code"], strict=True)) == {
        ("recorded", "guilty"),
        ("weak", "pending"),
    }
    (example,) = (mart.example for mart in marts(PROJECT) if mart.name == "mart_pvi__key_player")
    assert len(frame(settings, example))


def test_dealers_are_those_arrested_for_selling_in_a_market(world: Path, settings: Settings) -> None:
    """Each by the records of the books; having drugs and being shot list nobody, and every tier is told by its records."""
    arrests = [feed for feed in FEEDS if feed.endswith("/arrest")]
    found = dealer_truth.told(settings)
    assert found == dealer_truth.expected(settings, world, arrests)
    tiers = Counter(tier for _, tier in {(row[1], row[4]) for row in found})
    assert min(tiers["violent"], tiers["nonviolent"]) > 3
    strengths = frame(
        settings, "select distinct strength, tier_stands_on, disposition_code from marts.mart_dmi__dealer_tier"
    )
    assert strengths.to_numpy().tolist() == [["weak", "weak", "not_recorded"]], "Rivermouth tells no ends of charges"


def test_the_list_of_dealers_is_what_its_recipient_may_have(settings: Settings) -> None:
    """Every column that it shows is there and of its tier, and nobody is on it who was a minor by a birth date alone."""
    told_of_it, kept = practitioner_lists(settings)["dealers"], publication(settings)
    table = f"marts.{told_of_it.mart}"
    assert max(tiers_of(kept, table, told_of_it.read).values()) <= told_of_it.tier
    site = Recipient(tier="T3", jurisdictions=[CITIES[1]], purpose="Working group of the site")
    handed = rows_for(
        settings, kept, "site", site, CITIES[1], table, told_of_it.read, told_of_it.rows, told_of_it.person
    )
    minors = by_person(settings).minors
    every = frame(settings, f"select person_key from {table}")["person_key"]
    assert len(handed) == (~every.isin(minors)).sum() > 0
    assert all(row["holds_until"] > row["known_on"] for row in handed)
    (example,) = (mart.example for mart in marts(PROJECT) if mart.name == told_of_it.mart)
    assert len(frame(settings, example)) == len(every)


def test_covert_networks_are_the_connected_parts_of_the_books(world: Path, settings: Settings) -> None:
    """As igraph has them; the row is of nobody."""
    arrests = [feed for feed in FEEDS if feed.endswith("/arrest")]
    true = covert_truth.expected(settings, world, arrests)
    assert true.total() >= 1
    assert covert_truth.told(settings, "12_months") == covert_truth.told(settings, "36_months") == true
    columns = frame(settings, "select * from marts.mart_dmi__covert_market limit 0").columns
    assert not [name for name in columns if name.endswith("_key")]
    (example,) = (mart.example for mart in marts(PROJECT) if mart.name == "mart_dmi__covert_market")
    assert len(frame(settings, example)) == true.total()


def spent(settings: Settings, mart: str, columns: str) -> pd.DataFrame:
    """A mart of prison violence by place and month, for the department that logs movements."""
    rows = frame(settings, f"select level, facility_id, unit_id, month, {columns} from marts.{mart} "
                           f"where jurisdiction_id = '{exposure_truth.DEPARTMENT}'")  # fmt: skip
    rows["month"] = pd.to_datetime(rows["month"]).dt.date
    return rows.set_index(exposure_truth.KEYS)


@pytest.fixture(scope="module")
def exposure(world: Path) -> pd.DataFrame:
    """Time spent by level, place and month as pandas adds up the movements that are current."""
    truth = world / "prisons" / "truth"
    known_on = exposure_truth.known_until(truth)
    return exposure_truth.exposure(exposure_truth.stretches_of_movements(truth, known_on), known_on)


def test_time_in_restrictive_housing_is_that_of_the_books(
    world: Path, settings: Settings, exposure: pd.DataFrame
) -> None:
    """To the minute beside the records, and beside what happened as far as the records are whole."""
    found = spent(settings, "mart_pvi__restrictive_housing", ", ".join(["based_on", *exposure_truth.SPENT]))
    assert set(found["based_on"]) == {"movements"}
    told = found[exposure_truth.SPENT].astype(float).sort_index()
    pd.testing.assert_frame_equal(told, exposure, check_dtype=False, check_names=False)
    assert told.loc["system", "restrictive_person_days"].sum() > 500
    assert told.loc["unit", "restrictive_person_days"].isna().any(), "no month in doubt"
    # the same sums over times in custody that lack no record are those of the stays that truly were
    truth = world / "prisons" / "truth"
    known_on, complete = exposure_truth.known_until(truth), exposure_truth.whole(truth)
    recorded, happened = (
        exposure_truth.exposure(rows[rows["person"].isin(complete)], known_on)
        for rows in (
            exposure_truth.stretches_of_movements(truth, known_on),
            exposure_truth.stretches_of_stays(truth, known_on),
        )
    )
    pd.testing.assert_frame_equal(recorded, happened)
    everybody = exposure_truth.exposure(exposure_truth.stretches_of_stays(truth, known_on), known_on)
    true, ours = (rows.loc["system", ["person_days", "restrictive_person_days"]].sum() for rows in (everybody, told))
    # a release that waits in quarantine lengthens a stay; a placement that waits is not seen, nor is the way out of one
    assert 1 <= ours["person_days"] / true["person_days"] < 1.15
    assert 0.75 < ours["restrictive_person_days"] / true["restrictive_person_days"] < 1.25


def test_rates_are_beside_the_time_that_people_truly_spent_there(settings: Settings, exposure: pd.DataFrame) -> None:
    columns = "class_code, movement_basis, movement_days_known, person_days_by_movement, movement_to_census, adp"
    found = spent(settings, "mart_pvi__rate", columns).join(exposure, how="left")
    inside = found[found["days_known"].notna()]
    assert (inside["movement_basis"] == "movements").all()
    for ours, theirs in (("movement_days_known", "days_known"), ("person_days_by_movement", "person_days")):
        np.testing.assert_allclose(inside[ours].astype(float), inside[theirs])
        assert found[ours].notna().eq(found[theirs].notna()).all()
    counted = inside.dropna(subset="movement_to_census")
    ratio = counted["person_days"] / counted["days_known"] / counted["adp"].astype(float)
    np.testing.assert_allclose(counted["movement_to_census"].astype(float), ratio)
    assert len(counted) > 20
    columns = "class_code, measure, events, adjusted_by, adjusted_person_days, adjusted_per_100_person_years"
    timed = spent(settings, "mart_pvi__person_time", columns).query("adjusted_by == 'movements'")
    timed = timed.query("measure == 'incidents'").join(exposure)
    # the incidents speak of every day of these months
    np.testing.assert_allclose(timed["adjusted_person_days"].astype(float), timed["person_days"])
    rate = timed["events"].astype(float) * 36525 / timed["person_days"]
    np.testing.assert_allclose(timed["adjusted_per_100_person_years"].astype(float), rate)
    assert len(timed) > 20
