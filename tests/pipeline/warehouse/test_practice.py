"""Lists that practitioners keep, from spreadsheet to core and marts: against the simulator's books, and a template."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from cli import nnsc
from ingest.api import drain, fetch, outcomes
from ingest.inspect import quarantined
from linkage.api import link
from simulator.agencies import ENFORCEMENT, PARTNERS, PRACTICE, SURVEYS
from simulator.api import deliver, simulate
from simulator.places import MILLBROOK
from support import review_truth
from support.candidate_truth import expected, told
from support.narrow import builds
from support.partner_truth import (
    EVENTS,
    NOTICES,
    levels,
    linked_people,
    make_a_minor,
    records,
    repeat_calls,
    time_to_arrest,
    true_people,
)
from support.practice_world import TEMPLATE, WRONG, World, fill_in, scorecards
from support.survey_truth import survey_expected, survey_told
from support.world import PROJECT, settings_in
from warehouse import api
from warehouse.kept import publication
from warehouse.marts_page import marts

#: Seeds of the simulated town. In the first every case occurs (``World.has``); others may lack one.
SEEDS = (3, 4, 5)
WORLDS = [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[1:])]


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A simulated Millbrook, and a town whose people filled in the template; built once."""
    folder = tmp_path_factory.mktemp("practice")
    settings = settings_in(folder)
    shutil.copytree(PROJECT / "jurisdictions" / MILLBROOK, settings.jurisdictions / MILLBROOK)
    simulate(folder / "world", seed=request.param, people=1600, months=5)
    feeds = {*PRACTICE, *PARTNERS, *ENFORCEMENT, *SURVEYS, f"{MILLBROOK}/shooting"}
    deliver(folder / "world", settings.buckets, feeds=feeds)
    make_a_minor(settings.buckets / EVENTS, folder / "world" / "truth")
    fill_in(settings, folder / "template.xlsx")
    for feed_id in sorted({*feeds, TEMPLATE}):
        fetch(settings, feed_id)
        drain(settings, feed_id)
    with builds():
        api.build(settings)
    return World(settings, folder / "world" / "truth", is_first=request.param == SEEDS[0])


def test_a_filled_in_template_is_applied_and_wrong_entries_wait(world: World) -> None:
    (outcome,) = outcomes(world.settings, TEMPLATE)
    assert (outcome.state, outcome.accepted, outcome.quarantined) == ("applied", 154, len(WRONG))
    waiting = {row.row_number: set(row.rules) for row in quarantined(world.settings, outcome.delivery_id)}
    assert waiting == {n: {rule} for n, (_, rule) in enumerate(WRONG.values(), start=2)}
    found = world.rows(
        "select valid_from, valid_to, basis_kind, membership_role_code, reviewed_on from core.fct_group_membership "
        f"where feed_id = '{TEMPLATE}' and valid_from = date '2025-03-01' order by expires_on"
    )
    assert len(found) == 152
    assert found[0] == (date(2025, 3, 1), date(2030, 3, 1), "court_finding", "core", None)
    assert found[-1] == (date(2025, 3, 1), date(2031, 1, 15), "court_finding", "core", date(2026, 1, 15))


def test_memberships_are_the_entries_that_held_until_they_expired_or_ended(world: World) -> None:
    expected, groups = Counter[tuple[Any, ...]](), Counter[str]()
    waiting = world.waiting("group_roster")
    world.has(bool(waiting), "no entry is in doubt")
    for entry in world.current("group_roster"):
        if entry["key"][0] in waiting:
            continue
        last = min(date.fromisoformat(entry[name]) for name in ("expires_on", "ended_on") if entry[name])
        if date.fromisoformat(entry["valid_from"]) < last:
            expected[date.fromisoformat(entry["valid_from"]), last, entry["basis_kind"]] += 1
            groups[entry["group_id"]] += 1
    sql = (
        "select valid_from, valid_to, basis_kind, group_key from core.fct_group_membership where jurisdiction_id = '{}'"
    )
    found = world.rows(sql.format(MILLBROOK))
    assert Counter(row[:3] for row in found) == expected
    assert sorted(Counter(row[3] for row in found).values()) == sorted(groups.values())
    world.has(expected.total() >= 15)


