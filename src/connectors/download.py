"""One file over HTTP into a spool: what is there already is not asked for again, and half a file is never landed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import requests

from connectors.errors import RetriableError
from connectors.web import WebConnector

_CHUNK = 1 << 20


@contextmanager
def fetched(web: WebConnector, url: str, folder: Path) -> Iterator[BinaryIO]:
    """The body of ``url``, whole. A broken download goes on where it stopped if the server knows its version (ETag).

    Raises:
        RetriableError: the download broke off, or fewer bytes came than announced.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    body, mark = folder / "body", folder / "body.json"
    for _ in range(web.attempts):
        try:
            _receive(web, url, body, mark)
            break
        except RetriableError as error:
            broken = error
    else:
        raise broken
    with body.open("rb") as handle:
        yield handle


def _receive(web: WebConnector, url: str, body: Path, mark: Path) -> None:
    known = json.loads(mark.read_text()) if mark.exists() and body.exists() else {}
    have = body.stat().st_size if known else 0
    if known and have == known["size"]:
        return
    wanted = {"Range": f"bytes={have}-", "If-Range": known["etag"]} if have else {}
    with web.download(url, {"Accept-Encoding": "identity", **wanted}) as response:
        resumed = response.status_code == 206
        have = have if resumed else 0
        size = _size(response, have)
        if not resumed:
            _remember(response, mark, size)
        with body.open("ab" if resumed else "wb") as out:
            for chunk in response.iter_content(_CHUNK):
                out.write(chunk)
    got = body.stat().st_size
    if size is not None and got != size:
        raise RetriableError("broken_download", f"The download ended after {got:,} of {size:,} bytes.")


def _size(response: requests.Response, have: int) -> int | None:
    length = response.headers.get("Content-Length")
    return int(length) + have if length is not None else None


def _remember(response: requests.Response, mark: Path, size: int | None) -> None:
    """Only a strong ETag allows going on in the same file later."""
    etag = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/") and size is not None:
        mark.write_text(json.dumps({"etag": etag, "size": size}))
    else:
        mark.unlink(missing_ok=True)
