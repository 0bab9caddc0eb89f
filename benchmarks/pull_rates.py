"""Rows per second of each protocol against a server on this machine, and the memory of a pull of five million rows.

Run: ``.venv/bin/python benchmarks/pull_rates.py [rows of the large pull]``. The server is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from connectors.credentials import Credentials  # noqa: E402
from connectors.registry import make_connector  # noqa: E402

COLUMNS = [f"column_{n}" for n in range(20)]
ROWS = 50_000
BUDGET_MB = 500


def row(n: int) -> dict[str, Any]:
    """A row of 20 columns, about 300 bytes, some of them null."""
    return {name: None if (n + i) % 7 == 0 else f"value {n} {i}" for i, name in enumerate(COLUMNS)}


def serve_tables(pipe: Any) -> None:
    """The tests' portal with one table, in a process of its own."""
    from simulator.portal.server import running_portal
    from simulator.portal.tables import Table

    with running_portal() as portal:
        portal.tables["tbl1"] = Table(dict.fromkeys(COLUMNS, "text"), [row(n) for n in range(ROWS)])
        body = "\n".join([",".join(COLUMNS), *(",".join(str(v or "") for v in row(n).values()) for n in range(ROWS))])
        portal.files["f.csv"] = (body.encode(), {"ETag": '"1"'})
        pipe.send(portal.url)
        pipe.recv()


class Endless(BaseHTTPRequestHandler):
    """A Socrata data set of any size, made up page by page."""

    rows = 0
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20

    def log_message(self, *args: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        """Metadata, count or page."""
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if "views" in parts.path:
            columns = [{"fieldName": name, "dataTypeName": "text"} for name in COLUMNS]
            answer: Any = {"rowsUpdatedAt": 1, "columns": columns}
        elif query["$select"] == "count(*)":
            answer = [{"count": str(self.rows)}]
        else:
            first = int(query["$offset"])
            last = min(first + int(query["$limit"]), self.rows)
            answer = [{":id": f"row-{n}", **{k: v for k, v in row(n).items() if v}} for n in range(first, last)]
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve_endless(pipe: Any, rows: int) -> None:
    """The endless data set in a process of its own."""
    Endless.rows = rows
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    pipe.send(f"http://127.0.0.1:{server.server_address[1]}")
    server.serve_forever()


def pull(connector: Any) -> tuple[float, float, int]:
    """Seconds, processor seconds of this process, and lines of one pull to a stream that nobody keeps."""
    with tempfile.TemporaryDirectory() as spool:
        started, busy, lines = time.monotonic(), time.process_time(), 0
        with connector.open(next(iter(connector.poll({}))), Path(spool)) as stream:
            while chunk := stream.read(1 << 20):
                lines += chunk.count(b"\n")
        return time.monotonic() - started, time.process_time() - busy, lines


def show(kind: str, seconds: float, busy: float, lines: int) -> None:
    """One line per pull."""
    rate, own = lines / seconds, lines / max(busy, 0.001)
    print(
        f"{kind:<8} {lines:>9,} lines {seconds:6.1f} s {rate:>10,.0f} rows/s; {own:,.0f} per processor second",
        flush=True,
    )


def rates() -> None:
    """Print rows per second of each protocol."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=serve_tables, args=(theirs,), daemon=True)
    server.start()
    url = ours.recv()
    file = Path(tempfile.mkdtemp()) / "rms.db"
    database = sqlite3.connect(file)
    database.execute(f"create table t (id integer primary key, {', '.join(COLUMNS)})")
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    database.executemany(f"insert into t values ({marks})", ([n, *row(n).values()] for n in range(ROWS)))
    database.commit()
    sources = {
        "socrata": {"url": f"{url}/socrata", "dataset": "tbl1"},
        "arcgis": {"url": f"{url}/arcgis/rest/services/tbl1/FeatureServer/0"},
        "ckan": {"url": f"{url}/ckan", "resource": "tbl1"},
        "carto": {"url": f"{url}/carto/api/v2/sql", "table": "tbl1"},
        "http": {"url": f"{url}/files/f.csv"},
        "sql": {"driver": "sqlite", "credentials": Credentials(database=str(file)), "table": "t", "key": "id"},
    }
    for kind, options in sources.items():
        show(kind, *pull(make_connector(kind, options)))
    ours.send("done")
    server.join(5)


def large(rows: int) -> int:
    """Pull that many rows over Socrata; the peak memory of this process in MB."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=serve_endless, args=(theirs, rows), daemon=True)
    server.start()
    show("socrata", *pull(make_connector("socrata", {"url": ours.recv(), "dataset": "abcd-1234"})))
    server.kill()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak {peak} MB", flush=True)
    return peak


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("rows", type=int, nargs="?", default=5_000_000, help="rows of the large pull")
    peak_mb = large(given.parse_args().rows)
    rates()
    sys.exit(0 if peak_mb <= BUDGET_MB else f"{peak_mb} MB are more than {BUDGET_MB} MB")