def test_a_group_has_one_key_in_every_list(world: World) -> None:
    """As many groups as the lists name together, and as many records of each as they hold."""
    named = {
        "group_roster": ("group_id",), "group_relation": ("group_id", "other_group_id"), "engagement": ("group_id",),
        "incident_review": ("victim_group_id", "suspect_group_id"), "enforcement_action": ("group_id",),
    }  # fmt: skip
    counts: dict[str, Counter[str]] = {}
    for kind, columns in named.items():
        for record in world.current(kind):
            for group in {record[column] for column in columns if record[column]}:
                counts.setdefault(group, Counter())[kind] += 1
    told = ", ".join(f"{kind}_records" for kind in named)
    found = world.rows(f"select {told} from core.dim_group where jurisdiction_id = '{MILLBROOK}'")
    assert Counter(found) == Counter(tuple(count[kind] for kind in named) for count in counts.values())
    world.has(any(all(row) for row in found), "no group stands in all lists")


@pytest.mark.parametrize(
    ("kind", "column", "words"),
    [
        ("incident_review", "group_involvement",
         {"Confirmed": "confirmed", "Suspected": "suspected", "No": "no", "Unknown": "unknown"}),
        ("engagement", "outcome",
         {"Reached": "reached", "Absent": "absent", "Refused": "refused", "Not found": "not_found"}),
        ("engagement", "engagement_type", {"Call-in": "call_in", "Custom notification": "custom_notification"}),
        ("group_relation", "relation_type", {"Feud": "dispute", "Allied": "alliance"}),
        ("ipv_event", "event_type", {"Call": "call", "Arrest": "arrest"}),
        ("service_referral", "status",
         {"Referred": "referred", "Contacted": "contacted", "Accepted": "accepted", "Active": "active",
          "Completed": "completed", "Closed": "stopped"}),
        ("enforcement_action", "enforcement_type",
         {"Warrant service": "warrant_service", "Supervision check": "supervision_check", "Targeted arrest": "targeted_arrest",
          "Prosecution review": "prosecution_review", "Code enforcement": "civil_action"}),
    ],
)  # fmt: skip
def test_words_of_the_office_meet_in_standard_codes(
    world: World, kind: str, column: str, words: dict[str, str]
) -> None:
    expected = Counter(words[record[column]] for record in world.current(kind))
    sql = f"select {column}_code, count(*) from core.fct_{kind} where feed_id = '{MILLBROOK}/{kind}' group by 1"
    assert dict(world.rows(sql)) == expected


def test_reviews_meet_their_shootings_and_referrals_their_contacts(world: World) -> None:
    cases = world.shootings()
    reviewed = sum(record["incident_id"] in cases for record in world.current("incident_review"))
    joined = "select count(*) from core.fct_incident_review join core.fct_shooting_incident using (incident_key)"
    assert world.rows(joined) == [(reviewed,)]
    world.has(reviewed >= 10)
    contacts = {record["engagement_id"] for record in world.current("engagement")}
    offered = sum(record["engagement_id"] in contacts for record in world.current("service_referral"))
    joined = "select count(*) from core.fct_service_referral join core.fct_engagement using (engagement_key)"
    assert world.rows(joined) == [(offered,)]
    world.has(offered >= 3)


def test_what_was_not_recorded_is_neither_yes_nor_no(world: World) -> None:
    """Help is offered, not offered, or nobody was there to whom it could be."""
    found = dict(world.rows(
        f"select has_service_offer, count(*) from core.fct_engagement where feed_id = '{MILLBROOK}/engagement' group by 1"
    ))  # fmt: skip
    assert found == Counter(record["has_service_offer"] for record in world.current("engagement"))
    world.has(found[None] > 0)


def test_groups_and_memberships_are_restricted_and_names_stay_where_they_belong(world: World) -> None:
    tiers = publication(world.settings).manifest["tiers"]
    for table in ("dim_group", "fct_group_membership", "fct_group_roster", "fct_group_relation"):
        assert tiers[f"core.{table}"]["tier"] == "T3", table
    for kind, column in (
        ("engagement", "group_key"), ("incident_review", "victim_group_key"), ("enforcement_action", "group_key"),
    ):  # fmt: skip
        assert tiers[f"core.fct_{kind}"]["columns"][column] == "T3"
    names = {name for told in tiers.values() for name in told["columns"]}
    assert not names & {
        "group_id",
        "group_name",
        "stated_facts",
        "roster_entered_by",
        "session_id",
        "delivered_by",
        "least_force_reason",
    }


