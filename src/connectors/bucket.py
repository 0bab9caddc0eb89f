"""Agency drops: any folder that universal-pathlib can open (local, S3, GCS, Azure, SFTP by the same code)."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass
from upath import UPath

from connectors.base import Item
from connectors.credentials import Credentials, redact
from connectors.errors import ConfigurationError, RefusedInput, RetriableError

#: Names that programs give to files while they are still being written.
UNFINISHED = ("*.tmp", "*.part", "*.partial", "*.filepart", "*.crdownload", "~*", ".*")
#: A file from farther in the future has a wrong date, not a clock that is ahead: waiting for it would never end.
_CLOCK_SKEW_SECONDS = 86_400


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class BucketConnector:
    """Files that a clerk drops into a folder; nothing is ever changed or deleted there.

    ``path`` is a folder relative to ``base`` (the installation's bucket root) or any URL such as ``s3://bucket/prefix``.
    A file counts as finished when it has not been modified for ``settle_seconds``, and, where ``done_marker`` is set,
    when ``<name><done_marker>`` lies beside it.
    """

    path: str
    base: str = "."
    pattern: str = "*"
    settle_seconds: float = 5.0
    done_marker: str | None = None
    storage_options: dict[str, Any] | None = None
    credentials: Credentials | None = None
    resumable: ClassVar[bool] = False

    @property
    def root(self) -> UPath:
        """The folder that is watched."""
        secret = self.credentials.storage_options() if self.credentials else {}
        options = {**(self.storage_options or {}), **secret}
        if "://" in self.path or self.path.startswith("/"):
            return UPath(self.path, **options)
        if ".." in Path(self.path).parts:
            raise ConfigurationError("bad_connector", f"connector.path {self.path!r} climbs out of the bucket root.")
        return UPath(self.base) / self.path

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """Finished files that match ``pattern``, by name. An absent folder is an empty one: drops come later.

        Raises:
            RetriableError: the bucket did not answer.
        """
        try:
            names = sorted((entry for entry in self._entries()), key=lambda entry: entry.name)
            present = {entry.name for entry in names}
            for entry in names:
                item = self._item(entry)
                if self._is_finished(item, present):
                    yield item
        except _failures() as error:
            raise self._unreachable(self.path, error) from None

    def open(self, item: Item, spool: Path | None = None) -> AbstractContextManager[BinaryIO]:
        """The bytes of a dropped file.

        Raises:
            RefusedInput: the file is a symbolic link that leads out of the bucket.
            RetriableError: the file vanished or the bucket did not answer.
        """
        entry = self.root / item.name
        if entry.protocol in ("", "file"):
            real, root = Path(str(entry)).resolve(), Path(str(self.root)).resolve()
            if not real.is_relative_to(root):
                raise RefusedInput("outside_bucket", f"{item.name} is a link to a place outside the bucket.")
        try:
            return cast("AbstractContextManager[BinaryIO]", entry.open("rb"))
        except _failures() as error:
            raise self._unreachable(item.location, error) from None

    def _unreachable(self, place: str, error: BaseException) -> RetriableError:
        secrets = self.credentials.secrets() if self.credentials else ()
        return RetriableError("bucket_unreachable", redact(f"{place}: {type(error).__name__}: {error}", secrets))

    def _entries(self) -> Iterator[UPath]:
        if self.root.exists():
            yield from (entry for entry in self.root.iterdir() if entry.is_file())

    def _item(self, entry: UPath) -> Item:
        stat = entry.stat()
        modified = datetime.fromtimestamp(stat.st_mtime, UTC) if stat.st_mtime else None
        tag = getattr(stat, "st_mtime_ns", None) or _etag(stat) or (modified.isoformat() if modified else "")
        return Item(str(entry), entry.name, f"{stat.st_size}-{tag}", stat.st_size, modified)

    def _is_finished(self, item: Item, present: set[str]) -> bool:
        if not fnmatch.fnmatch(item.name, self.pattern) or any(fnmatch.fnmatch(item.name, p) for p in UNFINISHED):
            return False
        if self.done_marker is not None:
            return not item.name.endswith(self.done_marker) and f"{item.name}{self.done_marker}" in present
        if item.modified_at is None:
            return True
        age = (datetime.now(UTC) - item.modified_at).total_seconds()
        return age >= self.settle_seconds or age < -_CLOCK_SKEW_SECONDS


def _failures() -> tuple[type[BaseException], ...]:
    """What a store can fail with: S3's library has errors of its own for a server that is away or wrong keys."""
    errors = sys.modules.get("botocore.exceptions")
    return (OSError, errors.BotoCoreError, errors.ClientError) if errors else (OSError,)


def _etag(stat: Any) -> str | None:
    info = stat.as_info() if hasattr(stat, "as_info") else {}
    return info.get("ETag") or info.get("etag")
