"""A plain file at a web address, taken anew when its ETag or Last-Modified changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import requests
from pydantic import Field
from pydantic.dataclasses import dataclass

from connectors.base import Item
from connectors.download import fetched
from connectors.web import STRICT, WebConnector


@dataclass(frozen=True, kw_only=True, config=STRICT)
class HttpConnector(WebConnector):
    """One file. Where the server names neither ETag nor Last-Modified every poll takes it."""

    url: str = Field(pattern=r"^https?://")

    def token_headers(self, token: str) -> dict[str, str]:
        """A bearer token."""
        return {"Authorization": f"Bearer {token}"}

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """The file, if it changed since it was taken last.

        Raises:
            RetriableError: the server did not answer.
            ConfigurationError: there is no such file, or it is not for us.
        """
        known = {"If-None-Match": cursor["changed"]} if '"' in cursor.get("changed", "") else {}
        with self.download(self.url, {"Accept-Encoding": "identity", **known}) as response:
            if response.status_code == requests.codes.not_modified:
                return
            changed = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            length = response.headers.get("Content-Length")
        if changed and cursor.get("changed") == changed:
            return
        now = datetime.now(UTC)
        name = unquote(PurePosixPath(urlsplit(self.url).path).name) or "file"
        version, place = f"{changed}@{now.isoformat()}", self.url.split("?")[0]
        size = int(length) if length else None
        yield Item(place, name, version, size, cursor={"changed": changed}, plan={"changed": changed})

    def open(self, item: Item, spool: Path) -> AbstractContextManager[BinaryIO]:
        """The bytes of the file."""
        return fetched(self, self.url, spool)