def test_events_between_partners_are_those_of_the_list_and_their_victims_are_apart(world: World) -> None:
    events, victims = records(world.truth, EVENTS, "ipv_event"), records(world.truth, EVENTS, "ipv_victim")
    flags = ["is_charged", "is_felony", "has_weapon", "is_convicted", "is_prohibited"]
    found = world.rows(f"select cast(occurred_on as varchar), {', '.join(flags)} from core.fct_ipv_event")
    assert Counter(found) == Counter(events[["occurred_on", *flags]].itertuples(index=False, name=None))
    assert all({True, False} <= set(events[name]) for name in flags[:3]), "too small a world"
    for entity in ("pair", "address"):
        counted = f"select count(*) from core.fct_ipv_event where {entity}_key is not null group by {entity}_key"
        assert sorted(n for (n,) in world.rows(counted)) == sorted(events[f"{entity}_id"].value_counts())
        assert events[f"{entity}_id"].isna().any()
    codes = world.rows("select injury_code, count(*) from core.fct_ipv_victim group by 1")
    assert dict(codes) == dict(Counter(victims["injury"].str.lower()))
    joined = "select count(*) from core.fct_ipv_victim join core.fct_ipv_event using (jurisdiction_id, ipv_event_key)"
    assert world.rows(joined) == [(len(set(victims["event_id"]) & set(events["event_id"])),)]
    levels = world.rows(
        f"select notice_level, count(*) from core.fct_engagement where feed_id = '{NOTICES}' group by 1"
    )
    assert dict(levels) == dict(Counter(records(world.truth, NOTICES, "engagement")["notice_level"]))
    tiers = publication(world.settings).manifest["tiers"]
    assert [tiers[f"core.fct_ipv_{kind}"]["tier"] for kind in ("event", "victim", "victim_history")] == [
        "T2",
        "T4",
        "T4",
    ]
    assert {tiers["core.fct_ipv_event"]["columns"][f"{entity}_key"] for entity in ("pair", "address")} == {"T3"}
    shown = {name for table in tiers.values() for name in table["columns"]}
    assert not shown & {"event_id", "pair_id", "address_id", "victim_last_name"}


def test_repeated_calls_are_those_of_the_same_couple_or_home_within_a_year(world: World) -> None:
    expected = repeat_calls(world.truth, date(2025, 6, 1))
    columns = "repeats_of_both, repeats_of_pair_only, repeats_of_address_only, not_repeated, not_told"
    found = world.rows(
        f"select month, calls, repeat_calls, {columns}, share_repeated from marts.mart_ipvi__repeat_calls order by month"
    )
    assert found == [(*row[:-1], None if row[-1] is None else pytest.approx(row[-1])) for row in expected]
    world.has(all(sum(row[n] for row in found) > 0 for n in range(1, 7)))


def test_involvement_of_groups_is_what_the_reviews_concluded_with_bounds(world: World) -> None:
    """Each shooting of the town with the newest conclusion that was told; what nobody reviewed is unknown."""
    concluded: dict[str, str] = world.concluded()
    told = json.loads((world.truth / "current.json").read_text())[f"{MILLBROOK}/shooting"]["shooting_incident"]
    at = told["columns"].index("occurred_at")
    months: dict[date, list[str | None]] = {}
    for row in told["rows"]:
        months.setdefault(date.fromisoformat(row[at][:7] + "-01"), []).append(concluded.get(row[0][0]))
    found = world.rows(
        "select month, incidents, reviewed, least_involved, likely_involved, most_involved, is_whole_month, "
        "least_per_100k, likely_per_100k, most_per_100k, share_reviewed from marts.mart_gvi__group_involvement "
        f"where jurisdiction_id = '{MILLBROOK}' order by month"
    )
    assert [row[0] for row in found] == sorted(months)
    for month, *numbers in found:
        words = Counter(word or "unknown" for word in months[month])
        reviewed = sum(word is not None for word in months[month])
        least, likely = words["confirmed"], words["confirmed"] + words["suspected"]
        bounds = [least, likely, likely + words["unknown"]]
        # 178,000 people live in Millbrook; every month of the story was delivered to its end
        rates = [pytest.approx(n / 1.78) for n in bounds]
        expected = [words.total(), reviewed, *bounds, True, *rates, pytest.approx(reviewed / words.total())]
        assert numbers == expected, month
    every = Counter(word for found_in in months.values() for word in found_in)
    assert {"confirmed", "suspected", "no", None} <= set(every), "too small a world: some conclusion never occurs"
    world.has(sum(row[5] for row in found) > sum(row[3] for row in found))


