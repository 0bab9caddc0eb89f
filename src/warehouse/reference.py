"""Reference tables out of ``jurisdictions/`` (feeds, places), ``policies/`` and what people decided about values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import duckdb

from feeds.catalogue import Catalogue
from feeds.markets import PHASES, zones
from feeds.places import JurisdictionSpec
from feeds.spec import FeedSpec
from governance.suspicion import SuspicionPolicy
from ingest.crosswalk import CrosswalkDecision
from warehouse.clocks import clock_changes

#: Tables of schema ``reference`` that are written here (dbt writes the seeds beside them).
TABLES = (
    "area", "clock_change", "crosswalk_decision", "facility", "facility_unit", "feed", "feed_record_kind",
    "jurisdiction", "jurisdiction_population", "market", "market_cell", "suspicion_clock",
)  # fmt: skip

#: Rows in one insert statement: one statement for each row takes a millisecond each.
_AT_ONCE = 500

Rows = dict[str, list[tuple[Any, ...]]]


def reference_rows(catalogue: Catalogue, policy: SuspicionPolicy, decisions: Iterable[CrosswalkDecision] = ()) -> Rows:
    """The rows of each reference table, sorted, as the catalogue has them now; who decided stays in the ledger."""
    feeds, places = (sorted(catalogue.feeds.items()), sorted(catalogue.jurisdictions.items()))
    return {
        "crosswalk_decision": [(d.terminology_id, d.feed_id, d.source_value, d.code, d.decision_id) for d in decisions],
        "jurisdiction": [_jurisdiction(name, spec) for name, spec in places],
        "jurisdiction_population": [
            (name, entry.year, entry.people, entry.source)
            for name, spec in places
            for entry in sorted(spec.population, key=lambda entry: entry.year)
        ],
        "area": [
            (name, area.kind, area.id, area.name, area.valid_from, area.valid_to)
            for name, spec in places
            for area in spec.areas
        ],
        "clock_change": [
            (name, kind, first.date(), first, last)
            for name, spec in places
            for kind, first, last in clock_changes(spec.timezone)
        ],
        "facility": [
            (name, facility.id, facility.name, facility.valid_from, facility.valid_to)
            for name, spec in places
            for facility in spec.facilities
        ],
        "facility_unit": [
            (
                name,
                facility.id,
                unit.id,
                unit.name,
                unit.valid_from or facility.valid_from,
                unit.valid_to or facility.valid_to,
            )
            for name, spec in places
            for facility in spec.facilities
            for unit in facility.units
        ],
        "market": [row for name, spec in places for row in _markets(name, spec)],
        "market_cell": [
            (name, market, version, cell, zone)
            for name, spec in places
            for market, version, cell, zone in zones(spec.markets)
        ],
        "suspicion_clock": [(name, *policy.clock(name)) for name, _ in places],
        "feed": [_feed(feed_id, spec) for feed_id, spec in feeds],
        "feed_record_kind": [(feed_id, kind) for feed_id, spec in feeds for kind in spec.kinds()],
    }


def digest(rows: Rows) -> str:
    """A fingerprint of the reference rows: when it changes, the models have to run again."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()


def replace(db: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Write the reference tables anew (they are small)."""
    for table, content in rows.items():
        db.execute(f"delete from reference.{table}")
        for start in range(0, len(content), _AT_ONCE):
            part = content[start : start + _AT_ONCE]
            row = f"({', '.join('?' * len(part[0]))})"
            values = [value for one in part for value in one]
            db.execute(f"insert into reference.{table} values {', '.join([row] * len(part))}", values)


def _jurisdiction(name: str, spec: JurisdictionSpec) -> tuple[Any, ...]:
    box = spec.bounds
    corners = (box.min_latitude, box.max_latitude, box.min_longitude, box.max_longitude) if box else (None,) * 4
    return (name, spec.name, spec.country, spec.timezone, spec.locale, *corners)


def _markets(name: str, spec: JurisdictionSpec) -> list[tuple[Any, ...]]:
    """One row for each drawing; the phases are those of the market."""
    return [
        (name, market.id, drawing.version, market.name, drawing is market.newest,
         *(getattr(market.phases, phase) for phase in PHASES), drawing.ring)
        for market in sorted(spec.markets, key=lambda market: market.id)
        for drawing in market.drawings
    ]  # fmt: skip


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
