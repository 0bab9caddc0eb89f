"""What the warehouse needs to know of a change set, and which of them are to be loaded or removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb


class KindFilesLike(Protocol):
    """The two Parquet files of one record kind of a change set (``ingest.api.KindFiles``)."""

    @property
    def kind(self) -> str: ...
    @property
    def changes(self) -> Path: ...
    @property
    def records(self) -> Path: ...


class ChangeSetLike(Protocol):
    """One delivery's changes (``ingest.api.ChangeSet``)."""

    @property
    def change_set_id(self) -> str: ...
    @property
    def feed_id(self) -> str: ...
    @property
    def jurisdiction_id(self) -> str: ...
    @property
    def batch_id(self) -> str: ...
    @property
    def generation(self) -> int: ...
    @property
    def known_at(self) -> datetime: ...
    @property
    def load_seq(self) -> int: ...
    @property
    def files(self) -> Sequence[KindFilesLike]: ...


@dataclass(frozen=True)
class Plan:
    """Which change sets have to come and to go, so that the warehouse holds exactly the active ones."""

    new: list[ChangeSetLike]
    superseded: list[str]

    @property
    def size(self) -> int:
        """Change sets to load or remove."""
        return len(self.new) + len(self.superseded)


def plan(db: duckdb.DuckDBPyConnection, active: Iterable[ChangeSetLike]) -> Plan:
    """Compare the active change sets with what ``raw.change_set`` says is loaded."""
    wanted = {change_set.change_set_id: change_set for change_set in active}
    loaded = {row[0] for row in db.execute("select change_set_id from raw.change_set").fetchall()}
    new = sorted((c for key, c in wanted.items() if key not in loaded), key=lambda c: c.load_seq)
    return Plan(new, sorted(loaded - wanted.keys()))


def naive_utc(instant: datetime) -> datetime:
    """The instant as DuckDB TIMESTAMP stores it: UTC without a zone.

    Raises:
        ValueError: the instant has no zone, so nobody knows what it means.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone; pass an aware datetime")
    return instant.astimezone(UTC).replace(tzinfo=None)


def touched_since(kind: str, load_id: int) -> str:
    """SQL of the keys of a kind's records that loads after one touched."""
    later = f"select change_set_id from raw.change_set where load_id > {load_id}"
    return f'select distinct record_key from raw."{kind}" where change_set_id in ({later})'
