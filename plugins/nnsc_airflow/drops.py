"""Drops that start their feed: a trigger that watches a bucket, and the schedule that follows it or the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import Asset, AssetOrTimeSchedule, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from nnsc_airflow.feedfiles import FeedFile

#: Seconds between two looks into a bucket; a drop starts its feed within about this and Airflow's own few seconds.
POKE_SECONDS = 5.0


class DropTrigger(BaseEventTrigger):
    """Fires for every file in the bucket of ``feed_id`` that has not been taken in; each file is told once.

    What was told is forgotten when the triggerer restarts: a run that then finds nothing new does nothing.
    """

    def __init__(self, feed_id: str, poke_seconds: float = POKE_SECONDS) -> None:
        super().__init__()
        self.feed_id, self.poke_seconds = feed_id, poke_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments."""
        return "nnsc_airflow.drops.DropTrigger", {"feed_id": self.feed_id, "poke_seconds": self.poke_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event per look that finds something new; a bucket that does not answer is looked at again."""
        told: frozenset[str] = frozenset()
        while True:
            found = await asyncio.to_thread(self._look)
            if found - told:
                yield TriggerEvent({"feed_id": self.feed_id, "files": len(found - told)})
            told |= found
            await asyncio.sleep(self.poke_seconds)

    def _look(self) -> frozenset[str]:
        from connectors.errors import IngestError
        from feeds.errors import SpecificationError
        from ingest.drops import waiting_drops
        from settings import load_settings

        try:
            return waiting_drops(load_settings(), self.feed_id)
        except (IngestError, SpecificationError) as error:
            self.log.warning("%s: cannot look for drops: %s", self.feed_id, error)
            return frozenset()


def with_drops(feed: FeedFile, timetable: Any) -> Any:
    """The schedule of a feed that drops start too: each is an event of the feed's own asset."""
    watcher = AssetWatcher(name=f"bucket of {feed.feed_id}", trigger=DropTrigger(feed.feed_id))
    asset = Asset(name=f"drop_{feed.dag_id}", watchers=[watcher])
    return AssetOrTimeSchedule(timetable=timetable, assets=[asset]) if timetable else [asset]


def is_watched(feed: FeedFile) -> bool:
    """True for feeds whose agencies drop files into a bucket of this installation."""
    connector = feed.connector
    remote = "connection" in connector or "://" in str(connector.get("path"))
    return connector.get("kind") == "bucket" and not remote
