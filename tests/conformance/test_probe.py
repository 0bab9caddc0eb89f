"""`nnsc feeds probe`, `new` and `list` against the portal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cli import nnsc
from ingest.probe import probe
from settings import Settings
from simulator.portal.server import Portal
from simulator.portal.tables import Table
from support.conformance import sample
from support.world import JURISDICTION, PERSON, write_feed

FEED = "us_test/arrest"
ROWS = [{"arrest_no": f"A{n}", "day": "2026-01-02", "age": n, "area": None} for n in range(1, 6)]
COLUMNS = {"arrest_no": "text", "day": "text", "age": "number", "area": "text"}


@pytest.fixture
def fed(settings: Settings, portal: Portal) -> Settings:
    """A feed of the portal's table, as its file says."""
    portal.tables["abcd-1234"] = Table(COLUMNS, list(ROWS))
    write_feed(
        settings,
        text=f"""
description: arrests of a test portal
publisher: tests
verified: written for tests
enabled: false
connector: {{kind: socrata, url: "{portal.url}/socrata", dataset: abcd-1234, backoff_seconds: 0.001, attempts: 2}}
delivery: {{mode: full}}
layouts:
  - name: "1"
    records:
      - kind: arrest
        key: {{columns: [arrest_no]}}
        map: {{arrest_id: arrest_no, arrested_on: {{from: day, parse: "%Y-%m-%d"}}, arrestee_age: {{from: age, parse: integer}}, area_id: area}}
        not_supplied: [incident_id, arrested_at, precinct_id, beat_id, location_text, latitude, longitude, arrestee_birth_date, arrestee_sid, {PERSON}]
""",
    )
    return settings


def run(settings: Settings, *arguments: str) -> Any:
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
    return CliRunner().invoke(nnsc, list(arguments), env=environment)


def test_a_source_that_fits(fed: Settings) -> None:
    found = probe(fed, FEED, 5)
    assert (found.rows, found.layout, found.fits) == (5, "1", True)
    assert not fed.home.exists()
    done = run(fed, "feeds", "probe", FEED)
    assert (done.exit_code, done.output) == (0, "us_test/arrest: 5 rows, 4 columns (layout 1).\n")


def test_drift_is_told_both_ways(fed: Settings, portal: Portal) -> None:
    portal.tables["abcd-1234"] = Table({**COLUMNS, "facility": "text"}, list(ROWS))
    del portal.tables["abcd-1234"].columns["age"]
    done = run(fed, "feeds", "probe", FEED, "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["unknown"], told["missing"], told["fits"]) == (1, ["facility"], ["age"], False)


def test_values_that_no_longer_parse_are_told(fed: Settings, portal: Portal) -> None:
    portal.tables["abcd-1234"].rows = [{**row, "day": "01/02/2026"} for row in ROWS]
    found = probe(fed, FEED, 3)
    assert "arrest: unparsed:arrested_on: 3 of 3 sample rows" in found.problems


def test_the_list_says_what_is_off(fed: Settings) -> None:
    (row,) = json.loads(run(fed, "feeds", "list", "--json").output)
    assert (row["feed"], row["source"], row["state"], row["columns"]) == (FEED, "socrata", "off", "verified")
    path = fed.jurisdictions / f"{FEED}.yml"
    path.write_text(path.read_text().replace("verified: written", "verified: unverified, written"))
    (row,) = json.loads(run(fed, "feeds", "list", "--json").output)
    assert row["columns"] == "guessed"


def test_a_feed_is_drafted_from_a_portal_and_probed(settings: Settings, portal: Portal) -> None:
    portal.tables["abcd-1234"] = Table(COLUMNS, list(ROWS))
    folder = settings.jurisdictions / "us_new"
    folder.mkdir()
    address = f"{portal.url}/socrata/d/abcd-1234"
    refused = run(settings, "feeds", "new", "us_new/arrest", address, "--write")
    assert "jurisdiction.yml" in refused.output
    (folder / "jurisdiction.yml").write_text(JURISDICTION)
    done = run(settings, "feeds", "new", "us_new/arrest", address, "--kind", "arrest", "--write")
    assert done.exit_code == 0, done.output
    checked = run(settings, "feeds", "check", "us_new/arrest")
    assert checked.exit_code == 1, "its TODOs are not answered"
    assert all("TODO" in line for line in checked.output.splitlines()), "and nothing else is wrong with it"
    assert run(settings, "feeds", "probe", "us_new/arrest", "--rows", "5").exit_code == 0
    again = run(settings, "feeds", "new", "us_new/arrest", address, "--write")
    assert "not overwritten" in again.output


def test_a_folder_tells_how_many_files_lie_there(settings: Settings) -> None:
    write_feed(settings)
    assert (probe(settings, FEED).rows, probe(settings, FEED).columns) == (0, {})


def test_other_tables_do_not_disturb(portal: Portal, fed: Settings) -> None:
    portal.tables["other"] = sample(3)
    assert probe(fed, FEED).fits
