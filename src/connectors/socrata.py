"""Socrata portals (SODA 2.1): NYC, Chicago, Cook County, Cincinnati and many others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from connectors.base import Description, Item
from connectors.paging import Pull, Standing, as_text, kept_columns, page_of
from connectors.spool import Page
from connectors.web import STRICT, WebConnector, stamp


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SocrataConnector(WebConnector):
    """One or several data sets (``dataset``) of one portal as deliveries of the same feed.

    ``where`` is SoQL. ``without`` names columns that are to stay at the portal. With ``incremental`` only rows whose
    ``:updated_at`` is later than the last pull's mark minus ``overlap_hours`` are asked for (deliveries then are mode
    append: withdrawals never show); without it every pull is the whole data set.
    """

    url: str = Field(pattern=r"^https?://")
    dataset: Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
    where: str | None = None
    without: tuple[str, ...] = ()
    incremental: bool = False
    overlap_hours: float = Field(default=24, ge=0)

    def token_headers(self, token: str) -> dict[str, str]:
        """Socrata's application token."""
        return {"X-App-Token": token}

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """One item per data set that changed since it was pulled last.

        Raises:
            RetriableError: the portal did not answer.
            ConfigurationError: the data set does not exist or the filter is wrong.
        """
        for dataset in self.dataset:
            meta = self._metadata(dataset)
            changed, before = str(meta["rowsUpdatedAt"]), cursor.get(dataset, {})
            asked = repr((self.where, self.without))
            if before == {"changed": changed, "asked": asked}:
                continue
            later = before.get("changed") if self.incremental and before.get("asked") == asked else None
            where = self._condition(later)
            now = datetime.now(UTC)
            cursor = {**cursor, dataset: {"changed": changed, "asked": asked}}
            plan: dict[str, Any] = {
                "dataset": dataset,
                "where": where,
                "changed": changed,
                "columns": self._columns(meta),
            }
            plan["total"] = self._count(dataset, where)
            version = f"{changed}@{now.isoformat()}"
            yield Item(f"{self.url}/d/{dataset}", stamp(dataset, now), version, cursor=cursor, plan=plan)

    def open(self, item: Item, spool: Path) -> AbstractContextManager[BinaryIO]:
        """The rows of the plan in the portal's row order (``:id``)."""
        dataset, where, columns = item.plan["dataset"], item.plan["where"], tuple(item.plan["columns"])

        def page(received: int, last: str | None) -> Page:
            rows = self._rows(dataset, where, columns, {"$limit": self.page_size, "$offset": received})
            return page_of(rows, columns, ":id")

        def standing() -> Standing:
            return Standing(self._count(dataset, where), str(self._metadata(dataset)["rowsUpdatedAt"]))

        begun = Standing(item.plan["total"], item.plan["changed"])
        return Pull(f"{self.url} {dataset}", columns, begun, page, standing, self.backoff_seconds).open(spool)

    def describe(self, limit: int = 1) -> Description:
        """Columns and types of the (first) data set from its metadata, with some rows."""
        dataset = self.dataset[0]
        meta = self._metadata(dataset)
        types = {column["fieldName"]: column["dataTypeName"] for column in meta["columns"]}
        columns = self._columns(meta)
        rows = self._rows(dataset, self.where, columns, {"$limit": limit})
        sample = [{name: as_text(row.get(name)) for name in columns} for row in rows]
        return Description({name: types[name] for name in columns}, self._count(dataset, self.where), sample)

    def checked(self, answer: Any, url: str) -> Any:
        """A body with ``error`` under status 200 is an error."""
        if isinstance(answer, dict) and answer.get("error"):
            raise self.again("portal_error", f"{self.url}: {str(answer.get('message', answer))[:300]}")
        return answer

    def _metadata(self, dataset: str) -> dict[str, Any]:
        meta = self.ask(f"{self.url}/api/views/{dataset}.json")
        if not isinstance(meta, dict) or "rowsUpdatedAt" not in meta or "columns" not in meta:
            raise self.refused("bad_request", f"{self.url}: {dataset} is no data set with rows (a map or a filter?).")
        return meta

    def _columns(self, meta: dict[str, Any]) -> tuple[str, ...]:
        """From the metadata, never from a page: rows lack the keys whose value is null."""
        names = (column["fieldName"] for column in meta["columns"])
        return kept_columns((name for name in names if not name.startswith(":")), self.without)

    def _condition(self, later_than: str | None) -> str | None:
        if later_than is None:
            return self.where
        moment = datetime.fromtimestamp(int(later_than), UTC) - timedelta(hours=self.overlap_hours)
        newer = f":updated_at >= '{moment:%Y-%m-%dT%H:%M:%S.000Z}'"
        return f"({self.where}) AND {newer}" if self.where else newer

    def _rows(self, dataset: str, where: str | None, columns: tuple[str, ...], page: dict[str, Any]) -> Any:
        wanted = ",".join(f"`{name}`" for name in columns) if self.without else "*"
        params = {"$select": f":id,{wanted}", "$order": ":id", **({"$where": where} if where else {}), **page}
        rows = self.ask(f"{self.url}/resource/{dataset}.json", params)
        if not isinstance(rows, list):
            raise self.again("portal_error", f"{self.url}: {dataset}: the answer is no list of rows.")
        return rows

    def _count(self, dataset: str, where: str | None) -> int:
        params = {"$select": "count(*)", **({"$where": where} if where else {})}
        answer = self.ask(f"{self.url}/resource/{dataset}.json", params)
        return int(next(iter(answer[0].values())))
