"""The portal's HTTP server: chooses the protocol by the first part of the path, and breaks off where told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.portal.files import file_answer
from simulator.portal.protocols import arcgis, carto, ckan, error_body, socrata
from simulator.portal.tables import Holdings

_SPEAK = {"socrata": socrata, "arcgis": arcgis, "ckan": ckan, "carto": carto}
Answer = tuple[int, dict[str, str], bytes]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no matter of the portal's."""


class Portal(Holdings):
    """What the portal holds, with a server for it on a free port of this machine."""

    def __init__(self) -> None:
        super().__init__()
        self.server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def running_portal() -> Iterator[Portal]:
    """A portal that answers as long as the ``with`` block lasts."""
    portal = Portal()
    thread = threading.Thread(target=portal.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        portal.server.shutdown()
        portal.server.server_close()


def _handler(portal: Holdings) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def log_message(self, *args: Any) -> None:
            """Silent."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            headers = dict(self.headers)
            portal.requests.append((parts.path, query, headers))
            status, told, body = _answer(portal, unquote(parts.path), query, headers)
            cut = portal.faults.cut_every
            turn = portal.turn() if cut else 1
            self.send_response(status)
            for name, value in {"Content-Type": "application/json;charset=utf-8", **told}.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if cut and turn % cut == 0 and len(body) > 1:
                self.wfile.write(body[: min(portal.bytes_sent_before_cut, len(body) - 1)])
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()
            elif status != 304:
                self.wfile.write(body)

    return Handler


def _answer(portal: Holdings, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
    faults, shown = portal.faults, " ".join(headers.values())
    if faults.needs_token and faults.needs_token not in shown:
        return 403, {}, b'{"message": "no token"}'
    if faults.throttle_every and portal.turn() % faults.throttle_every == 0:
        return 429, {"Retry-After": "0"}, b'{"message": "throttled"}'
    if faults.html_every and portal.turn() % faults.html_every == 0:
        return 200, {"Content-Type": "text/html"}, b"<html><body>Request rejected by the firewall</body></html>"
    if faults.error_every and portal.turn() % faults.error_every == 0:
        return 200, {}, json.dumps(error_body(path, shown)).encode()
    protocol, _, rest = path.strip("/").partition("/")
    if protocol == "files":
        return file_answer(portal, rest, headers)
    if protocol not in _SPEAK:
        return 404, {"Content-Type": "text/html"}, b"<html>nothing here</html>"
    status, answer = _SPEAK[protocol](portal, rest, query)
    if isinstance(answer, bytes):
        return status, {"Content-Type": "text/csv"}, answer
    return status, {}, json.dumps(answer).encode()