def test_the_funnel_counts_the_steps_that_people_took(world: World) -> None:
    codes = {
        "Employment": "employment", "Mentoring": "mentoring", "Housing": "housing", "Mental health": "mental_health",
        "Education": "education", "ID card and fines": "legal",
    }  # fmt: skip
    expected: dict[tuple[str, date], Counter[str]] = {}
    waits: dict[tuple[str, date], list[int]] = {}
    for _, referral, day in world.with_truth("service_referral", "referrals", "S{:04d}"):
        taken = {step for step, on in referral["steps"].items() if on <= day}
        cell = codes[referral["service"]], date.fromisoformat(referral["on"]).replace(day=1)
        counts = expected.setdefault(cell, Counter())
        counts.update({"referred", *taken & {"accepted", "started", "completed"}})
        # closed without a day of acceptance: the list does not say whether it was accepted
        counts["told"] += "closed" not in taken or "accepted" in taken
        if "started" in taken:
            wait = date.fromisoformat(referral["steps"]["started"]) - date.fromisoformat(referral["on"])
            waits.setdefault(cell, []).append(wait.days)
    found = world.rows(
        "select service_type_code, month, referred, accepted_told, coalesce(accepted, 0), coalesce(started, 0), "
        "coalesce(completed, 0), median_days_to_start from marts.mart_support__funnel "
        f"where jurisdiction_id = '{MILLBROOK}'"
    )
    names = ("referred", "told", "accepted", "started", "completed")
    assert {row[:2]: row[2:] for row in found} == {
        cell: (*(counts[name] for name in names), median(waits[cell]) if cell in waits else None)
        for cell, counts in expected.items()
    }
    total = sum(expected.values(), Counter[str]())
    world.has(total["referred"] > total["started"] > total["completed"] > 0)


def test_the_scorecard_of_each_group_is_what_the_office_knows_on_the_last_day(world: World) -> None:
    cards = scorecards(world, today := "2025-06-01")
    rows = world.rows(
        "select members, confirmed_as_victim_12m, confirmed_as_suspect_12m, open_disputes, "
        "open_enforcement_actions, cast(last_contact_on as varchar), cast(last_reached_on as varchar), "
        "cast(last_enforcement_on as varchar), enforcement_status from marts.mart_gvi__group_scorecard "
        f"where jurisdiction_id = '{MILLBROOK}' and known_on = date '{today}'"
    )
    columns = ("members", "victim", "suspect", "disputes", "actions", "contact", "reached", "enforced")
    for one in cards.values():
        one["status"] = "open" if one["actions"] else "ended" if one["enforced"] else "none"
    assert Counter(rows) == Counter(
        (*(one[name] or None if name in columns[5:] else one[name] for name in columns), one["status"])
        for one in cards.values()
    )
    world.has(all(sum(row[n] for row in rows) > 0 for n in range(5)))
    world.has({row[-1] for row in rows} >= {"open", "none"})


def test_a_survey_is_the_mean_of_what_people_answered_and_a_missing_answer_is_not_zero(world: World) -> None:
    """Beside what was truly said: refusals that were written as a number, and people who stopped early."""
    found, true = survey_told(world.rows), survey_expected(world)
    assert found.keys() == true.keys()
    for cell, measures in true.items():
        assert found[cell] == pytest.approx(measures, abs=3e-6, nan_ok=True), cell
    assert all(low < mean < high for *_, mean, low, high in true.values() if mean == mean)
    recorded = [one["answer"] for one in world.current("legitimacy_survey")]
    world.has(min(recorded.count(9), recorded.count(None)) > 5)
    columns = world.rows("select column_name from information_schema.columns where table_name like 'fct_legitimacy%'")
    assert ("respondent_key",) in columns
    assert ("respondent_id",) not in columns


@pytest.fixture(scope="module")
def linked(world: World) -> World:
    """The same world after its people were found."""
    link(world.settings)
    with builds():
        api.build(world.settings)
    return world


