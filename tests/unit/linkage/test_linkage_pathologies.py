"""People whose records are easily confused: each pathology with what must become of it."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from linkage import features
from support.people_world import SCHEMA, crowd, groups, link, mention

JOHN: dict[str, Any] = {
    "first_name": "Terrence",
    "last_name": "Okafor",
    "middle_name": "Lee",
    "birth_date": "1991-04-17",
    "sex": "M",
    "address": "12 Cedar St",
}


def together(rows: list[dict[str, Any]]) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """The clusters of the rows given, at both grades, among a crowd of others who stay as they are."""
    linked, action = link(rows + crowd())
    for labels in (linked, action):
        assert {g for g in groups(labels) if any(k.startswith("x") for k in g)} == {
            frozenset({r["mention_key"]}) for r in crowd()
        }
    return tuple({g for g in groups(labels) if not any(k.startswith("x") for k in g)} for labels in (linked, action))  # type: ignore[return-value]


def sets(*names: str) -> set[frozenset[str]]:
    return {frozenset(name.split()) for name in names}


def test_one_person_of_two_agencies_is_one() -> None:
    rows = [
        mention("a", **JOHN, sid="77120001"),
        mention(
            "b",
            **JOHN | {"first_name": "TERRENCE", "address": "12 Cedar Street"},
            sid="77120001",
            jurisdiction_id="us_oh_canton",
        ),
    ]
    assert together(rows) == (sets("a b"), sets("a b"))


def test_a_filler_id_joins_nobody() -> None:
    people = [
        ("Ann", "Baxter", "1980-01-02"),
        ("Bob", "Cole", "1991-07-03"),
        ("Carl", "Dunn", "1975-05-05"),
        ("Dee", "Egan", "2000-11-06"),
    ]
    for filler in ("00000000", "99999999", "UNKNOWN"):
        rows = [
            mention(f"p{i}", first_name=f, last_name=n, birth_date=d, sid=filler) for i, (f, n, d) in enumerate(people)
        ]
        assert together(rows)[0] == sets("p0", "p1", "p2", "p3")


def test_a_filler_that_no_list_knows_is_found_by_its_crowd() -> None:
    firsts = ["Ann", "Bob", "Carl", "Dee", "Eve", "Fritz", "Gus", "Hal", "Ivo", "Jim"]
    lasts = ["Baxter", "Cole", "Dunn", "Egan", "Frost", "Gale", "Hobbs", "Irwin", "Jarvis", "Knox"]
    rows = [
        mention(f"p{i}", first_name=f, last_name=n, birth_date=f"19{60 + 3 * i}-03-1{i}", sid="40404041")
        for i, (f, n) in enumerate(zip(firsts, lasts, strict=True))
    ]
    assert together(rows)[0] == {frozenset({f"p{i}"}) for i in range(10)}


def test_one_state_number_used_by_two_people_keeps_them_apart() -> None:
    other = {"first_name": "Wendell", "last_name": "Pruitt", "birth_date": "1968-11-30", "sex": "M"}
    rows = [
        mention("a1", **JOHN, sid="77120001"),
        mention("a2", **JOHN, sid="77120001", local_id="A-9912"),
        mention("b1", **other, sid="77120001"),
        mention("b2", **other, sid="77120001"),
    ]
    assert together(rows) == (sets("a1 a2", "b1 b2"), sets("a1 a2", "b1 b2"))


def test_brothers_with_adjacent_state_numbers_are_two() -> None:
    rows = [
        mention("a1", **JOHN, sid="77120001"),
        mention("a2", **JOHN, sid="77120001"),
        mention(
            "b1", **JOHN | {"first_name": "Terrell", "birth_date": "1992-04-19", "middle_name": None}, sid="77120002"
        ),
        mention(
            "b2", **JOHN | {"first_name": "Terrell", "birth_date": "1992-04-19", "middle_name": None}, sid="77120002"
        ),
    ]
    assert together(rows)[0] == sets("a1 a2", "b1 b2")


@pytest.mark.parametrize("numbers", [("77120001", "77120002"), (None, None)])
def test_twins_at_one_address_are_two(numbers: tuple[str | None, str | None]) -> None:
    twin = JOHN | {"first_name": "Marcus"}
    rows = [
        mention("a1", **JOHN, sid=numbers[0]),
        mention("a2", **JOHN),
        mention("b1", **twin, sid=numbers[1]),
        mention("b2", **twin),
        mention("b3", **twin | {"last_name": JOHN["last_name"][:-1] + "q"}),
    ]
    assert together(rows)[0] == sets("a1 a2", "b1 b2 b3"), "also where one name holds a slip of the pen"


def test_a_father_and_his_junior_are_two() -> None:
    son = JOHN | {"birth_date": "2012-02-03"}
    rows = [
        mention("a1", **JOHN, name_suffix="Sr"),
        mention("a2", **JOHN),
        mention("b1", **son, name_suffix="Jr."),
        mention("b2", **son),
    ]
    assert together(rows)[0] == sets("a1 a2", "b1 b2")


def test_a_record_without_age_goes_to_neither_father_nor_son() -> None:
    son, ageless = JOHN | {"birth_date": "2012-02-03"}, JOHN | {"birth_date": None}
    rows = [mention("a1", **JOHN), mention("a2", **JOHN), mention("b1", **son), mention("w", **ageless)]
    assert together(rows)[0] == sets("a1 a2", "b1", "w")
    assert together([row for row in rows if row["mention_key"] != "b1"])[0] == sets("a1 a2 w")


def test_name_and_birth_date_both_changed_hold_with_two_ids_and_not_with_one() -> None:
    changed = {"first_name": "Dolores", "last_name": "Vantongeren", "birth_date": "1985-12-01", "sex": "F"}
    both = [
        mention("a", **JOHN | {"sex": "F"}, sid="77120001", fbi_number="555123A7"),
        mention("b", **changed, sid="77120001", fbi_number="555123A7"),
    ]
    assert together(both)[0] == sets("a b")
    one = [mention("a", **JOHN | {"sex": "F"}, sid="77120001"), mention("b", **changed, sid="77120001")]
    assert together(one)[0] == sets("a", "b")


def test_an_alias_that_is_another_persons_name_joins_nobody() -> None:
    rows = [
        mention("a", **JOHN | {"alias_names": "Wendell Pruitt; Smoke"}, sid="77120001"),
        mention("b", first_name="Wendell", last_name="Pruitt", birth_date="1990-11-30", sex="M", sid="88120001"),
    ]
    assert together(rows)[0] == sets("a", "b")


def test_an_alias_helps_where_family_name_and_birth_date_agree() -> None:
    rows = [
        mention("a", **JOHN | {"alias_names": "Smoke"}, local_id="L-10001"),
        mention("b", **JOHN | {"first_name": "Smoke"}, local_id="L-10001"),
    ]
    assert together(rows)[0] == sets("a b")


def test_ten_thousand_unknown_people_are_nobody() -> None:
    names = [("John", "Doe"), ("UNKNOWN", "UNKNOWN"), (None, None), ("Jane", "DOE"), ("N/A", "N/A"), ("xxx", "xxx")]
    rows = [
        mention(f"u{i:05d}", first_name=names[i % 6][0], last_name=names[i % 6][1], sex="M", age=30)
        for i in range(10_000)
    ]
    rows += [mention("a", **JOHN), mention("b", **JOHN)]
    assert together(rows)[0] == sets("a b")


def test_babies_and_births_before_1900_do_not_attract_each_other() -> None:
    rows = [
        mention(f"b{i}", first_name="Baby Boy", last_name=name, birth_date="2024-05-01", sex="M")
        for i, name in enumerate(("Hart", "Hart", "Mott"))
    ]
    rows += [
        mention("o1", first_name="Ezra", last_name="Quimby", birth_date="1899-12-31", address="3 Mill Rd"),
        mention("o2", first_name="Ezra", last_name="Quimby", birth_date="1890-01-01", address="77 Lake Ave"),
    ]
    assert together(rows)[0] == sets("o1", "o2")  # the babies name nobody: no given name, no number


def test_scripts_and_diacritics_are_one_name() -> None:
    rows = [
        mention(
            "a",
            first_name="José",
            last_name="Muñoz",
            second_last_name="Ibáñez",
            birth_date="1988-08-21",
            sid="66120001",
        ),
        mention("b", first_name="JOSE", last_name="MUNOZ-IBANEZ", birth_date="1988-08-21", sid="66120001"),
        mention(
            "c", first_name="Сергей", last_name="Волков", birth_date="1979-03-09", sid="66120009", address="9 Oak St"
        ),
        mention(
            "d", first_name="Sergei", last_name="Volkov", birth_date="1979-03-09", sid="66120009", address="9 Oak St"
        ),
    ]
    assert together(rows)[0] == sets("a b", "c d")


def test_an_agency_that_uses_local_ids_again() -> None:
    other = {"first_name": "Wendell", "last_name": "Pruitt", "birth_date": "1968-11-30", "sex": "M"}
    rows = [
        mention("a1", **JOHN, local_id="10233"),
        mention("a2", **JOHN, local_id="10233"),
        mention("b1", **other, local_id="10233"),
        mention("b2", **other, local_id="10233"),
    ]
    assert together(rows)[0] == sets("a1 a2", "b1 b2")
    elsewhere = [
        mention("a1", **JOHN, local_id="10233"),
        mention("b1", **other, local_id="10233", jurisdiction_id="us_ny_nyc"),
    ]
    assert together(elsewhere)[0] == sets("a1", "b1")


def test_a_census_that_repeats_an_inmate_every_day_is_one_person() -> None:
    rows = [mention(f"d{i:03d}", **JOHN, local_id="OFF-77001", record_kind="custody_census") for i in range(300)]
    linked, action = link(rows + crowd())
    assert len({linked[r["mention_key"]] for r in rows}) == len({action[r["mention_key"]] for r in rows}) == 1


def test_addresses_that_begin_with_the_street_are_not_all_one_street() -> None:
    with duckdb.connect() as db:
        rows = [("a", "Calle Zaragoza 127, Centro"), ("b", "Calle Morelos 234"), ("c", "calle zaragoza 127 int 4"),
                ("d", "12 Cedar Street Apt 4"), ("e", "Domicilio conocido 1a Secc. 9")]  # fmt: skip
        written = [mention(key, **JOHN | {"address": address}) for key, address in rows]
        db.register("given", pa.Table.from_pylist(written, SCHEMA))
        features.build(db, "given", "feature")
        found = dict(db.execute("select unique_id, street from feature").fetchall())
    assert found["a"] == found["c"] == "c zaragoza 127"
    assert (found["b"], found["d"], found["e"]) == ("c morelos 234", "12 cedar st", "domicilio conocido 1")
