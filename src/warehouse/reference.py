"""Reference tables out of ``jurisdictions/``: feeds, record kinds, jurisdictions and their population."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import duckdb

from feeds.catalogue import Catalogue
from feeds.spec import FeedSpec, JurisdictionSpec

#: Tables of schema ``reference`` that are written here (dbt writes the seeds beside them).
TABLES = ("feed", "feed_record_kind", "jurisdiction", "jurisdiction_population")

Rows = dict[str, list[tuple[Any, ...]]]


def reference_rows(catalogue: Catalogue) -> Rows:
    """The rows of each reference table, sorted, as the catalogue has them now."""
    feeds, places = (sorted(catalogue.feeds.items()), sorted(catalogue.jurisdictions.items()))
    return {
        "jurisdiction": [_jurisdiction(name, spec) for name, spec in places],
        "jurisdiction_population": [
            (name, entry.year, entry.people, entry.source)
            for name, spec in places
            for entry in sorted(spec.population, key=lambda entry: entry.year)
        ],
        "feed": [_feed(feed_id, spec) for feed_id, spec in feeds],
        "feed_record_kind": [(feed_id, kind) for feed_id, spec in feeds for kind in spec.kinds()],
    }


def digest(rows: Rows) -> str:
    """A fingerprint of the reference rows: when it changes, the models have to run again."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def replace(db: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Write the reference tables anew (they are small)."""
    for table, content in rows.items():
        db.execute(f"delete from reference.{table}")
        if content:
            places = ", ".join("?" * len(content[0]))
            db.executemany(f"insert into reference.{table} values ({places})", content)


def _jurisdiction(name: str, spec: JurisdictionSpec) -> tuple[Any, ...]:
    box = spec.bounds
    corners = (box.min_latitude, box.max_latitude, box.min_longitude, box.max_longitude) if box else (None,) * 4
    return (name, spec.name, spec.country, spec.timezone, spec.locale, *corners)


def _feed(feed_id: str, spec: FeedSpec) -> tuple[Any, ...]:
    fresh = spec.freshness
    return (
        feed_id,
        spec.jurisdiction_id or feed_id.split("/")[0],
        spec.description,
        spec.publisher,
        spec.delivery.mode,
        spec.simulated,
        _hours(fresh.warn_after) if fresh else None,
        _hours(fresh.error_after) if fresh else None,
    )


def _hours(duration: timedelta) -> float:
    return duration.total_seconds() / 3600
