"""An agency's SFTP server on this machine: one folder to read from, one login, nothing else."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
from paramiko import common, sftp

_LOGIN = "nnsc"
_LOG = "simulator.dropbox"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Dropbox:
    """Where the server listens and how it is recognised: ``host_key`` as it stands in ``known_hosts``."""

    root: Path
    port: int
    login: str
    host_key: str


@contextmanager
def running_dropbox(root: Path, password: str) -> Iterator[Dropbox]:
    """Serve ``root`` over SFTP as long as the ``with`` block lasts; the host key is new each time."""
    root.mkdir(parents=True, exist_ok=True)
    logging.getLogger(_LOG).disabled = True  # a client that hangs up is no matter of the agency's
    key = paramiko.ECDSAKey.generate()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, key, root, password), daemon=True).start()
        port = listener.getsockname()[1]
        yield Dropbox(root, port, _LOGIN, f"{key.get_name()} {key.get_base64()}")


def _accept(listener: socket.socket, key: paramiko.PKey, root: Path, password: str) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return  # the with block has ended
        transport = paramiko.Transport(client)
        transport.set_log_channel(_LOG)
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, root)
        try:
            transport.start_server(server=_Gate(password))
        except (paramiko.SSHException, EOFError):
            transport.close()  # somebody who does not speak SSH


class _Gate(paramiko.ServerInterface):
    def __init__(self, password: str) -> None:
        self._password = password

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (_LOGIN, self._password)
        return common.AUTH_SUCCESSFUL if good else common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED if kind == "session" else common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Folder(paramiko.SFTPServerInterface):
    """Reading below ``root``; everything else is refused."""

    def __init__(self, server: paramiko.ServerInterface, root: Path) -> None:
        super().__init__(server)
        self._root = root

    def _local(self, path: str) -> Path:
        return self._root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            entries = sorted(self._local(path).iterdir())
            return [paramiko.SFTPAttributes.from_stat(entry.stat(), entry.name) for entry in entries]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._local(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> paramiko.SFTPHandle | int:
        if flags & _WRITING:
            return sftp.SFTP_PERMISSION_DENIED
        try:
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = self._local(path).open("rb")  # type: ignore[attr-defined]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return handle
