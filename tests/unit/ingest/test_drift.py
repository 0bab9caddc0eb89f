"""Schema drift: the message of the hold holds the YAML to add; with it the held batch goes on by itself."""

from __future__ import annotations

import re

import pytest

from ingest.api import current_records, drain, fetch, outcomes
from settings import Settings
from support.world import ARREST, drop, rows, write_feed

FEED = "us_test/arrest"
FIRST = rows("A1,2024-12-01,30,,,North", "A2,2024-12-02,31,,,South")


def hold(settings: Settings, data: str) -> str:
    """The message of the hold of a second file."""
    write_feed(settings)
    drop(settings, "a.csv", FIRST)
    fetch(settings, FEED)
    drain(settings, FEED)
    drop(settings, "b.csv", data)
    fetch(settings, FEED)
    held = drain(settings, FEED).deliveries[0]
    assert held.state == "held"
    assert drain(settings, FEED).deliveries == []  # nothing changed: nobody judges it again
    return str(held.message)


def area(settings: Settings) -> dict[str, str | None]:
    return {r["arrest_id"]: r["area_id"] for r in current_records(settings, FEED, "arrest")}


def test_a_new_column_goes_on_once_it_is_ignored(settings: Settings) -> None:
    message = hold(settings, FIRST.replace("note\n", "note,clerk\n").replace(",\n", ",,kim\n").replace("North", "West"))
    told = re.search(r"ignore: \{(.*?)\}", message)
    assert told
    write_feed(settings, text=ARREST.replace("[note]", f"[note], {told[1]}"))
    assert [o.state for o in drain(settings, FEED).deliveries] == ["applied"]
    assert area(settings) == {"A1": "West", "A2": "South"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("area", "district", {"A1": "North", "A2": "South"}),  # renamed
        ("area,", "", {"A1": None, "A2": None}),  # dropped
        ("arrest_no", "arrest_number", {"A1": "North", "A2": "South"}),  # the key itself renamed
    ],
)
def test_a_changed_column_goes_on_once_the_layout_of_the_message_is_added(
    settings: Settings, old: str, new: str, expected: dict[str, str | None]
) -> None:
    data = FIRST.replace(old, new, 1)
    if not new:
        data = data.replace("North,", "").replace("South,", "")
    message = hold(settings, data)
    added = "\n".join(line for line in message.splitlines() if line.startswith("  "))
    write_feed(settings, text=ARREST + added + "\n")
    assert [(o.state, o.message) for o in drain(settings, FEED).deliveries] == [("applied", None)]
    assert area(settings) == expected
    assert [o.state for o in outcomes(settings, FEED)] == ["applied", "applied"]


def test_a_file_of_another_feed_of_the_agency_is_told_to_be_in_the_wrong_folder(settings: Settings) -> None:
    write_feed(settings)
    other = ARREST.replace("[arrest_no]", "[booking]").replace("arrest_id: arrest_no", "arrest_id: booking")
    write_feed(settings, "us_test/booking", other)
    drop(settings, "a.csv", FIRST.replace("arrest_no", "booking"))
    fetch(settings, FEED)
    held = drain(settings, FEED).deliveries[0]
    assert (held.state, held.reason) == ("held", "wrong_feed")
    assert "us_test/booking" in str(held.message)
