"""Feed files and contracts: what is wrong is said with file, key and remedy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.catalogue import load_catalogue, load_feed
from feeds.errors import SpecificationError
from ingest.compile import check_feeds
from settings import Settings, load_settings
from support.world import ARREST, write_feed


def wrong(settings: Settings, text: str) -> SpecificationError:
    feed_id = write_feed(settings, text=text)
    with pytest.raises(SpecificationError) as error:
        load_feed(settings, feed_id)
    assert "us_test/arrest.yml" in str(error.value)
    return error.value


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("publisher: tests", "", "publisher", "Add this key"),
        ("publisher: tests", "publisher: tests\npublsher: x", "publsher", "correct its spelling"),
        ("area_id: area", "area: area", "layouts.0.records.0.map.area", "has no such column"),
        ("area_id: area", "", "layouts.0.records.0.map", "not_supplied: [area_id"),
        ("kind: arrest\n", "kind: arrests\n", "layouts.0.records.0.kind", "Use: arrest,"),
        ("parse: [\"%Y-%m-%d\", \"%m/%d/%Y\"]", "join: ' '", "layouts.0.records.0.map.arrested_on", "needs its format"),
        ("[note]", "[note, age]", "layouts.0.ignore", "used by a record too"),
        ("{a remark of the clerk: [note]}", "[note]", "layouts.0.ignore", "needs a reason: `{<why>: [note]}`"),
        ("a remark of the clerk: ", "why: ", "layouts.0.ignore.why.[key]", "at least 10 characters"),
        ("[arrest_no]}\n", "[arrest_no]}\n        unpivot: {names: [Note], groups: [[area]]}\n", "layouts.0.records.0.unpivot", "heading of the file too"),
        ("mode: full", "mode: window", "delivery", "window_column"),
        ("mode: full", "mode: full, min_row_ratio: 0.7", "delivery", "{limit: min_row_ratio, value: 0.7, until:"),
        ("mode: full", "mode: full, max_quarantine_ratio: 0.2", "delivery", "{limit: max_quarantine_ratio, value: 0.2, until:"),
        ("kind: delimited", "kind: delimited, bad_bytes: 3", "reader", "{limit: bad_bytes, value: 3, until:"),
        (", until: 2099-12-31", "", "tolerances.0.until", "Add this key"),
        (", reason: the files of tests are small", "", "tolerances.0.reason", "Add this key"),
        (", value: 0.5", "", "tolerances.0", "`value` belongs to `limit`"),
        ("verified: written", "verified: unverified, written", "enabled", "`enabled: false`"),
        ("mode: full", "mode: whole", "delivery.mode", "Use one of the values"),
        ("publisher: tests", "publisher: tests\ntimezone: Mars/Olympus", "timezone", "IANA"),
        ("publisher: tests", "publisher: tests\npublisher: twice", "line 4", "written twice"),
        ("{columns: [arrest_no]}", "{columns: [arrest_no], ordinal: true, collapse: true}", "layouts.0.records.0.key", "one of"),
        ("layouts:", "expectations: [{type: expect_column_values_to_not_be_null, column: shoe, severity: must, reason: because}]\nlayouts:", "expectations.0.column", "Name a contract column"),
    ],
)  # fmt: skip
def test_a_wrong_feed_file_names_the_key_and_the_remedy(
    settings: Settings, old: str, new: str, key: str, says: str
) -> None:
    assert old in ARREST
    error = wrong(settings, ARREST.replace(old, new, 1))
    assert error.key == key
    assert says in str(error)


def test_one_wrong_file_does_not_hide_the_others(settings: Settings) -> None:
    write_feed(settings)
    write_feed(settings, "us_test/broken", "description: [")
    assert [problem.file.endswith("us_test/broken.yml") for problem in check_feeds(settings)] == [True]


def test_no_such_feed(settings: Settings) -> None:
    with pytest.raises(SpecificationError, match="nnsc feeds list"):
        load_feed(settings, "us_test/../../etc/passwd")


def test_the_shipped_catalogue_is_well_written() -> None:
    catalogue = load_catalogue(load_settings())
    assert {
        "us_ny_nyc/shooting_historic",
        "us_ma_boston/shooting",
        "us_pa_philadelphia/shooting",
        "us_ny_nyc/arrest",
    } <= set(catalogue.feeds)
    assert all(feed.jurisdiction_id in catalogue.jurisdictions for feed in catalogue.feeds.values())
    assert catalogue.feeds["us_pa_philadelphia/shooting"].freshness.error_after == timedelta(days=7)  # type: ignore[union-attr]


def test_the_person_block_is_written_once_and_takes_its_role() -> None:
    contracts = load_catalogue(load_settings()).contracts
    victim, arrestee = contracts["shooting_victim"].columns, contracts["arrest"].columns
    assert victim["victim_last_name"].tier == "T4"
    assert arrestee["arrestee_last_name"].tier == "T3"
    assert {c.removeprefix("victim_") for c in victim if c.startswith("victim_")} == {
        c.removeprefix("arrestee_") for c in arrestee if c.startswith("arrestee_")
    }
    assert victim["victim_race"].audit_only
    assert victim["victim_last_name"].identifies
    assert ("occurred_at_local", "TIMESTAMP") in contracts["shooting_victim"].stored_columns()
