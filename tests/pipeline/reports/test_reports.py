"""The pages say what happened in the world, counted here from its rows; to partners no small number, to nobody a name."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.stats import chi2

from cli import nnsc
from outcomes.registration import results_folder
from reports.api import reports_folder, write_reports
from reports.errors import UnknownReport
from reports.source import source
from settings import Settings
from support.browser import chromium, faults
from support.html_tables import tables_of
from support.reports_made import Made, digests, rows, victims
from support.reports_network import facts_of_sites
from support.reports_weekly import COUNTS, counted
from support.reports_world import CITY, LAST_KNOWN, PRISON, PRISON_MONTHS, QUIET_CITY, UNCOUNTED, UNITS
from support.warehouse_world import PROJECT, copy_of
from warehouse import api
from warehouse.errors import NoPublication

CITIES = pytest.mark.parametrize("city", [CITY, QUIET_CITY])


@CITIES
def test_the_year_to_date_counts_the_same_days_of_every_year(made: Made, city: str) -> None:
    people = victims(made, city)
    same = people[[(day.month, day.day) <= (LAST_KNOWN.month, LAST_KNOWN.day) for day in people.day]]
    shown = rows(made.tables(f"site-{city}.html")["People shot from January 1 to June 17"])
    assert [row["Year"] for row in shown] == ["2024", "2023", "2022", "2021*"]
    for row in shown:
        year = same[[str(day.year) == row["Year"].rstrip("*") for day in same.day]]
        told = (row["Incidents"], row["People shot"], row["Killed"])
        assert told == (str(year.incident.nunique()), str(len(year)), str(int(year.is_fatal.sum()))), row


@CITIES
def test_twelve_month_sums_are_rolling_sums_of_whole_months(made: Made, city: str) -> None:
    people = victims(made, city)
    months = pd.PeriodIndex(people.day, freq="M")
    every = pd.period_range("2021-12", "2024-05", freq="M")  # November 2021 and June 2024 are parts of months
    counts = people.groupby(months).is_fatal.agg(["size", "sum"]).reindex(every, fill_value=0).rolling(12).sum()
    expected = counts.dropna().astype(int)
    table = made.tables(f"site-{city}.html")["People shot and killed in the twelve months through each month"]
    shown = {row["Twelve months through"]: (row["People shot"], row["Killed"]) for row in rows(table)}
    assert shown == {
        str(month): (str(n), str(killed)) for month, (n, killed) in zip(expected.index, expected.to_numpy())
    }


def test_areas_are_told_apart(made: Made) -> None:
    people = victims(made, CITY)
    last_year = people[(people.day >= date(2023, 6, 1)) & (people.day < date(2024, 6, 1))]
    shown = rows(made.tables(f"site-{CITY}.html")["Twelve-month sums by area as recorded"])
    assert {r["Area"]: int(r["People shot"]) for r in shown} == last_year.groupby("area").size().to_dict()


@CITIES
def test_the_weekly_review_counts_the_last_days_and_the_same_of_the_year_before(made: Made, city: str) -> None:
    people, tables = victims(made, city), made.tables(f"weekly-{city}.html")
    for length in (7, 14, 30):
        (first, last, now), (_, _, before) = (counted(people, LAST_KNOWN, length, years) for years in (0, 1))
        shown = tables[f"The last {length} days, from {first} to {last}"][1:]
        assert [row[1:3] for row in shown] == [[str(now[name]), str(before[name])] for name in COUNTS]
        by_area = {row["Area"]: row for row in rows(tables.get(f"By area, the last {length} days", [[]]))}
        for area, own in people.groupby("area"):
            of_area = counted(own, LAST_KNOWN, length, 0)[2]
            told = list(by_area[area].values())[1:5] if area in by_area else ["0"] * 4
            assert told == [str(of_area[name]) for name in COUNTS], (area, length)


def test_the_newest_weeks_say_what_was_told_and_that_more_is_to_come(made: Made) -> None:
    people = victims(made, CITY)
    weeks = pd.Series([day - timedelta(days=day.weekday()) for day in people.day]).value_counts().to_dict()
    (title,) = [title for title in made.tables(f"site-{CITY}.html") if title.startswith("People shot by week")]
    shown = rows(made.tables(f"site-{CITY}.html")[title])
    assert len(shown) == 16
    for row in shown:
        assert int(row["Told so far"]) == weeks.get(date.fromisoformat(row["Week from Monday"]), 0)
    assert [row["Expected in the end"] for row in shown[:2]] == ["too recent"] * 2
    judged = [(float(row["Expected in the end"]), int(row["Told so far"])) for row in shown[2:]]
    assert all(expected >= told for expected, told in judged)
    assert any(expected > told for expected, told in judged)
    assert "cannot be estimated" in (made.folder / f"site-{QUIET_CITY}.html").read_text()  # too few people


def test_prison_rates_are_incidents_over_counted_people_with_exact_intervals(made: Made) -> None:
    month = PRISON_MONTHS[-1]
    shown = rows(made.tables(f"pvi-{PRISON}.html")["Incidents per 100 people in 2024-05, with 95% exact intervals"])
    told = {row["Place"]: row for row in shown}
    for facility, unit in UNITS:
        count = made.truth.incidents[facility, unit, month]
        adp = float(np.mean(made.truth.people[facility, unit, month]))
        low, high = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0, chi2.ppf(0.975, 2 * count + 2) / 2
        row = told[f"{facility} · {unit}" if unit else facility or ""]
        assert row["Incidents"] == str(count)
        assert row["Average daily population"] == f"{adp:.1f}"
        assert row["Incidents per 100"] == f"{100 * count / adp:.2f}"
        assert row["95% interval"] == f"{100 * low / adp:.2f}–{100 * high / adp:.2f}"
    everyone = sum(np.mean(made.truth.people[facility, unit, month]) for facility, unit in UNITS)
    everything = sum(made.truth.incidents[facility, unit, month] for facility, unit in UNITS)
    assert told["All facilities"]["Incidents per 100"] == f"{100 * everything / everyone:.2f}"


def test_the_unit_that_gets_worse_raises_the_alarm_and_a_month_without_a_rate_says_why(made: Made) -> None:
    tables = made.tables(f"pvi-{PRISON}.html")
    alarms = {
        (row["Place"], row["Month"]): row["Alarm"]
        for row in rows(tables["Alarms, newest first"])
        if row["Class"] == "All"
    }
    assert alarms["F1 · U2", "2024-04"] == "Above the limit; More than in the six months before"
    assert alarms["F1 · U2", "2024-05"].startswith("Above the limit")
    assert not [place for place, _ in alarms if place in ("F1 · U1", "F2")]
    (row,) = [row for row in rows(tables["F1 · U2"]) if row["Month"] == f"{UNCOUNTED:%Y-%m}"]
    assert (row["Incidents per 100"], row["95% interval"]) == ("–", "–")
    assert row["Note"] == "The census covers 10 of 31 days; below 80 percent no rate is given."


def test_data_quality_says_what_arrived_and_what_was_broken(made: Made) -> None:
    tables = made.tables("data-quality.html")
    feeds = {row["Feed"]: row for row in rows(tables["Feeds at the time of the publication"])}
    arrest = feeds["us_test/arrest"]
    # 4 rows came; of two the date is no date or absent
    assert (arrest["Records"], arrest["In quarantine"], arrest["Held"]) == ("2", "2", "0")
    assert (feeds["us_aa_first/arrest"]["State"], feeds["us_aa_first/arrest"]["Deliveries"]) == ("never delivered", "0")
    city = feeds["us_aa_first/shooting"]
    assert (city["Deliveries"], city["Speaks until (UTC)"]) == ("25", "2024-06-18 00:00")
    people = victims(made, CITY)
    assert int(city["Records"].replace(",", "")) == len(people) + people.groupby("told_on").incident.nunique().sum()
    broken = {row["Rule"].split(": ")[1]: (row["Records"], row["Of"]) for row in rows(tables["Broken rules by feed"])}
    assert broken == {"expect_column_values_to_not_be_null:arrested_on": ("2", "4"), "unparsed:arrested_on": ("1", "4")}


def test_the_same_publication_gives_the_same_bytes(made: Made) -> None:
    before = digests(made.folder)
    assert made.folder == reports_folder(made.world.settings)
    (made.folder / "site-us_gone.html").write_text("a place that is gone")
    written = write_reports(made.world.settings, languages=["en"])
    assert digests(made.folder) == before
    assert set(written.files) == set(before)


def test_no_page_and_no_picture_names_anybody_or_any_record(made: Made) -> None:
    for file in made.folder.iterdir():
        content = file.read_bytes()
        for secret in (b"Zzyzxsson", b"Quillon", b"v-us_aa", b"us_aa_first-1", b"us_bb_second-1"):
            assert secret not in content, file.name


def test_the_network_page_shows_each_site_as_the_facts_say_or_leaves_it_out(made: Made) -> None:
    big, quiet = facts_of_sites(made.world).values()
    assert min(big.whole) > 10  # no month of the one is small
    assert 1 <= min(quiet.months.values()) <= max(quiet.months.values()) <= 10  # every month of the other is
    first, second = rows(made.tables("network.html")["Every site in its newest twelve months"])
    assert (first["Site"], second["Site"]) == tuple(facts_of_sites(made.world))
    assert (first["Twelve months through"], first["People shot"]) == ("2024-05", str(big.year))
    assert first["The twelve months before"] == str(big.year_before)
    assert first["Change (95% interval)"].endswith(": fewer")  # the world has 30 percent fewer from 2024 on
    assert first["People shot in all months"].replace(",", "") == str(sum(big.months.values()))
    assert (first["Months left out"], second["Months left out"].split(" of ")[0]) == ("0 of 30", str(len(quiet.whole)))
    assert {second[name] for name in ("People shot", "The twelve months before")} == {"left out"}
    text = (made.folder / "network.html").read_text()
    assert "Publication 1 · tier T1" in text
    assert f"too few are whole: {second['Site']}." in text


def test_the_network_page_is_made_of_what_partners_were_given_and_of_nothing_else(made: Made, tmp_path: Path) -> None:
    partners = write_reports(made.world.settings, ["network"], languages=["en"], recipient="partners").folder
    assert tables_of(partners / "network.html") == made.tables("network.html")
    world = copy_of(made.world, tmp_path / "home")
    shutil.rmtree(world.settings.home / "recipients" / "partners")
    with pytest.raises(UnknownReport, match="nnsc publish --recipient partners"):
        write_reports(world.settings, ["network"])
    assert "network.html" not in write_reports(world.settings, ["network", "data-quality"]).files


def test_reports_read_marts_and_lists_only(made: Made) -> None:
    with source(made.world.settings) as opened:
        assert {name.split(".")[0] for name in opened.tables} == {"marts", "reference"}
        with pytest.raises(duckdb.Error):
            opened.ask("select * from core.fct_shooting_victim")
    for file in (PROJECT / "src" / "reports").rglob("*.py"):
        assert not re.search(r"\b(core|restricted|raw)\.", file.read_text()), file.name


def test_partners_see_no_small_number_and_only_whole_months(made: Made) -> None:
    done = write_reports(made.world.settings, recipient="partners")
    assert done.tier == "T1"
    assert not [name for name in done.files if name.startswith(("pvi", "data-quality", "weekly"))]
    partners = Made(made.world, made.truth, done.folder)
    assert "Tier T1" in (done.folder / f"site-{CITY}.html").read_text()
    given, left_out = 0, 0
    for city in (CITY, QUIET_CITY):
        tables = partners.tables(f"site-{city}.html")
        assert not [caption for caption in tables if "January 1" in caption or "by week" in caption]
        inside = rows(
            made.tables(f"site-{city}.html")["People shot and killed in the twelve months through each month"]
        )
        truth = {row["Twelve months through"]: row for row in inside}
        shown = [(title, row) for title, table in tables.items() for row in rows(table)]
        for title, row in shown:
            for name in ("Incidents", "People shot", "Killed"):
                assert row[name] == "left out" or not 1 <= int(row[name]) <= 10, (title, row)
                given, left_out = given + row[name].isdigit(), left_out + (row[name] == "left out")
                if row[name].isdigit() and "Twelve months through" in row:
                    assert row[name] == truth[row["Twelve months through"]][name]
    assert given > 20
    assert left_out > 20
    with pytest.raises(UnknownReport):
        write_reports(made.world.settings, ["pvi"], recipient="partners")


def test_the_publication_of_a_day_can_be_reported_again(made: Made, tmp_path: Path) -> None:
    world = copy_of(made.world, tmp_path / "home")
    first = source_of(world.settings)
    later = Settings(**{**world.settings.model_dump(), "clock": first[1] + timedelta(days=40)})
    assert api.publish(later).publication_id == 2
    evaluations = results_folder(later) / "index.html"
    evaluations.parent.mkdir(parents=True)
    evaluations.write_text("the list of evaluations")
    assert write_reports(later, ["data-quality"]).publication_id == 2
    assert 'href="../evaluations/index.html"' in (reports_folder(later) / "index.html").read_text()
    old = write_reports(later, ["data-quality"], day=first[1].date())
    assert (old.publication_id, old.folder.name) == (1, "publication-000001")
    assert "evaluations" not in (old.folder / "index.html").read_text()  # they are of the newest publication
    page = (old.folder / "data-quality.html").read_text()
    assert "A newer publication stands" in page
    assert "In quarantine</th>" not in page
    with pytest.raises(NoPublication):
        write_reports(later, day=first[1].date() - timedelta(days=1))


def source_of(settings: Settings) -> tuple[int, Any]:
    with source(settings) as opened:
        return opened.publication_id, opened.published_at


def test_the_command_writes_what_is_asked_for(made: Made, tmp_path: Path) -> None:
    world = copy_of(made.world, tmp_path / "home")
    before = digests(reports_folder(world.settings))
    asked = ["--home", str(world.settings.home), "report", "pvi", "--site", PRISON, "--language", "es"]
    assert "2 pages of publication 1 (T2)" in CliRunner().invoke(nnsc, asked, catch_exceptions=False).output
    after = digests(reports_folder(world.settings))
    assert {name for name in after.keys() - before.keys() if name.endswith(".html")} == {f"pvi-{PRISON}.es.html", "index.es.html"}  # fmt: skip
    assert {name: after[name] for name in before} == before
    page = reports_folder(world.settings) / f"pvi-{PRISON}.es.html"
    (row,) = [row for row in rows(tables_of(page)["F1 · U2"]) if row["Mes"] == f"{UNCOUNTED:%Y-%m}"]
    assert row["Nota"] == "El censo cubre 10 de 31 días; bajo el 80 por ciento no se da tasa."
    with chromium() as browser:
        assert faults(browser, page, 390) == []
    with pytest.raises(UnknownReport, match="no report"):
        write_reports(world.settings, ["weather"])
    with pytest.raises(UnknownReport, match="us_nowhere"):
        write_reports(world.settings, place="us_nowhere")


def test_every_page_is_whole_in_a_browser_on_a_desk_and_on_a_phone(made: Made) -> None:
    with chromium() as browser:
        pages = sorted(made.folder.glob("*.html"))
        assert len(pages) >= 5
        found = {(page.name, width): faults(browser, page, width) for page in pages for width in (1280, 390)}
    assert not {key: value for key, value in found.items() if value}
