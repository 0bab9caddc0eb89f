"""A small publication written by hand: reasons of a few people, as the warehouse would have published them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from governance.audit import lines
from ingest.ledger import engine
from settings import Settings
from support.world import PROJECT, settings_in

PLACE, OTHER = "us_aa_first", "us_bb_second"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RECIPIENTS = f"""recipients:
  site: {{tier: T3, jurisdictions: [{PLACE}], purpose: Working group of the first city}}
  second: {{tier: T3, jurisdictions: all, purpose: Another working group}}
  network: {{tier: T2, jurisdictions: all, purpose: Pseudonymous records}}
  elsewhere: {{tier: T3, jurisdictions: [{OTHER}], purpose: Working group of the second city}}
"""
REASONS = "marts.mart_gvi__candidate_reasons"
ROSTER = "core.fct_group_roster"


def reason(person: str, record: str, **columns: Any) -> dict[str, Any]:
    """A row of the mart of reasons: a roster entry of a candidate, unless told otherwise."""
    row: dict[str, Any] = {
        "jurisdiction_id": PLACE, "person_key": person, "reason": "Suspected to belong to a group; not a finding",
        "gives": "candidate", "feed_id": f"{PLACE}/group_roster", "record_kind": "group_roster", "record_key": record,
        "known_on": date(2026, 11, 19), "evidence_on": date(2026, 3, 1), "expires_on": date(2027, 3, 1),
        "strength": "suspicion", "review_state": "not_reviewed", "route": "candidate",
    }  # fmt: skip
    return {**row, **columns}


#: ann: an entry and an arrest. bob: his only reason of a candidate ends soon, an arrest would stay. vic: only shot.
#: kid: was a minor in the entry. far: lives elsewhere.
START = [
    reason("ann", "r1"),
    reason("ann", "a1", record_kind="arrest", feed_id=f"{PLACE}/arrest", gives="context", strength="weak",
           reason="Arrested for a weapon"),
    reason("bob", "r2", expires_on=date(2026, 11, 25)),
    reason("bob", "a2", record_kind="arrest", feed_id=f"{PLACE}/arrest", gives="context", reason="Arrested for a weapon"),
    reason("vic", "v1", record_kind="shooting_victim", feed_id=f"{PLACE}/shooting", gives="service",
           route="service_only", reason="Shot in the last 12 months", strength="recorded"),
    reason("kid", "r3"),
    reason("far", "r4", jurisdiction_id=OTHER, feed_id=f"{OTHER}/group_roster"),
]  # fmt: skip
NUMBERS = {"r1": "R-001", "r2": "=1+1", "r3": "R-003", "r4": "R-004", "a1": "A-77", "a2": "A-78", "v1": "26-0412"}


def installation(folder: Path) -> Settings:
    """An installation with recipients, at noon of a day, that published ``START``."""
    policies = shutil.copytree(PROJECT / "policies", folder / "policies")
    (policies / "recipients.yml").write_text(RECIPIENTS)
    settings = installed(folder)
    with _warehouse(settings) as db:
        db.execute(
            "create schema restricted; create table restricted.record_source (record_kind varchar, feed_id varchar, "
            "record_key varchar, arrest_id varchar, incident_id varchar, roster_id varchar, term_id varchar, "
            "known_from timestamp)"
        )
        for row in START:
            column = {"arrest": "arrest_id", "group_roster": "roster_id"}.get(row["record_kind"], "incident_id")
            db.execute(
                f"insert into restricted.record_source (record_kind, feed_id, record_key, {column}, known_from) "
                "values (?, ?, ?, ?, timestamp '2026-03-02')",
                [row["record_kind"], row["feed_id"], row["record_key"], NUMBERS[row["record_key"]]],
            )
    published(settings, START)
    with engine(settings).connect() as connection:
        lines(connection)  # makes the ledger
    return settings


def installed(folder: Path) -> Settings:
    """The installation that lies in a folder, at noon of its day."""
    return settings_in(folder, policies=folder / "policies", clock=NOON)


def _warehouse(settings: Settings) -> duckdb.DuckDBPyConnection:
    path = Path(settings.warehouse)
    settings.private_dir(path.parent)
    return duckdb.connect(str(path))


def published(settings: Settings, rows: list[dict[str, Any]], number: int = 1) -> None:
    """Publish these reasons as a publication of this number."""
    roster = [
        {"jurisdiction_id": r["jurisdiction_id"], "mention_key": f"m-{r['record_key']}", "record_key": r["record_key"],
         "person_key": r["person_key"], "member_age": 17 if r["person_key"] == "kid" else 30}
        for r in START if r["record_kind"] == "group_roster"
    ]  # fmt: skip
    tables = {REASONS: rows, ROSTER: roster}
    folder = settings.published
    (folder / "publications").mkdir(parents=True, exist_ok=True)
    (folder / "tables").mkdir(exist_ok=True)
    files = {}
    for table, content in tables.items():
        files[table] = f"{table}.{number}.parquet"
        pq.write_table(pa.Table.from_pylist(content), folder / "tables" / files[table])
    tiers = {
        table: {"tier": "T3", "columns": dict.fromkeys(content[0], "T3"), "pseudonyms": ["person_key", "record_key"]}
        for table, content in tables.items()
    }
    told = {"tables": {t: len(c) for t, c in tables.items()}, "files": files, "tiers": tiers}
    (folder / "publications" / f"{number:06}.json").write_text(json.dumps(told))
