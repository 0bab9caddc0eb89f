"""The small interface that every connector has, whatever its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

#: Blanks that people and programs leave around values.
BLANKS = " \t\r\n\u00a0"


@dataclass(frozen=True)
class Item:
    """One thing that a source offers: a file, or one page-set of an API.

    ``location`` and ``version`` together identify the arrival: the same location with another version is another
    delivery. ``cursor`` is what the source should be asked with next time, once this item is safely landed. ``plan``
    is what the connector needs to pull it, or to go on with a pull that was killed (JSON; never a secret).
    """

    location: str
    name: str
    version: str
    size: int | None = None
    modified_at: datetime | None = None
    cursor: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Description:
    """What a source says of itself: columns with its own type names, rows (``None`` where it does not tell), a sample.

    ``sample`` holds a few rows as text by column.
    """

    columns: dict[str, str]
    total: int | None
    sample: list[dict[str, str]]


class Connector(Protocol):
    """Moves bytes from a source to landing. Knows no Airflow, no dbt and no record kinds."""

    #: True where a pull has several steps that a retry can go on from: its item is kept until it is landed.
    resumable: ClassVar[bool]

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """Items that may be new, oldest first. Must not change the source."""
        ...

    def open(self, item: Item, spool: Path) -> AbstractContextManager[BinaryIO]:
        """The bytes of one item, streamed; a resumable connector keeps its pages in ``spool`` until they are landed."""
        ...


class Describes(Protocol):
    """A connector that can be asked what its source holds (``nnsc feeds probe`` and ``new``)."""

    def describe(self, limit: int = 1) -> Description:
        """Columns, number of rows and ``limit`` rows of the source."""
        ...


@dataclass(frozen=True)
class TextTable:
    """A file as rows of text in a DuckDB connection.

    ``table`` has ``row_number`` (1-based data row), then ``c0, c1, ...`` for ``headings`` in file order; values are
    trimmed, empty text and the feed's null markers are null. ``rejects`` has ``row_number, problem, row_text``.
    ``rows`` counts every data row, the rejected ones included. ``blanks`` are those that a value may begin or end with.
    """

    table: str
    rejects: str
    headings: tuple[str, ...]
    rows: int
    blanks: str = BLANKS


class Reader(Protocol):
    """Turns the bytes of one format into a table of text. One class per format."""

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read ``path`` into ``connection``; temporary files go to ``scratch``.

        Raises:
            RefusedInput: the bytes are not what this reader reads.
        """
        ...