def test_reasons_are_those_of_the_records_and_each_ends(linked: World) -> None:
    """Beside slow reading of the facts; entries of the roster also beside what the office truly wrote."""
    rows = told(linked.settings)
    assert rows == expected(linked.settings)
    routes = {(row[1], row[-1]) for row in rows if row[0] == MILLBROOK}
    assert {route for _, route in routes} == {"candidate", "service_only"}
    assert len({person for person, _ in routes}) == len(routes), "a person has one route"
    (today,) = linked.rows(
        f"select max(known_on) from marts.mart_gvi__candidate_reasons where jurisdiction_id = '{MILLBROOK}'"
    )[0]
    true = Counter[tuple[date, date]]()
    for record, entry, day in linked.with_truth("group_roster", "roster", "R{:04d}"):
        ends = [entry["expires"], record["review_on"]]
        ends += [entry["ended"]] if entry["ended"] and entry["ended"] <= day else []
        until = min(map(date.fromisoformat, ends))
        if record["key"][0] not in linked.waiting("group_roster") and until > today:
            true[date.fromisoformat(record["reviewed_on"] or entry["entered"]), until] += 1
    found = Counter(row[6:8] for row in rows if row[4] == "group_roster" and row[0] == MILLBROOK)
    linked.has(found.total() >= 5)
    assert not found - true, "reasons that no entry gives"
    (example,) = (m.example for m in marts(PROJECT) if m.name == "mart_gvi__candidate_reasons")
    assert linked.rows(example.replace("current_date", f"date '{today}'")), "the page's own example has an answer"


def test_the_review_of_shootings_has_the_last_days_and_what_was_concluded_of_them(linked: World) -> None:
    """Beside slow reading of the facts; conclusions also beside what the simulator's reviewers truly concluded."""
    settings = linked.settings
    rows = {key: row for key, row in review_truth.told(settings).items() if key[0] == MILLBROOK}
    assert rows == {key: row for key, row in review_truth.expected(settings).items() if key[0] == MILLBROOK}
    linked.has({row[3] for row in rows.values()} >= {"service_only", "none"})
    assert {row[4] for row in rows.values()} == {True, False}, "every side is named"
    ((known_on,),) = linked.rows("select distinct known_on from marts.mart_gvi__shooting_review")
    books = json.loads((linked.truth / "current.json").read_text())[f"{MILLBROOK}/shooting"]["shooting_incident"]
    at, concluded = books["columns"].index("occurred_at"), linked.concluded()
    true = {row[0][0]: concluded.get(row[0][0], "not_reviewed") for row in books["rows"]
            if 0 <= (known_on - date.fromisoformat(row[at][:10])).days < 30}  # fmt: skip
    told_of = {key[1]: row[5] for key, row in rows.items()}
    assert Counter(told_of.values()) == Counter(true.values())
    linked.has(len(true) >= 5)
    assert review_truth.notified(settings) == review_truth.notifications(settings)


def test_links_do_not_tell_who_is_on_a_roster(linked: World) -> None:
    """Only T3 sees that an entry belongs to a person; to others nothing is missing and nobody is without records."""
    world = linked
    roster = {key for (key,) in world.rows("select mention_key from core.fct_group_roster")}
    open_to_all = {key for (key,) in world.rows("select mention_key from core.person_membership")}
    apart = {key for (key,) in world.rows("select mention_key from core.person_membership_roster")}
    assert not open_to_all & roster
    assert apart, "no entry tells who it is"
    assert apart <= roster
    assert publication(world.settings).manifest["tiers"]["core.person_membership_roster"]["tier"] == "T3"
    bare = "select count(*) from core.dim_person where status = 'active' and mentions = 0"
    assert world.rows(bare) == [(0,)]
    older = (
        "select count(*) from core.dim_person as p join (select person_key, min(known_from) as linked_at from "
        "core.person_membership group by 1) as m on m.person_key = p.person_key and p.created_at < m.linked_at"
    )
    assert world.rows(older) == [(0,)], "a key older than its first record tells of a record that is not shown"
    only_rosters = (
        "select count(distinct person_key) from core.person_membership_roster where known_to is null and person_key not in "
        "(select person_key from core.dim_person)"
    )
    assert world.rows(only_rosters)[0][0] > 0


