"""Carto's SQL API (Philadelphia)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import Field
from pydantic.dataclasses import dataclass

from connectors.base import Description, Item
from connectors.errors import RetriableError
from connectors.paging import Pull, Standing, as_text, kept_columns, page_of
from connectors.spool import Page
from connectors.web import STRICT, WebConnector, stamp

_SMALLEST_PAGE = 100


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CartoConnector(WebConnector):
    """A table behind a Carto SQL endpoint, paged by its key (``order_by``), always whole.

    Carto names no instant of change: every poll is a pull; an unchanged table becomes an empty change set.
    """

    url: str = Field(pattern=r"^https?://")
    table: str = Field(pattern=r"^\w+(\.\w+)?$")
    order_by: str = Field(default="cartodb_id", pattern=r"^\w+$")
    where: str = "true"
    without: tuple[str, ...] = ()

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """One item: the table as it stands.

        Raises:
            RetriableError: the service did not answer.
            ConfigurationError: the query is wrong.
        """
        now = datetime.now(UTC)
        standing = self._standing()
        plan = {"columns": self._columns(self._head(0)), "total": standing.total, "marker": standing.marker}
        yield Item(f"{self.url}/{self.table}", stamp(self.table, now), now.isoformat(), plan=plan)

    def open(self, item: Item, spool: Path) -> AbstractContextManager[BinaryIO]:
        """The rows in the order of the key."""
        columns = tuple(item.plan["columns"])

        def page(received: int, last: str | None) -> Page:
            return page_of(self._page(last), columns, self.order_by)

        begun = Standing(item.plan["total"], item.plan["marker"])
        return Pull(item.location, columns, begun, page, self._standing, self.backoff_seconds).open(spool)

    def describe(self, limit: int = 1) -> Description:
        """Columns and types of the table, with some rows."""
        head = self._head(limit)
        columns = self._columns(head)
        sample = [{name: as_text(row.get(name)) for name in columns} for row in head["rows"]]
        types = {name: str(field.get("type")) for name, field in head["fields"].items()}
        return Description({name: types[name] for name in columns}, self._standing().total, sample)

    def checked(self, answer: Any, url: str) -> Any:
        """Carto may answer ``error`` with status 200."""
        if not isinstance(answer, dict) or answer.get("error") or "rows" not in answer:
            said = answer.get("error") if isinstance(answer, dict) else answer
            raise self.again("portal_error", f"{self.url}: {str(said)[:300]}")
        return answer

    def _page(self, last: str | None) -> Any:
        """A page; when the statement runs into the service's time limit (429), smaller ones are tried."""
        size = self.page_size
        after = f" AND {self.order_by} > {int(last)}" if last is not None else ""
        while True:
            query = f"SELECT * FROM {self.table} WHERE ({self.where}){after} ORDER BY {self.order_by} LIMIT {size}"
            try:
                return self._query(query)["rows"]
            except RetriableError:
                if size <= _SMALLEST_PAGE:
                    raise
                size = max(_SMALLEST_PAGE, size // 4)

    def _head(self, rows: int) -> dict[str, Any]:
        return self._query(f"SELECT * FROM {self.table} WHERE ({self.where}) ORDER BY {self.order_by} LIMIT {rows}")

    def _standing(self) -> Standing:
        key = self.order_by
        query = f"SELECT count(*) AS n, min({key}) AS low, max({key}) AS high FROM {self.table} WHERE ({self.where})"
        row = self._query(query)["rows"][0]
        return Standing(int(row["n"]), f"{row['low']}-{row['high']}")

    def _columns(self, head: dict[str, Any]) -> tuple[str, ...]:
        return kept_columns(head["fields"], self.without)

    def _query(self, query: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask(self.url, {"q": query, "format": "json"})
        return answer
