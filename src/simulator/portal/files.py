"""Plain files over HTTP: ETag, If-None-Match and ranges."""

from __future__ import annotations

import re

from simulator.portal.tables import Holdings


def file_answer(portal: Holdings, name: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and bytes; 304 where the client has this version, 206 for the rest of one, 302 where it moved."""
    if name not in portal.files:
        return 404, {"Content-Type": "text/html"}, b"<html>no such file</html>"
    body, told = portal.files[name]
    sent = {"Content-Type": "text/csv", **told}
    if "Location" in told:
        return 302, sent, b""
    etag = told.get("ETag", "")
    if etag and headers.get("If-None-Match") == etag:
        return 304, sent, b""
    span = re.fullmatch(r"bytes=(\d+)-", headers.get("Range", ""))
    if span and headers.get("If-Range") == etag:
        return 206, sent, body[int(span[1]) :]
    return 200, sent, body