def test_links_do_not_tell_who_was_hurt_by_a_partner(linked: World) -> None:
    """Only T4 sees that such a record belongs to a person; to others there is no mention, and no person without one."""
    victims = {key for (key,) in linked.rows("select mention_key from core.fct_ipv_victim")}
    for table in ("person_membership", "person_membership_roster"):
        assert not victims & {key for (key,) in linked.rows(f"select mention_key from core.{table}")}
    apart = {key for (key,) in linked.rows("select mention_key from core.person_membership_victim")}
    assert apart
    assert apart <= victims
    assert publication(linked.settings).manifest["tiers"]["core.person_membership_victim"]["tier"] == "T4"
    only = "select count(distinct person_key) from core.person_membership_victim where person_key not in "
    assert linked.rows(f"{only}(select person_key from core.person_membership)")[0][0] > 0
    seen = f"{only}(select person_key from core.person_membership) and person_key in (select person_key from core.dim_person)"
    assert linked.rows(seen) == [(0,)]


def test_levels_of_offenders_follow_from_the_records_and_the_gravest_are_found(linked: World) -> None:
    """Row for row beside slow reading of the records; beside the truth as far as people were linked, and never graver."""
    today = date(2025, 6, 1)
    found = Counter(linked.rows(
        "select level_code, events, charges, convictions, charges_not_told, last_event_on, first_notice_on "
        f"from marts.mart_ipvi__level where known_on = date '{today}'"
    ))  # fmt: skip
    notices = linked_people(linked.settings, "engagement", NOTICES)
    reached = notices[notices["outcome_code"].eq("reached") & ~notices["pending"]]
    assert found == levels(linked_people(linked.settings, "ipv_event", EVENTS), reached, today)
    given = true_people(linked.truth, NOTICES, "engagement")
    given = given[given["outcome"].eq("Reached") & ~given["pending"]]
    true = levels(true_people(linked.truth, EVENTS, "ipv_event"), given, today)
    gravest, truly = (Counter(row[0] for row in rows.elements())["A"] for rows in (found, true))
    assert 0.7 * truly <= gravest <= truly
    assert {row[0] for row in found} == set("ABCD"), "too small a world"
    reasons = linked.rows(
        "select level_code, gives_level_code, count(distinct person_key), count(*) from marts.mart_ipvi__level_reasons "
        "group by 1, 2 order by 1, 2"
    )
    assert all(level <= gives for level, gives, *_ in reasons)
    people = Counter(row[0] for row in found.elements())
    assert {level: n for level, gives, n, _ in reasons if level == gives} == people
    examples = [m.example for m in marts(PROJECT) if m.name in ("mart_ipvi__level", "mart_ipvi__level_reasons")]
    assert [bool(linked.rows(example)) for example in examples] == [True, True], "the page's own examples have answers"


def test_the_share_arrested_after_a_notice_is_that_of_another_library(linked: World) -> None:
    notices = linked_people(linked.settings, "engagement", NOTICES)
    reached = notices[notices["outcome_code"].eq("reached") & ~notices["pending"]]
    told = time_to_arrest(linked_people(linked.settings, "ipv_event", EVENTS), reached, date(2025, 6, 1))
    counts = "noticed, arrested, still_followed, not_followed_so_long"
    shares = "share_arrested, share_arrested_low, share_arrested_high"
    found = linked.rows(f"select notice_level, months, {counts}, {shares} from marts.mart_ipvi__time_to_arrest")
    assert {row[:2]: row[2:6] for row in found} == {key: row[:4] for key, row in told.items()}
    for key, row in {row[:2]: row[6:] for row in found}.items():
        assert row == tuple(None if v is None else pytest.approx(v, abs=1e-9) for v in told[key][4:]), key
    linked.has(0 < told["all", 6][4] < 1)
    assert told["all", 18][4] is None, "nobody was followed so long"
    (example,) = (m.example for m in marts(PROJECT) if m.name == "mart_ipvi__time_to_arrest")
    assert linked.rows(example)


