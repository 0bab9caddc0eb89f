"""Files that a person names on the command line, as a connector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast

from connectors.base import Item
from connectors.errors import ConfigurationError


@dataclass(frozen=True)
class LocalFiles:
    """Files that a person names on the command line, as a connector."""

    paths: tuple[Path, ...]
    resumable: ClassVar[bool] = False

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """The named files, in the order given."""
        for path in self.paths:
            if not path.is_file():
                raise ConfigurationError("no_such_file", f"{path} does not exist or is no file.")
            stat = path.stat()
            modified = datetime.fromtimestamp(stat.st_mtime, UTC)
            version = f"{stat.st_size}-{stat.st_mtime_ns}"
            yield Item(str(path.resolve()), path.name, version, stat.st_size, modified)

    def open(self, item: Item, spool: Path) -> AbstractContextManager[BinaryIO]:
        """The bytes of a named file."""
        return cast("AbstractContextManager[BinaryIO]", Path(item.location).open("rb"))
