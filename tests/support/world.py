"""A small installation in a temporary folder, with feeds written by the test."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from settings import Settings, load_settings

PROJECT = Path(__file__).resolve().parents[2]
#: The DAGs that are not made of a feed file.
OUR_DAGS = {
    "warehouse", "stewardship", "mail", "data_docs", "link_people", "link_training", "link_review", "reports",
    "evaluations",
}  # fmt: skip
REAL = PROJECT.parent / "shared" / "real"

JURISDICTION = "name: Testville\ncountry: US\ntimezone: America/New_York\n"
PERSON = "arrestee_*name*, arrestee_age_group, arrestee_sex, arrestee_race, arrestee_ethnicity, arrestee_fbi_number, arrestee_local_id, arrestee_address"

ARREST = f"""
description: arrests of a test agency
publisher: tests
verified: written for tests
connector: {{kind: bucket, path: us_test/arrest, pattern: "*.csv", settle_seconds: 0}}
reader: {{kind: delimited, null_values: ["NULL"]}}
delivery: {{mode: full}}
tolerances: [{{limit: min_row_ratio, value: 0.5, until: 2099-12-31, reason: the files of tests are small}}]
layouts:
  - name: "1"
    ignore: {{a remark of the clerk: [note]}}
    records:
      - kind: arrest
        key: {{columns: [arrest_no]}}
        map:
          arrest_id: arrest_no
          arrested_on: {{from: day, parse: ["%Y-%m-%d", "%m/%d/%Y"]}}
          arrestee_age: age
          arrestee_birth_date: {{from: born, parse: "%Y-%m-%d"}}
          arrestee_sid: sid
          area_id: area
        not_supplied: [incident_id, arrested_at, precinct_id, beat_id, location_text, latitude, longitude, {PERSON}]
"""
HEADER = "arrest_no,day,age,born,sid,area,note\n"


def settings_in(folder: Path, **overrides: object) -> Settings:
    """Settings of an installation under ``folder`` with its own jurisdictions."""
    values: dict[str, object] = {"home": folder / "var", "jurisdictions": folder / "jurisdictions", **overrides}
    settings = load_settings(**values)
    settings.jurisdictions.mkdir(parents=True, exist_ok=True)
    return settings


def write_feed(settings: Settings, feed_id: str = "us_test/arrest", text: str = ARREST) -> str:
    """Write a feed file and its jurisdiction."""
    path = settings.jurisdictions / f"{feed_id}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "jurisdiction.yml").write_text(JURISDICTION)
    path.write_text(text)
    return feed_id


def drop(settings: Settings, name: str, data: str | bytes, feed_id: str = "us_test/arrest") -> Path:
    """Put a file into the bucket of a feed."""
    path = settings.buckets / feed_id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def rows(*values: str) -> str:
    """A file of the ARREST feed: each value is ``arrest_no,day,age,born,sid,area,note``, short ones are filled up."""
    return HEADER + "".join(v + "," * (6 - v.count(",")) + "\n" for v in values)


def at(text: str) -> datetime:
    """An instant from ISO text, UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Environment of a child process that works on the same installation."""
    return {
        **os.environ,
        "NNSC_HOME": str(settings.home),
        "NNSC_JURISDICTIONS": str(settings.jurisdictions),
        "PYTHONPATH": f"{PROJECT / 'src'}:{PROJECT / 'tests'}",
        **more,
    }
