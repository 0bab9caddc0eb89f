"""ArcGIS feature layers (FeatureServer and MapServer)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from connectors.base import Description, Item
from connectors.paging import Pull, Standing, as_text, kept_columns, page_of
from connectors.spool import Page
from connectors.web import STRICT, WebConnector, stamp

_LITERALS = {"timestamp": "TIMESTAMP '{}'", "date": "DATE '{}'", "bare": "'{}'"}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ArcGISConnector(WebConnector):
    """One layer (``url`` ends in ``/FeatureServer/<n>`` or ``/MapServer/<n>``); dates arrive as epoch milliseconds UTC.

    ``since`` limits a pull to rows whose ``date_column`` is at or after that local text, written as ``date_literal``
    (servers differ: TIMESTAMP, DATE or bare). With ``coordinates`` the geometry becomes the columns ``_x`` and ``_y``
    (longitude and latitude in WGS84).
    """

    url: str = Field(pattern=r"^https?://.*/(Feature|Map)Server/\d+$")
    where: str = "1=1"
    without: tuple[str, ...] = ()
    date_column: str | None = None
    since: str | None = None
    date_literal: Literal["timestamp", "date", "bare"] = "timestamp"
    coordinates: bool = False

    def token_headers(self, token: str) -> dict[str, str]:
        """The header form keeps tokens out of URLs and logs."""
        return {"X-Esri-Authorization": f"Bearer {token}"}

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """One item, unless the layer says that it was not edited since the last pull.

        Raises:
            RetriableError: the server did not answer.
            ConfigurationError: the layer cannot be queried.
        """
        layer = self._layer()
        edited, where = _edited(layer), self._condition()
        asked = hashlib.sha256(repr((where, self.without, self.coordinates)).encode()).hexdigest()[:12]
        marker = f"{edited}/{asked}" if edited else ""
        if marker and cursor.get("changed") == marker:
            return
        now = datetime.now(UTC)
        plan = {
            "where": where, "edited": edited, "oid": _oid(layer), "columns": self._columns(layer),
            "total": self._count(where),
            "limit": min(self.page_size, int(layer.get("maxRecordCount") or 1000)),
            "pages": bool((layer.get("advancedQueryCapabilities") or {}).get("supportsPagination")),
        }  # fmt: skip
        name = stamp(str(layer.get("name", "layer")).replace("/", "_"), now)
        yield Item(self.url, name, f"{edited}@{now.isoformat()}", cursor={"changed": marker}, plan=plan)

    def open(self, item: Item, spool: Path) -> AbstractContextManager[BinaryIO]:
        """The rows of the plan by object id: by offset, or by id ranges where the server cannot page."""
        plan, columns = item.plan, tuple(item.plan["columns"])
        ids: list[int] = [] if plan["pages"] else self._ids(plan["where"])

        def page(received: int, last: str | None) -> Page:
            if plan["pages"]:
                window = {"where": plan["where"], "resultOffset": received, "resultRecordCount": plan["limit"]}
            else:
                chunk = [number for number in ids if last is None or number > int(last)][: plan["limit"]]
                span = f"{plan['oid']} >= {chunk[0]} AND {plan['oid']} <= {chunk[-1]}" if chunk else "1=0"
                window = {"where": f"({plan['where']}) AND {span}"}
            return page_of(self._features(plan["oid"], window), columns, plan["oid"])

        def standing() -> Standing:
            return Standing(self._count(plan["where"]), _edited(self._layer()))

        begun = Standing(plan["total"], plan["edited"])
        return Pull(self.url, columns, begun, page, standing, self.backoff_seconds).open(spool)

    def describe(self, limit: int = 1) -> Description:
        """Fields and types of the layer, with some rows."""
        layer = self._layer()
        columns, where = self._columns(layer), self._condition()
        types = {field["name"]: field["type"] for field in layer["fields"]}
        rows = self._features(_oid(layer), {"where": where, "resultRecordCount": limit})[:limit]
        sample = [{name: as_text(row.get(name)) for name in columns} for row in rows]
        return Description({name: types.get(name, "geometry") for name in columns}, self._count(where), sample)

    def checked(self, answer: Any, url: str) -> Any:
        """ArcGIS reports errors in the body of a status 200."""
        error = answer.get("error") if isinstance(answer, dict) else None
        if error:
            text = f"{self.url}: error {error.get('code')}: {error.get('message')} {error.get('details') or ''}"
            again = str(error.get("code")) in ("429", "500", "502", "503", "504")
            raise self.again("portal_error", text) if again else self.refused("bad_request", text)
        return answer

    def _layer(self) -> dict[str, Any]:
        layer: dict[str, Any] = self.ask(self.url, {"f": "json"})
        if not layer.get("fields"):
            raise self.refused("bad_request", f"{self.url}: no fields: is it a group or raster layer?")
        return layer

    def _condition(self) -> str:
        if not (self.date_column and self.since):
            return self.where
        return f"({self.where}) AND {self.date_column} >= {_LITERALS[self.date_literal].format(self.since)}"

    def _columns(self, layer: dict[str, Any]) -> tuple[str, ...]:
        names = [field["name"] for field in layer["fields"] if field["type"] != "esriFieldTypeGeometry"]
        return kept_columns([*names, *(("_x", "_y") if self.coordinates else ())], self.without)

    def _features(self, oid: str, window: dict[str, Any]) -> list[dict[str, Any]]:
        shape = {"returnGeometry": str(self.coordinates).lower(), "outSR": 4326, "orderByFields": oid}
        answer = self.ask(f"{self.url}/query", {"outFields": "*", "f": "json", **shape, **window})
        rows = []
        for feature in answer.get("features", []):
            point = feature.get("geometry") or {}
            rows.append({**feature["attributes"], "_x": point.get("x"), "_y": point.get("y")})
        return rows

    def _count(self, where: str) -> int:
        answer = self.ask(f"{self.url}/query", {"where": where, "returnCountOnly": "true", "f": "json"})
        return int(answer["count"])

    def _ids(self, where: str) -> list[int]:
        answer = self.ask(f"{self.url}/query", {"where": where, "returnIdsOnly": "true", "f": "json"})
        return sorted(int(number) for number in answer.get("objectIds") or [])


def _edited(layer: dict[str, Any]) -> str:
    info = layer.get("editingInfo") or {}
    return str(info.get("dataLastEditDate") or info.get("lastEditDate") or "")


def _oid(layer: dict[str, Any]) -> str:
    named = [field["name"] for field in layer["fields"] if field["type"] == "esriFieldTypeOID"]
    return str(layer.get("objectIdField") or (named[0] if named else "OBJECTID"))
