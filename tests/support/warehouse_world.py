"""A small world of change sets: Parquet files exactly as ingest writes them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from feeds.contracts import Contract, load_contracts
from settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
TYPES = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
START = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class KindFiles:
    kind: str
    changes: Path
    records: Path


@dataclass(frozen=True)
class ChangeSet:
    change_set_id: str
    feed_id: str
    jurisdiction_id: str
    batch_id: str
    generation: int
    known_at: datetime
    load_seq: int
    files: tuple[KindFiles, ...]
    #: what is in the files, for the fold: kind -> changes
    truth: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass
class World:
    """Writes change sets; ``active`` is what ``ingest.api.active_change_sets`` would return."""

    settings: Settings
    contracts: dict[str, Contract]
    active: list[ChangeSet] = field(default_factory=list)
    counter: int = 0

    def deliver(
        self, feed_id: str, day: float, changes: dict[str, list[dict[str, Any]]], generation: int = 1
    ) -> ChangeSet:
        """A change set known ``day`` days after the start. A change: op, record_key, content columns."""
        self.counter += 1
        number = self.counter
        folder = self.settings.home / "sets" / f"{number}"
        folder.mkdir(parents=True)
        made = ChangeSet(
            change_set_id=f"cs{number}",
            feed_id=feed_id,
            jurisdiction_id=feed_id.split("/")[0],
            batch_id=f"batch-{feed_id}-{day}",
            generation=generation,
            known_at=START + timedelta(days=day),
            load_seq=number,
            files=tuple(self._write(folder, kind, rows) for kind, rows in changes.items()),
            truth=changes,
        )
        self.active.append(made)
        return made

    def withdraw(self, superseded: list[ChangeSet]) -> None:
        """These change sets are no longer active."""
        gone = {change_set.change_set_id for change_set in superseded}
        self.active = [change_set for change_set in self.active if change_set.change_set_id not in gone]

    def _write(self, folder: Path, kind: str, rows: list[dict[str, Any]]) -> KindFiles:
        contract = self.contracts[kind]
        references = [f"{entity}_key" for entity in contract.references]
        narrow: list[dict[str, Any]] = []
        wide: list[dict[str, Any]] = [{"row_number": 9_000_000 + n, "record_no": 0} for n in range(2)]  # not selected
        for number, row in enumerate(rows, start=1):
            has_record = row["op"] in ("insert", "update")
            narrow.append(
                {
                    "op": row["op"],
                    "record_key": row["record_key"],
                    "source_key": f"agency-{row['record_key']}",
                    "row_number": number if has_record else None,
                    "record_no": row.get("record_no", 0) if has_record else None,
                    "identity_basis": "key",
                    "content_hash": repr(sorted(row.items(), key=str)).encode(),
                    **{name: row.get(name) if has_record else None for name in references},
                }
            )
            if has_record:
                wide.append({"row_number": number, "record_no": row.get("record_no", 0), **row})
        _parquet(folder / f"{kind}.changes.parquet", narrow, self.change_schema(references))
        _parquet(folder / f"{kind}.records.parquet", wide, self.record_schema(contract))
        return KindFiles(kind, folder / f"{kind}.changes.parquet", folder / f"{kind}.records.parquet")

    @staticmethod
    def change_schema(references: list[str]) -> pa.Schema:
        texts = ["op", "record_key", "source_key", "identity_basis", *references]
        fields = [pa.field(name, pa.string()) for name in texts]
        return pa.schema(
            [
                *fields,
                pa.field("row_number", pa.int64()),
                pa.field("record_no", pa.int32()),
                pa.field("content_hash", pa.binary()),
            ]
        )

    @staticmethod
    def record_schema(contract: Contract) -> pa.Schema:
        own = [pa.field(name, TYPES[kind]) for name, kind in contract.stored_columns()]
        return pa.schema([pa.field("row_number", pa.int64()), pa.field("record_no", pa.int32()), *own])


def _parquet(path: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    pq.write_table(pa.table(columns, schema=schema), path)


JURISDICTION = (
    "name: {name}\ncountry: US\ntimezone: America/New_York\npopulation: [{{year: 2020, people: 1000, source: x}}]\n"
)
FEED = """description: Test feed
publisher: Test agency
verified: made up
connector: {{kind: bucket, path: x}}
reader: {{kind: delimited}}
delivery: {{mode: full}}
layouts:
  - name: only
    records:
{records}
"""
RECORD = "      - {{kind: {kind}, key: {{columns: [id]}}, map: {{{map}}}, not_supplied: ['*']}}"


def write_feed(settings: Settings, feed_id: str, kinds: list[str]) -> None:
    """A feed file that emits these kinds, and its jurisdiction."""
    path = settings.jurisdictions / f"{feed_id}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "jurisdiction.yml").write_text(JURISDICTION.format(name=path.parent.name))
    records = "\n".join(RECORD.format(kind=kind, map="") for kind in kinds)
    path.write_text(FEED.format(records=records))


SHOOTINGS, VICTIMS_ONLY, ARRESTS = ("us_aa_first/shooting", "us_bb_second/victims", "us_aa_first/arrest")


def make_world(home: Path) -> World:
    """An empty world with three feeds in two jurisdictions."""
    settings = Settings(home=home, project=PROJECT, jurisdictions=home / "jurisdictions")
    write_feed(settings, SHOOTINGS, ["shooting_incident", "shooting_victim", "shooting_suspect"])
    write_feed(settings, VICTIMS_ONLY, ["shooting_victim"])
    write_feed(settings, ARRESTS, ["arrest", "arrest_charge"])
    return World(settings, load_contracts(settings.contracts))


def copy_of(world: World, home: Path) -> World:
    """A copy of a world that was built, to be changed at will (change sets' files stay where they were written)."""
    shutil.copytree(world.settings.home, home)
    settings = Settings(home=home, project=PROJECT, jurisdictions=home / "jurisdictions")
    return World(settings, world.contracts, list(world.active), world.counter)


def shooting(kind: str, op: str, record_key: str, incident: str, **content: Any) -> dict[str, Any]:
    """A change of a shooting record; its incident took place at 22:00 on the last of 2023 in New York."""
    times = {"occurred_at": datetime(2024, 1, 1, 3), "occurred_at_local": datetime(2023, 12, 31, 22)}
    own = {} if kind == "shooting_suspect" else times
    names = {"incident_id": f"number-{incident}", "incident_key": incident}
    return {"op": op, "record_key": record_key, **names, **own, **content}


def first_deliveries(world: World) -> None:
    """One delivery of each feed."""
    world.deliver(
        SHOOTINGS,
        1,
        {
            "shooting_incident": [shooting("shooting_incident", "insert", "inc1", "i1", area_id="North")],
            "shooting_victim": [
                shooting("shooting_victim", "insert", "v1", "i1", is_fatal=False, area_id="North", victim_sex="M"),
                shooting(
                    "shooting_victim",
                    "insert",
                    "v2",
                    "i1",
                    is_fatal=True,
                    area_id="North",
                    victim_last_name="Zzyzxsson",
                ),
            ],
            "shooting_suspect": [shooting("shooting_suspect", "insert", "s1", "i1", suspect_age=30)],
        },
    )
    world.deliver(
        VICTIMS_ONLY,
        1,
        {"shooting_victim": [shooting("shooting_victim", "insert", f"w{n}", "i1", is_fatal=False) for n in (1, 2)]},
    )
    world.deliver(
        ARRESTS,
        1,
        {
            "arrest": [
                {
                    "op": "insert",
                    "record_key": "a1",
                    "arrest_key": "k1",
                    "arrest_id": "7",
                    "arrested_on": date(2024, 1, 9),
                }
            ],
            "arrest_charge": [
                {
                    "op": "insert",
                    "record_key": f"c{n}",
                    "arrest_key": "k1",
                    "arrest_id": "7",
                    "charge_number": n,
                    **text,
                }
                for n, text in enumerate(({"source_offense": "ROBBERY 2"}, {"source_offense": "Zoning"}, {}), start=1)
            ],
        },
    )
