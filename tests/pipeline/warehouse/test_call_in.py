"""The plan of a call-in from records to the file: who is in it, who never is, and that two people decide; and beside it the
shooting review, custom notifications and exposure of the same site."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from governance.errors import WrongDecision
from lists.content import content
from settings import Settings
from support import candidate_truth, review_truth
from support.audit import logged
from support.call_in_world import PLACE, TERMS, Site, made
from support.warehouse_world import PROJECT
from targeting.callin import plan
from warehouse import api
from warehouse.errors import QueryError
from warehouse.marts_page import marts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("call_in") / "home")


@pytest.fixture
def settings(site: Site, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """For slow reading: this world's change sets were written by hand and are not in the ledger."""
    monkeypatch.setattr(candidate_truth, "active_change_sets", lambda _: site.world.active)
    return site.world.settings


def test_the_fewest_reach_everybody_who_has_a_reason(site: Site) -> None:
    found = plan(site.world.settings, PLACE, 5)
    amos, bela = (next(one for one in found.called if one.person_key == site.keys[name]) for name in ("Amos", "Bela"))
    assert len(found.called) == 2
    assert set(amos.people) == {site.keys["Cyril"], site.keys["Dora"]}, "Zeno has no reason and Milo is a minor"
    assert (amos.groups, amos.disputes, bela.groups) == (("kg1",), ("kg1 : kg2",), ("kg2",))
    assert (amos.supervised_by, amos.expires_on) == ((TERMS,), date(2024, 2, 29))
    assert {reason.says[:9] for reason in amos.reasons} == {"Suspected", "Is, or wa"}
    assert (found.people, found.supervised, found.cover.method, found.cover.at_least) == (5, 3, "exact", 2)
    assert found.aside == {"younger than 18 in a record": 1, "of an age that nobody recorded": 1}
    assert {(p.kind, p.name) for p in found.cover.unreachable} == {("group", "kg3"), ("person", site.keys["Edda"])}
    # whoever is supervised where all are adults is no doubt any more, a minor is one all the same
    more = plan(site.world.settings, PLACE, 5, adult_feeds=[TERMS])
    assert (more.people, more.aside["younger than 18 in a record"]) == (6, 1)
    assert len(more.called) == 3


def test_with_too_small_a_capacity_it_says_what_is_left_out(site: Site) -> None:
    found = plan(site.world.settings, PLACE, 1)
    assert [one.person_key for one in found.called] == [site.keys["Amos"]]
    left_out = {(part.kind, part.name) for part in found.cover.left_out}
    assert left_out == {("dispute", "kg2"), ("group", "kg2"), ("person", site.keys["Bela"])}
    said = site.call_in("--capacity", "1").output
    assert "A capacity of 1 is too small: 1 sides of disputes, 1 groups, 1 people stay unreached" in said
    assert "2 are the fewest who reach it all" in said
    assert "Never for a stop" in said


