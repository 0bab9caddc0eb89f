"""Pulling a table page by page, the same for every protocol: nothing lost, nothing doubled, or nothing landed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from connectors.errors import ConfigurationError, RetriableError
from connectors.spool import Page, Spool

#: A source may answer with an empty page although more is to come; so often it is asked again before that is an error.
EMPTY_PAGES = 4


@dataclass(frozen=True)
class Standing:
    """How a source stands at one moment: rows that the query matches, and its mark of change ("" where it has none)."""

    total: int
    marker: str = ""


@dataclass(frozen=True)
class Pull:
    """One pull: its columns, how the source stood when it began, and the two questions to ask."""

    place: str
    columns: tuple[str, ...]
    begun: Standing
    page: Callable[[int, str | None], Page]
    """(rows received so far, identity of the last row) -> the next page."""
    standing: Callable[[], Standing]
    pause: float = 1.0

    @contextmanager
    def open(self, folder: Path) -> Iterator[BinaryIO]:
        """The whole table as delimited text, once every page is here and the source agrees.

        Raises:
            RetriableError: the source changed meanwhile or does not give what it counts; the spool is emptied.
        """
        spool = Spool(folder)
        if spool.rows:
            self._unchanged(spool)
        self._receive(spool)
        self._unchanged(spool)
        if repeated := spool.repeated():
            raise self._failed(spool, "order_changed", f"{repeated:,} rows came twice, so others never came")
        with spool.stream(self.columns) as stream:
            yield stream

    def _receive(self, spool: Spool) -> None:
        empty = 0
        while spool.rows < self.begun.total:
            page = self.page(spool.rows, spool.last)
            if page.rows:
                empty = 0
                spool.add(page)
                continue
            empty += 1
            if empty > EMPTY_PAGES:
                break
            time.sleep(self.pause * empty)
        if spool.rows != self.begun.total:
            message = f"{spool.rows:,} rows came, but the source counts {self.begun.total:,}"
            raise self._failed(spool, "count_mismatch", message)

    def _unchanged(self, spool: Spool) -> None:
        now = self.standing()
        if now != self.begun:
            counts = f" ({self.begun.total:,} rows before, {now.total:,} now)" if now.total != self.begun.total else ""
            raise self._failed(spool, "source_changed", f"it was republished during the pull{counts}")

    def _failed(self, spool: Spool, code: str, problem: str) -> RetriableError:
        spool.clear()
        return RetriableError(code, f"{self.place}: {problem}. Nothing was landed; the next try begins anew.")


def as_text(value: Any) -> str:
    """A JSON value as the text of one field: null is empty, what is nested stays JSON with sorted keys."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def page_of(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], identity: str) -> Page:
    """Rows of JSON objects in column order; a key that a row lacks is an empty field."""
    kept = list(rows)
    # Nearly every value is text already: those are not sent through a function call.
    rows_ = [[v if type(v) is str and "\r" not in v else as_text(v) for v in map(row.get, columns)] for row in kept]
    return Page(rows_, [as_text(row[identity]) for row in kept])


def kept_columns(names: Iterable[str], without: Sequence[str]) -> tuple[str, ...]:
    """Columns in the source's order, without those that are to stay there.

    Raises:
        ConfigurationError: one that is to stay is not there: misspelt, it would be pulled after all.
    """
    known = tuple(names)
    if unknown := sorted(set(without) - set(known)):
        raise ConfigurationError(
            "bad_request", f"connector.without: the source has no column {unknown[0]!r}; it has: {', '.join(known)}."
        )
    return tuple(name for name in known if name not in set(without))
