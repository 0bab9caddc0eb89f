"""Agency drops over SFTP, against a real server (asyncssh)."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connectors.base import Connector
from connectors.credentials import Credentials
from connectors.errors import ConfigurationError, RetriableError
from connectors.registry import make_connector

PASSWORD = "never-sh0wn"


class _Login(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("agency", PASSWORD)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Credentials]]:
    """The folder it serves, and the connection to it."""
    root, key = tmp_path_factory.mktemp("sftp"), asyncssh.generate_private_key("ssh-ed25519")
    loop, ready, made = asyncio.new_event_loop(), threading.Event(), {}

    async def start() -> None:
        made["server"] = await asyncssh.create_server(
            _Login, "127.0.0.1", 0, server_host_keys=[key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(root)),
        )  # fmt: skip
        ready.set()

    def run() -> None:
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(20)
    extra = {"host_key": " ".join(key.export_public_key().decode().split()[:2])}
    yield root, Credentials("agency", PASSWORD, "127.0.0.1", made["server"].get_port(), None, extra)
    loop.call_soon_threadsafe(made["server"].close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture
def folder(server: tuple[Path, Credentials], request: pytest.FixtureRequest) -> Path:
    path = server[0] / request.node.name.replace("/", "_")
    path.mkdir()
    return path


def make(server: tuple[Path, Credentials], folder: Path, **options: Any) -> Connector:
    known = {"credentials": server[1], "path": f"/{folder.name}", "settle_seconds": 0}
    return make_connector("sftp", {**known, **options})


def body(connector: Connector, number: int = 0) -> bytes:
    with connector.open(list(connector.poll({}))[number], Path()) as stream:
        return stream.read()


def test_finished_files_by_name(server: tuple[Path, Credentials], folder: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt", ".a.csv.part", "x.tmp"):
        (folder / name).write_bytes(name.encode())
    connector = make(server, folder, pattern="*.csv")
    assert [item.name for item in connector.poll({})] == ["a.csv", "b.csv"]
    assert body(connector, 1) == b"b.csv"
    assert sorted(path.name for path in folder.iterdir()) == [".a.csv.part", "a.csv", "b.csv", "c.txt", "x.tmp"]


def test_a_large_file_whole(server: tuple[Path, Credentials], folder: Path) -> None:
    data = os.urandom(12_345_678)
    (folder / "large.csv").write_bytes(data)
    assert body(make(server, folder)) == data


def test_an_absent_folder_is_an_empty_one(server: tuple[Path, Credentials]) -> None:
    assert list(make(server, Path("nowhere")).poll({})) == []


def test_a_folder_per_delivery(server: tuple[Path, Credentials], folder: Path) -> None:
    for day in ("2026-01-02", "2026-01-01"):
        (folder / day).mkdir()
        (folder / day / "roster.txt").write_text(day)
    connector = make(server, folder, pattern="*/*.txt")
    assert [item.name for item in connector.poll({})] == ["2026-01-01/roster.txt", "2026-01-02/roster.txt"]
    assert body(connector, 1) == b"2026-01-02"


def test_a_file_still_being_written_waits(server: tuple[Path, Credentials], folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"1")
    assert list(make(server, folder, settle_seconds=60).poll({})) == []
    old = time.time() - 61
    os.utime(folder / "a.csv", (old, old))
    assert len(list(make(server, folder, settle_seconds=60).poll({}))) == 1


def test_a_done_marker(server: tuple[Path, Credentials], folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"1")
    connector = make(server, folder, done_marker=".done")
    assert list(connector.poll({})) == []
    (folder / "a.csv.done").write_bytes(b"")
    assert [item.name for item in connector.poll({})] == ["a.csv"]


def test_a_file_that_grows_while_it_is_read_is_not_taken(server: tuple[Path, Credentials], folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"1" * 1000)
    connector = make(server, folder)
    item = next(iter(connector.poll({})))
    (folder / "a.csv").write_bytes(b"1" * 2000)
    with pytest.raises(RetriableError), connector.open(item, Path()) as stream:
        stream.read()


def test_a_changed_file_is_another_version(server: tuple[Path, Credentials], folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"1")
    first = next(iter(make(server, folder).poll({})))
    (folder / "a.csv").write_bytes(b"22")
    assert next(iter(make(server, folder).poll({}))).version != first.version


def test_an_unknown_server_is_not_trusted(server: tuple[Path, Credentials], folder: Path) -> None:
    from dataclasses import replace

    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    wrong = [{"host_key": text} for text in ("ssh-ed25519 !!!", "ssh-ed25519", "ssh-ed25519 AAAA", "what AAAA", "x ")]
    for extra, code in (({"host_key": other}, "not_allowed"), *((extra, "no_host_key") for extra in [{}, *wrong])):
        credentials = replace(server[1], extra=extra)
        with pytest.raises(ConfigurationError) as error:
            list(make(server, folder, credentials=credentials).poll({}))
        assert error.value.code == code


def test_a_wrong_password_is_not_shown(server: tuple[Path, Credentials], folder: Path) -> None:
    from dataclasses import replace

    with pytest.raises(ConfigurationError) as error:
        list(make(server, folder, credentials=replace(server[1], password="wr0ng-secret")).poll({}))
    assert "wr0ng-secret" not in str(error.value)


def test_a_server_that_is_away_is_worth_a_retry(folder: Path, server: tuple[Path, Credentials]) -> None:
    from dataclasses import replace

    with pytest.raises(RetriableError):
        list(make(server, folder, credentials=replace(server[1], port=1)).poll({}))