def test_two_people_decide_that_the_plan_is_written(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    asked = ("--capacity", "2", "--out", str(file), "--why", "call-in of February")
    assert isinstance(site.call_in(*asked[:4], "--who", "Ana Ruiz").exception, WrongDecision), "it takes a reason"
    assert isinstance(site.call_in(*asked, "--who", "Anonymous").exception, WrongDecision), "and somebody"
    assert "waits" not in site.call_in("--capacity", "2").output
    assert "second, different person" in site.call_in(*asked, "--who", "Ana Ruiz").output
    other = ("--capacity", "1", *asked[2:])
    assert "second, different person" in site.call_in(*other, "--who", "Ben Okoye").output, "of another plan"
    assert not file.exists()
    assert f"Written: {file}" in site.call_in(*asked, "--who", "Ben Okoye").output
    assert file.stat().st_mode & 0o777 == 0o600
    (line,) = logged(site.world.settings, "export")
    assert line["detail"]["digest"] == sha256(file.read_bytes()).hexdigest()
    with file.open(newline="", encoding="utf-8") as text:
        told = list(csv.DictReader(text))
    invited = [row for row in told if row["row"] == "invite"]
    assert {row["key"] for row in invited} == {site.keys["Amos"], site.keys["Bela"]}
    assert all(row["who_may_use"] and row["for_what"] and row["never_for"] and row["expires_on"] for row in told)
    assert {row["key"] for row in told if row["row"] == "not reached"} == {"kg3", site.keys["Edda"]}
    never = {site.keys["Milo"], site.keys["Ulla"], site.keys["Zeno"]}
    assert not [key for key in never if key in file.read_text()]
    read = {name for line in logged(site.world.settings, "read") for name in line["detail"]["columns"]}
    assert "marts.mart_gvi__candidate_reasons.person_key" in read


def test_what_cannot_be_planned_says_why(site: Site) -> None:
    with pytest.raises(QueryError, match="no candidates"):
        plan(site.world.settings, "us_bb_second", 5)
    with pytest.raises(QueryError, match="no window"):
        plan(site.world.settings, PLACE, 5, window="for ever' or true --")


def test_the_shooting_review_says_what_the_records_say_and_what_nobody_knows(settings: Settings) -> None:
    told = review_truth.told(settings)
    assert told == review_truth.expected(settings)
    assert {key[1:] for key in told} == {
        ("s1", "victim", "vs1"), ("s1", "suspect", "us1"), ("s2", "victim", "vs2"), ("s2", "suspect", ""),
        ("s3", "victim", "vs3"), ("s3", "suspect", ""),
    }  # fmt: skip
    rows = {
        row[0]: row[1:]
        for row in api.query(
            settings,
            "select incident_key || role, within_7, within_14, route, supervision_type_code, open_disputes, neighbours_shot, "
            "unknowns from marts.mart_gvi__shooting_review",
        ).rows
    }
    # Vera was hurt; nothing is looked up of her but help
    assert rows["s1victim"][:6] == (False, False, "service_only", None, None, None)
    assert rows["s1suspect"][:6] == (False, False, "candidate", "probation", 1, 0)
    assert rows["s2victim"][:6] == (False, True, "candidate", None, 1, 0)
    assert rows["s2suspect"] == (False, True, "none", None, None, None,
                                 "who shot (nobody is named); whether groups are involved (not reviewed)")  # fmt: skip
    assert rows["s3suspect"][0] is True


def test_a_notification_waits_while_somebody_was_spoken_to(site: Site, settings: Settings) -> None:
    notified = review_truth.notified(settings)
    assert notified == review_truth.notifications(settings)
    people = {row[1] for row in notified}
    assert people >= {site.keys[name] for name in ("Amos", "Bela", "Cyril", "Dora")}
    assert not people & {site.keys["Edda"], site.keys["Zeno"]}, "Edda was reached, Zeno has no reason"


def test_exposure_is_that_of_the_graph(site: Site, settings: Settings) -> None:
    told, graph = review_truth.told_nodes(settings), review_truth.nodes(settings)
    assert told.keys() == graph.keys()
    for key, row in told.items():
        assert row == pytest.approx(graph[key], abs=1e-9), key
    degree, _, shot, exposure = told[PLACE, site.keys["Amos"]]
    assert (degree, shot, exposure) == (4, 2, pytest.approx(0.5))


@pytest.mark.parametrize("name", ["coarrest_edge", "network_node", "notification", "shooting_review"])
def test_the_example_of_each_mart_of_people_answers(settings: Settings, name: str) -> None:
    (example,) = (mart.example for mart in marts(PROJECT) if mart.name == f"mart_gvi__{name}")
    assert api.query(settings, example).rows


def test_both_lists_leave_without_the_minor(site: Site, tmp_path: Path) -> None:
    policies = shutil.copytree(PROJECT / "policies", tmp_path / "policies")
    (policies / "recipients.yml").write_text(
        f"recipients:\n  office: {{tier: T3, jurisdictions: [{PLACE}], purpose: Working group of the site}}\n"
    )
    settings = site.world.settings.model_copy(update={"policies": policies})
    review = content(settings, "shooting_review", PLACE, "office")
    shown = [dict(zip(review.headings, line.values, strict=True)) for line in review.lines]
    assert sorted((row["Day"], row["Side"], row["Route"]) for row in shown) == [
        (date(2023, 12, 31), "suspect", "candidate"), (date(2023, 12, 31), "victim", "service only"),
        (date(2024, 1, 9), "suspect", "none"), (date(2024, 1, 9), "victim", "candidate"),
    ]  # fmt: skip
    (nobody,) = (row for row in shown if row["Route"] == "none")
    assert (nobody["Person"], nobody["Source record"]) == ("not known", "shooting victim number-s2 (feed shooting)")
    notified = content(settings, "notifications", PLACE, "office")
    everybody = review_truth.notified(settings)
    assert len(notified.lines) == len([row for row in everybody if row[1] != site.keys["Milo"]]) < len(everybody)
    for who in ("Ana Ruiz", "Ben Okoye"):
        (done,) = api.publish_for(settings, "T3", who=who, why="review of the week")
    with duckdb.connect(str(done.path), read_only=True) as db:
        assert db.execute("select count(*) from marts.mart_gvi__shooting_review").fetchall() == [(4,)]