def test_who_was_a_minor_in_one_entry_leaves_on_no_list_of_candidates(linked: World, tmp_path: Path) -> None:
    """A list at T3 takes two people, and even then only what belongs to adults."""
    policies = shutil.copytree(PROJECT / "policies", tmp_path / "policies")
    (policies / "recipients.yml").write_text(
        "recipients:\n  site: {tier: T3, jurisdictions: all, purpose: Review of candidates}\n"
        "  network: {tier: T2, jurisdictions: all, purpose: Pseudonymous records}\n"
    )
    settings = linked.settings.model_copy(update={"policies": policies})
    grown = linked.rows(
        "select person_key from marts.mart_gvi__candidate_reasons as m join core.fct_group_roster as r "
        "using (feed_id, record_key) group by 1 having count(*) = 2 and min(r.member_age) = 17"
    )
    assert len(grown) == 1
    (waits,) = api.publish_for(settings, "T3", who="Ana Ruiz", why="list of the week")
    assert waits.waits_for is not None
    (done,) = api.publish_for(settings, "T3", who="Ben Okoye", why="I read it")
    (open_to_more,) = api.publish_for(settings, "T2")
    assert not [table for table in open_to_more.tables if "candidate_reasons" in table]
    of_town = f"select count(*) from marts.mart_gvi__candidate_reasons where feed_id = '{TEMPLATE}'"
    with duckdb.connect(str(done.path), read_only=True) as given:
        assert given.execute(of_town).fetchall() == [(linked.rows(of_town)[0][0] - 2,)]
        rest = "select count(*) > 5 from marts.mart_gvi__candidate_reasons where route = 'candidate'"
        assert given.execute(rest).fetchall() == [(True,)], "the list is empty"
        events = "select occurred_on, event_type, area_id, is_charged, has_weapon from core.fct_ipv_event"
        kept_back = Counter(linked.rows(events)) - Counter(given.execute(events).fetchall())
        hurt = Counter(linked.rows(
            f"{events} where ipv_event_key in (select ipv_event_key from core.fct_ipv_victim "
            "join core.juvenile_mention using (mention_key))"
        ))  # fmt: skip
        assert hurt, "nobody is a minor"
        assert not hurt - kept_back, "what was done to a minor stays at T4"
        leads = "from marts.mart_ipvi__level_reasons anti join core.fct_ipv_event using (feed_id, record_key)"
        assert given.execute(f"select count(*) {leads}").fetchall() == [(0,)], "and no reason leads to it"
        assert given.execute("select count(*) > 5 from marts.mart_ipvi__level").fetchall() == [(True,)]
        shown = {name for (name,) in given.execute("select table_name from information_schema.tables").fetchall()}
        assert not [
            name for name in shown if ("victim" in name and "ipv" in name) or name == "person_membership_victim"
        ]


def test_a_list_of_candidates_is_exported_with_the_numbers_of_the_office(linked: World, tmp_path: Path) -> None:
    """Through the command line, on the day after the last delivery: rows beside slow reading, numbers beside the books."""
    policies = shutil.copytree(PROJECT / "policies", tmp_path / "policies")
    whose = f"  office: {{tier: T3, jurisdictions: [{MILLBROOK}], purpose: Working group of Millbrook}}\n"
    (policies / "recipients.yml").write_text(f"recipients:\n{whose}")
    day = {"NNSC_CLOCK": "2025-06-02T09:00:00Z", "NNSC_POLICIES": str(policies)}

    def nnsc_lists(verb: str, *words: str) -> str:
        asked = ["lists", verb, "candidates", "--site", MILLBROOK, "--recipient", "office", *words]
        done = CliRunner().invoke(nnsc, asked, env={"NNSC_HOME": str(linked.settings.home), **day})
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    digest = json.loads(nnsc_lists("show", "--json"))["digest"]
    for who in ("Ana Ruiz", "Ben Okoye"):
        nnsc_lists("release", "--seen", digest[:12], "--who", who, "--why", "read every record")
    nnsc_lists("export", "--who", "Cy Lund", "--out", str(tmp_path / "out"))
    (file,) = (tmp_path / "out").glob("*.xlsx")
    rows = [row[1:] for row in load_workbook(file)["list"].iter_rows(min_row=4, values_only=True)]
    young = linked.minors()
    true = [row for row in expected(linked.settings)
            if row[0] == MILLBROOK and row[-1] == "candidate" and row[1] not in young]  # fmt: skip
    assert true
    assert Counter((row[2].date(), row[3].date(), row[4]) for row in rows) == Counter(row[6:9] for row in true)
    numbers = {record["key"][0] for record in linked.current("group_roster")}
    shown = {row[1].split()[2] for row in rows if row[1].startswith("group roster")}
    assert shown
    assert shown <= numbers
