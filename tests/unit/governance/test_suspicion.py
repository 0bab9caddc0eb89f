"""28 CFR 23: each defect of a known gang database, and each edge of the clock, is refused or falls out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from feeds.errors import SpecificationError
from governance.errors import RefusedEntry
from governance.suspicion import Entry, SuspicionPolicy, admit, standing, suspicion_policy, usable
from settings import Settings
from support.world import PROJECT, settings_in

TODAY = date(2026, 11, 21)
GOOD = Entry(
    entry_id="e1",
    jurisdiction_id="us_xx_city",
    entered_on=date(2026, 11, 1),
    entered_by="reviewer 7",
    basis_kind="identified_in_incident_review",
    basis="Named by two participants of the review of 30 October as present and armed.",
    birth_date=date(2001, 5, 5),
)


@pytest.fixture
def policy(settings: Settings) -> SuspicionPolicy:
    return suspicion_policy(settings)


def test_a_sound_entry_stands(policy: SuspicionPolicy) -> None:
    found = admit(GOOD, policy, TODAY)
    assert (found.state, found.review_on, found.expires_on) == ("standing", date(2027, 11, 1), date(2031, 11, 1))


DEFECTS = {
    "no basis": {"basis_kind": "", "basis": ""},
    "a basis of one word": {"basis": "gang"},
    "an arrest alone": {"basis_kind": "arrest"},
    "clothing": {"basis_kind": "clothing"},
    "aged 0": {"birth_date": None, "age": 0},
    "born on the day of entry": {"birth_date": date(2026, 11, 1)},
    "a child": {"birth_date": None, "age": 11},
    "born before 1901": {"birth_date": date(1900, 12, 31)},
    "no age at all": {"birth_date": None},
    "political views": {"about_views": True},
    "nobody entered it": {"entered_by": " "},
    "no day of entry": {"entered_on": None},
    "entered tomorrow": {"entered_on": date(2026, 11, 22)},
    "expired at entry": {"entered_on": date(2021, 11, 21)},
    "reviewed before it was entered": {"reviewed_on": date(2026, 10, 1), "reviewed_by": "x"},
    "reviewed by nobody": {"reviewed_on": date(2026, 11, 2)},
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_defect_is_refused_at_entry_and_falls_out_of_what_may_be_used(
    policy: SuspicionPolicy, defect: dict[str, object]
) -> None:
    bad = replace(GOOD, **defect)  # type: ignore[arg-type]
    with pytest.raises(RefusedEntry, match="not taken in"):
        admit(bad, policy, TODAY)
    assert usable([bad, GOOD], policy, TODAY) == [GOOD]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2027, 10, 31), "standing"),
        (date(2027, 11, 1), "review_due"),
        (date(2031, 10, 31), "review_due"),
        (date(2031, 11, 1), "expired"),
        (date(2040, 1, 1), "expired"),
    ],
)
def test_the_clock_runs_to_the_day(policy: SuspicionPolicy, day: date, state: str) -> None:
    found = standing(GOOD, policy, day)
    assert (found.state, found.may_be_used) == (state, state != "expired")


def test_a_review_starts_the_clock_anew_and_no_longer_than_five_years(policy: SuspicionPolicy) -> None:
    reviewed = replace(GOOD, reviewed_on=date(2027, 10, 1), reviewed_by="reviewer 8")
    assert standing(reviewed, policy, date(2032, 9, 30)).may_be_used
    assert not standing(reviewed, policy, date(2032, 10, 1)).may_be_used


def test_the_29th_of_february_expires_on_the_28th(policy: SuspicionPolicy) -> None:
    leap = replace(GOOD, entered_on=date(2024, 2, 29))
    assert standing(leap, policy, date(2025, 1, 1)).expires_on == date(2029, 2, 28)


def with_policy(tmp_path: Path, old: str, new: str) -> SuspicionPolicy:
    text = (PROJECT / "policies" / "suspicion.yml").read_text()
    assert old in text
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "suspicion.yml").write_text(text.replace(old, new))
    return suspicion_policy(settings_in(tmp_path, policies=tmp_path / "policies"))


def test_a_site_may_be_stricter(tmp_path: Path) -> None:
    strict = with_policy(tmp_path, "sites: {}", "sites: {us_xx_city: {retention_years: 2, review_months: 6}}")
    found = standing(GOOD, strict, TODAY)
    assert (found.review_on, found.expires_on) == (date(2027, 5, 1), date(2028, 11, 1))
    assert standing(replace(GOOD, jurisdiction_id="other"), strict, TODAY).expires_on == date(2031, 11, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("retention_years: 5\n", "retention_years: 6\n"),
        ("sites: {}", "sites: {us_xx_city: {retention_years: 6}}"),
        ("sites: {}", "sites: {us_xx_city: {review_months: 24}}"),
    ],
)
def test_nobody_may_be_more_lenient_than_the_law(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(SpecificationError):
        with_policy(tmp_path, old, new)
