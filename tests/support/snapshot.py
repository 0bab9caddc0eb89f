"""The whole outcome of ingest as plain values, to compare installations row by row."""

from __future__ import annotations

from typing import Any

from ingest.api import active_change_sets, current_records, outcomes, quarantined
from settings import Settings


def snapshot(settings: Settings, feeds: list[str]) -> dict[str, Any]:
    """Deliveries, change sets, records as of each change set, quarantine: everything but clocks and attempt counts."""
    found: dict[str, Any] = {
        "deliveries": [(o.feed_id, o.file_name, o.state, o.reason, o.rows) for o in outcomes(settings)]
    }
    names = {outcome.delivery_id: outcome.file_name for outcome in outcomes(settings)}
    for change_set in active_change_sets(settings):
        if change_set.feed_id not in feeds:
            continue
        for files in change_set.files:
            records = current_records(settings, change_set.feed_id, files.kind, change_set.known_at)
            found[f"{names[change_set.batch_id]}/{files.kind}"] = (change_set.counts[files.kind], records)
        rows = quarantined(settings, change_set.batch_id)
        found[f"{names[change_set.batch_id]}/quarantine"] = [
            (r.record_kind, r.row_number, r.rules, r.row) for r in rows
        ]
    return found


def same_key(settings: Settings, like: Settings) -> None:
    """Give an installation the pseudonym key of another, so that record keys can be compared."""
    folder = settings.home / "secret"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pseudonym.key").write_bytes((like.home / "secret" / "pseudonym.key").read_bytes())
