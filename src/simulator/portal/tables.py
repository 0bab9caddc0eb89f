"""What a portal holds, what goes wrong with it, and what was asked of it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class Table:
    """A data set: column types (``text``, ``number``, ``date``), rows, and when each row changed (epoch seconds)."""

    columns: dict[str, str]
    rows: list[Row]
    updated: list[int] = field(default_factory=list)
    changed: int = 1_700_000_000
    resources: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.updated = self.updated or [self.changed] * len(self.rows)
        self.ids = list(range(1, len(self.rows) + 1))

    def replace(self, rows: list[Row]) -> None:
        """A publisher's full replace: new rows, new ids, a later mark of change."""
        self.changed += 3600
        self.rows, self.updated = rows, [self.changed] * len(rows)
        self.ids = list(range(100_001, 100_001 + len(rows)))


@dataclass
class Faults:
    """What goes wrong. ``every`` faults hit each n-th request; page faults count data pages from 1."""

    throttle_every: int = 0
    html_every: int = 0
    error_every: int = 0
    cut_every: int = 0
    silent_limit: int = 0
    empty_page: int = 0
    unstable_order: bool = False
    hidden_rows: int = 0
    on_page: Callable[[int], object] | None = None
    no_paging: bool = False
    needs_token: str | None = None
    limit_429_above: int = 0


class Holdings:
    """Tables by id, files by name, the faults in force, and the requests that came (path, query, headers)."""

    def __init__(self) -> None:
        self.url = ""
        self.tables: dict[str, Table] = {}
        self.files: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.faults = Faults()
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.pages = 0
        self.bytes_sent_before_cut = 400
        self._turn = 0
        self._lock = threading.Lock()
        self._random = random.Random(7)

    def turn(self) -> int:
        """The number of this request among those that may be hit by a fault."""
        with self._lock:
            self._turn += 1
            return self._turn

    def window(self, rows: list[Any], limit: int, offset: int, ordered: bool) -> tuple[list[Any], bool]:
        """One data page, and whether more is to come; page faults happen here."""
        self.pages += 1
        number = self.pages
        rows = rows[: len(rows) - self.faults.hidden_rows]
        if self.faults.silent_limit:
            limit = min(limit, self.faults.silent_limit)
        if self.faults.unstable_order or not ordered:
            rows = self._random.sample(rows, len(rows))
        page = rows[offset : offset + limit]
        more = offset + len(page) < len(rows)
        if number == self.faults.empty_page:
            page, more = [], True
        if self.faults.on_page:
            self.faults.on_page(number)
        return page, more
