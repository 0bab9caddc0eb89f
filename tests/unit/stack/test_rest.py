"""The REST client against a small server that pages, stumbles and refuses as Airflow does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from stack import rest as module
from stack.errors import StackError
from stack.rest import Rest

DAGS = [{"dag_id": f"d{number}"} for number in range(230)]


class Handler(BaseHTTPRequestHandler):
    stumbles = 0
    runs: list[str] = []

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if type(self).stumbles:
            type(self).stumbles -= 1
            self._answer(500, {"detail": "database is locked"})
        elif url.path.endswith("/dags"):
            asked = {key: int(value[0]) for key, value in parse_qs(url.query).items()}
            page = DAGS[asked["offset"] : asked["offset"] + min(asked["limit"], 50)]  # the server's own limit is lower
            self._answer(200, {"dags": page, "total_entries": len(DAGS)})
        else:
            self._answer(404, {"detail": "not found"})

    def do_POST(self) -> None:
        run = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["dag_run_id"]
        first = run not in type(self).runs
        if first:
            type(self).runs.append(run)
        self._answer(500 if first else 409, {"detail": "made, but the answer was lost" if first else "exists"})

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def rest(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rest]:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    Handler.stumbles, Handler.runs = 0, []
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Rest(f"http://127.0.0.1:{server.server_port}") as client:
        yield client
    server.shutdown()
    server.server_close()


def test_all_pages_are_read(rest: Rest) -> None:
    assert rest.dag_ids() == {dag["dag_id"] for dag in DAGS}


def test_a_server_out_of_breath_is_asked_again(rest: Rest) -> None:
    Handler.stumbles = 3
    assert len(rest.dag_ids()) == 230


def test_a_server_that_stays_out_of_breath_is_told(rest: Rest) -> None:
    Handler.stumbles = 50
    with pytest.raises(StackError, match=r"500.*database is locked"):
        rest.dag_ids()


def test_a_repeated_request_starts_one_run_only(rest: Rest) -> None:
    run = rest.trigger("d1")
    assert Handler.runs == [run]


def test_a_refusal_is_told_with_its_text(rest: Rest) -> None:
    with pytest.raises(StackError, match="refused GET /nothing with 404"):
        rest.call("GET", "/nothing")


def test_no_answer_is_told() -> None:
    with Rest("http://127.0.0.1:9") as client:
        assert client.health() == {}
