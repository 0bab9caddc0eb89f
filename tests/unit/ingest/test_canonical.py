"""The content hash is what this test says it is, for ever: the state of every feed is kept by it."""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from feeds.contracts import load_contracts
from feeds.spec import RecordSpec
from ingest.mapping import records_query
from ingest.reading import own_database
from support.world import PROJECT

RECORD = RecordSpec.model_validate(
    {
        "kind": "arrest",
        "key": {"columns": ["no"]},
        "map": {
            "arrest_id": "no",
            "area_id": "area",
            "arrested_at": {"from": "moment", "parse": ["%Y-%m-%d %H:%M", "%Y-%m"]},
            "arrested_on": {"from": "moment", "parse": ["%Y-%m-%d %H:%M", "%Y-%m"]},
            "latitude": "lat",
            "arrestee_age": "age",
            "arrestee_birth_date": {"from": "born", "parse": "%Y-%m-%d", "impossible": "keep"},
        },
    }
)
ROWS = [
    (1, "A1", "Ñuñoa\x1fx=y", "2024-03-01 10:30", "40.1234567", "+31.0", "1990-02-01"),
    (2, "A2", None, "2024-03", "-74", None, "1990-02-31"),
    (3, None, None, None, None, "old", None),
]
CONTENTS = [
    "area_id=Ñuñoa\x1fx=y\x1farrest_id=A1\x1farrested_at=1709289000000000\x1farrested_on=19783\x1farrestee_age=31\x1f"
    "arrestee_birth_date=7336\x1flatitude=40.123460",
    "arrest_id=A2\x1farrested_at=1709251200000000\x1farrested_at_precision=month\x1farrested_on=19783\x1f"
    "arrested_on_precision=month\x1farrestee_birth_date_precision=impossible\x1flatitude=-74.000000",
    "",
]


def test_the_hash_is_of_names_and_values_that_are_there() -> None:
    contract = load_contracts(PROJECT / "expectations")["arrest"]
    names = ["_file_row", "no", "area", "moment", "lat", "age", "born"]
    with own_database() as connection:
        columns = ", ".join(f"{name} {'bigint' if name == '_file_row' else 'varchar'}" for name in names)
        connection.execute(f"create temp table delivered ({columns})")
        connection.executemany("insert into delivered values (?, ?, ?, ?, ?, ?, ?)", ROWS)
        query = records_query(RECORD, contract, ZoneInfo("UTC"), "delivered")
        found = connection.execute(f"select _content_hash, arrestee_age from ({query}) order by row_number").fetchall()
    assert [digest for digest, _ in found] == [hashlib.md5(text.encode()).digest() for text in CONTENTS]
    assert [age for _, age in found] == [31, None, None]
