"""Jurisdiction files: facilities and housing units with the days on which they bear their ids."""

from __future__ import annotations

import pytest

from feeds.catalogue import load_catalogue, load_jurisdiction
from feeds.errors import SpecificationError
from governance.suspicion import suspicion_policy
from settings import Settings, load_settings
from support.world import JURISDICTION, write_feed
from warehouse.reference import reference_rows

FACILITIES = """facilities:
  - id: A
    name: Old house
    valid_to: 2019-12-31
  - id: A
    name: New house
    valid_from: 2020-01-01
    units:
      - {id: "1", name: First floor, valid_to: 2022-06-30}
      - {id: "1", name: Ground floor, valid_from: 2022-07-01, valid_to: 2023-01-31}
  - {id: B, name: Women's house}
"""


def write(settings: Settings, facilities: str) -> None:
    write_feed(settings)
    (settings.jurisdictions / "us_test" / "jurisdiction.yml").write_text(JURISDICTION + facilities)


def test_facilities_and_units_reach_the_reference_tables_with_their_days(settings: Settings) -> None:
    write(settings, FACILITIES)
    rows = reference_rows(load_catalogue(settings), suspicion_policy(settings))
    days = [(facility, name, str(first), str(last)) for _, facility, name, first, last in rows["facility"]]
    assert days == [
        ("A", "Old house", "None", "2019-12-31"),
        ("A", "New house", "2020-01-01", "None"),
        ("B", "Women's house", "None", "None"),
    ]
    units = [(unit, name, str(first), str(last)) for _, _, unit, name, first, last in rows["facility_unit"]]
    assert units == [
        ("1", "First floor", "2020-01-01", "2022-06-30"),  # not before its facility
        ("1", "Ground floor", "2022-07-01", "2023-01-31"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2020-01-01", "2019-12-31", "'A' stands twice on 2019-12-31"),
        ("2022-07-01", "2022-06-30", "'1' stands twice on 2022-06-30"),
        ("2023-01-31", "2022-06-01", "'1' ends before it begins"),
        ("{id: B,", "{id: A,", "'A' stands twice"),
        ('{id: "1", name: First floor, valid_to', '{id: "1", name: First floor, valid_from: 2019-12-31, valid_to', "open on days on which 'A' is not"),
        ("{id: B,", "{id: B, beds: 3,", "Remove this key"),
        ("id: B, name: Women's house", "id: B", "Add this key"),
    ],
)  # fmt: skip
def test_a_wrong_facility_names_the_file_and_the_place(settings: Settings, old: str, new: str, says: str) -> None:
    assert old in FACILITIES
    write(settings, FACILITIES.replace(old, new, 1))
    with pytest.raises(SpecificationError, match=says) as error:
        load_jurisdiction(settings, "us_test")
    assert error.value.file.endswith("us_test/jurisdiction.yml")
    assert error.value.key.startswith("facilities")


def test_the_shipped_jurisdictions_are_well_written() -> None:
    assert all(spec.timezone for spec in load_catalogue(load_settings()).jurisdictions.values())
