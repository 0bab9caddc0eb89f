"""The place of a pull that is under way: what it is and its pages, so that a retry goes on with it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.base import Connector, Item
from connectors.errors import RetriableError
from feeds.catalogue import LoadedFeed
from ingest.files import write_whole
from settings import Settings

#: An unfinished pull older than this is not gone on with: the source has moved on.
_OLDEST = timedelta(days=2)


@dataclass(frozen=True)
class PullSpool:
    """The spool of one feed: pages and the item they belong to; held by one process at a time."""

    settings: Settings
    place: Path
    asked: str
    resumable: bool

    @classmethod
    def of(cls, settings: Settings, feed: LoadedFeed, connector: Connector) -> AbstractContextManager[PullSpool]:
        """The spool of a feed, locked while in use where the connector pulls in steps.

        Raises:
            RetriableError: another process pulls this feed now.
        """
        place = settings.home / "spool" / feed.spec.feed_id
        asked = hashlib.sha256(feed.spec.connector.model_dump_json().encode()).hexdigest()
        spool = cls(settings, place, asked, connector.resumable)
        return spool._locked() if connector.resumable else nullcontext(spool)

    @property
    def folder(self) -> Path:
        """Where the connector keeps pages."""
        return self.place / "pages"

    def items(self, connector: Connector, cursor: Callable[[], dict[str, Any]]) -> Iterator[Item]:
        """The item of an unfinished pull first, then what else the source offers; ``cursor`` is read in between."""
        unfinished = self._kept()
        if unfinished is not None:
            yield unfinished
        for item in connector.poll(cursor()):
            if unfinished is None or item.location != unfinished.location:
                yield item

    def keep(self, item: Item) -> None:
        """Remember what is being pulled, before its first page."""
        if self.resumable:
            self.settings.private_dir(self.settings.home / "spool")
            self.settings.private_dir(self.folder)
            kept = {"asked": self.asked, "since": self.settings.now().isoformat(), "item": asdict(item)}
            if not self._plan.exists():
                write_whole(self.settings.home, self._plan, json.dumps(kept, default=str).encode())

    def clear(self) -> None:
        """It is landed (or was before): nothing is to be gone on with."""
        if self.resumable:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _plan(self) -> Path:
        return self.folder / "plan.json"

    def _kept(self) -> Item | None:
        if not (self.resumable and self._plan.exists()):
            return None
        try:
            raw = json.loads(self._plan.read_text())
            item, since = Item(**raw["item"]), datetime.fromisoformat(raw["since"])
        except (ValueError, TypeError, KeyError):  # written by another version of this program
            self.clear()
            return None
        if raw["asked"] != self.asked or self.settings.now() - since > _OLDEST:
            self.clear()
            return None
        return item

    @contextmanager
    def _locked(self) -> Iterator[PullSpool]:
        self.settings.private_dir(self.place)
        with (self.place / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RetriableError(
                    "pull_running", f"Another process pulls {self.place.parent.name}/{self.place.name} at this moment."
                ) from None
            yield self
