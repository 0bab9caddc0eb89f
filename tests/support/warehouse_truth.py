"""What change sets mean, folded by hand: the independent truth for the history that dbt computes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.warehouse_world import ChangeSet

Version = tuple[str, str, datetime, datetime | None, datetime | None, str]


def fold(active: list[ChangeSet], kind: str, content: str) -> list[Version]:
    """The versions of all records of a kind, by walking through the operations one by one.

    Returns (feed_id, record_key, known_from, known_to, pending_since, content column), sorted.
    """
    versions: list[list[Any]] = []
    current: dict[tuple[str, str], list[Any]] = {}
    for change_set in sorted(active, key=lambda c: (c.known_at, c.load_seq)):
        known = change_set.known_at.replace(tzinfo=None)
        changes = change_set.truth.get(kind, [])
        for change in sorted(changes, key=lambda c: c["op"] in ("mark", "clear")):
            place = (change_set.feed_id, change["record_key"])
            standing = current.get(place)
            if change["op"] == "mark" and standing:
                standing[4] = known
            elif change["op"] == "clear" and standing:
                standing[4] = None
            elif change["op"] in ("insert", "update", "delete"):
                if standing:
                    standing[3] = known
                    del current[place]
                if change["op"] != "delete":
                    current[place] = [*place, known, None, None, change.get(content)]
                    versions.append(current[place])
    kept = [tuple(version) for version in versions if version[3] is None or version[2] < version[3]]
    return sorted(kept, key=str)  # type: ignore[arg-type]
