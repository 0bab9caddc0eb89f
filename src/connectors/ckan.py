"""CKAN portals (Boston, Pittsburgh, Allegheny County): datastore, dump, or the resources of a package."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from connectors.base import Description, Item
from connectors.download import fetched
from connectors.errors import RetriableError
from connectors.paging import Pull, Standing, as_text, kept_columns, page_of
from connectors.spool import Page
from connectors.web import STRICT, WebConnector, stamp


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CkanConnector(WebConnector):
    """One ``resource``, or every resource of a ``package`` whose name fits ``pattern`` (ids rotate: ask each time).

    ``via`` says how: ``search`` pages through the datastore, ``dump`` takes its whole dump (as many rows as the
    datastore counts, or nothing), ``file`` the resource's own file.
    ``_id`` is renewed by every publication and left out of a search.
    """

    url: str = Field(pattern=r"^https?://")
    resource: str | None = None
    package: str | None = None
    pattern: str = "."
    via: Literal["search", "dump", "file"] = "search"
    without: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_source(self) -> CkanConnector:
        if (self.resource is None) == (self.package is None):
            raise ValueError("name either `resource` or `package`")
        if self.without and self.via != "search":
            raise ValueError("`without` needs `via: search`: a dump or file comes with all its columns")
        return self

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """One item per resource that changed since it was pulled last, oldest first.

        Raises:
            RetriableError: the portal did not answer.
            ConfigurationError: there is no such resource or package.
        """
        for resource in self._resources():
            changed = _changed(resource)
            if changed and cursor.get(resource["id"]) == changed:
                continue
            now = datetime.now(UTC)
            cursor = {**cursor, resource["id"]: changed}
            plan: dict[str, Any] = {"resource": resource["id"], "changed": changed, "url": self._file_url(resource)}
            if self.via != "file":
                head = self._search(resource["id"], 0, 0)
                plan |= {"columns": self._columns(head), "total": int(head["total"])}
            name = stamp(re.sub(r"[^\w.-]+", "_", str(resource.get("name") or resource["id"])), now)
            location = f"{self.url}/resource/{resource['id']}"
            yield Item(location, name, f"{changed}@{now.isoformat()}", cursor=cursor, plan=plan)

    def open(self, item: Item, spool: Path) -> AbstractContextManager[BinaryIO]:
        """The rows in the order of ``_id``, or the file as the portal keeps it."""
        if self.via == "dump":
            return self._dump(item, spool)
        if self.via == "file":
            return fetched(self, item.plan["url"], spool)
        resource, columns = item.plan["resource"], tuple(item.plan["columns"])

        def page(received: int, last: str | None) -> Page:
            return page_of(self._search(resource, self.page_size, received)["records"], columns, "_id")

        def standing() -> Standing:
            return Standing(int(self._search(resource, 0, 0)["total"]), _changed(self._resource(resource)))

        begun = Standing(item.plan["total"], item.plan["changed"])
        return Pull(item.location, columns, begun, page, standing, self.backoff_seconds).open(spool)

    @contextmanager
    def _dump(self, item: Item, spool: Path) -> Iterator[BinaryIO]:
        """The portal's dump, if it holds as many rows as the datastore: one that broke off looks like a whole one."""
        with fetched(self, item.plan["url"], spool) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
            rows = sum(1 for _ in csv.reader(text)) - 1
            text.detach()
            if rows != item.plan["total"]:
                shutil.rmtree(spool)
                message = (
                    f"{item.location}: the dump has {rows:,} rows, but the datastore counts {item.plan['total']:,}."
                )
                raise RetriableError("count_mismatch", f"{message} Nothing was landed; the next try begins anew.")
            stream.seek(0)
            yield stream

    def describe(self, limit: int = 1) -> Description:
        """Fields and types of the newest resource, with some rows (needs the portal's datastore)."""
        head = self._search(self._resources()[-1]["id"], limit, 0)
        types = {field["id"]: field["type"] for field in head["fields"]}
        columns = self._columns(head)
        sample = [{name: as_text(row.get(name)) for name in columns} for row in head["records"]]
        return Description({name: types[name] for name in columns}, int(head["total"]), sample)

    def checked(self, answer: Any, url: str) -> Any:
        """CKAN wraps answers; ``success: false`` may come with status 200."""
        if not isinstance(answer, dict) or not answer.get("success"):
            error = answer.get("error") if isinstance(answer, dict) else answer
            raise self.again("portal_error", f"{self.url}: {str(error)[:300]}")
        return answer["result"]

    def _resources(self) -> list[dict[str, Any]]:
        if self.resource:
            return [self._resource(self.resource)]
        package = self.ask(f"{self.url}/api/3/action/package_show", {"id": self.package})
        found = [r for r in package["resources"] if re.search(self.pattern, str(r.get("name") or ""))]
        if not found:
            names = ", ".join(str(r.get("name")) for r in package["resources"][:10])
            raise self.refused(
                "bad_request", f"{self.url}: {self.package}: no resource fits {self.pattern!r}: {names}."
            )
        return sorted(found, key=lambda r: (str(r.get("created") or ""), str(r.get("name") or "")))

    def _resource(self, resource: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"{self.url}/api/3/action/resource_show", {"id": resource})
        return found

    def _search(self, resource: str, limit: int, offset: int) -> dict[str, Any]:
        """A page. The server may lower the limit without a word: callers go on by the rows that came."""
        params = {"resource_id": resource, "limit": min(limit, 32_000), "offset": offset, "sort": "_id"}
        answer: dict[str, Any] = self.ask(f"{self.url}/api/3/action/datastore_search", params)
        return answer

    def _columns(self, head: dict[str, Any]) -> tuple[str, ...]:
        return kept_columns((field["id"] for field in head["fields"]), ["_id", *self.without])

    def _file_url(self, resource: dict[str, Any]) -> str:
        return str(resource["url"]) if self.via == "file" else f"{self.url}/datastore/dump/{resource['id']}?bom=True"


def _changed(resource: dict[str, Any]) -> str:
    marks = (resource.get(name) for name in ("last_modified", "hash", "metadata_modified", "revision_id"))
    return next((str(mark) for mark in marks if mark), "")
