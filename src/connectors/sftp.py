"""Agency drops on an SFTP server."""

from __future__ import annotations

import base64
import fnmatch
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, cast

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from connectors.base import Item
from connectors.bucket import UNFINISHED
from connectors.credentials import Credentials, redact
from connectors.errors import ConfigurationError, RetriableError

if TYPE_CHECKING:
    import paramiko


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", arbitrary_types_allowed=True))
class SftpConnector:
    """Files below ``path`` whose relative name fits ``pattern`` (``*/*.txt`` for a folder per delivery).

    The server is the connection's (``host``, ``port``, ``login``, ``password`` or ``private_key`` in its extra), and
    its ``host_key`` ("ssh-ed25519 AAAA...") must be there too: an unknown server is never trusted. Nothing is
    changed or deleted. A file is finished ``settle_seconds`` after its last change, and, where ``done_marker`` is
    set, when ``<name><done_marker>`` lies beside it.
    """

    credentials: Credentials
    path: str = "."
    pattern: str = "*"
    settle_seconds: float = Field(default=60.0, ge=0)
    done_marker: str | None = None
    timeout_seconds: float = Field(default=30.0, gt=0)
    resumable: ClassVar[bool] = False

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """Finished files by name.

        Raises:
            RetriableError: the server did not answer.
            ConfigurationError: it refused us, or shows another host key.
        """
        with self._session() as sftp:
            found = sorted(self._walk(sftp, self.path, "", self.pattern.count("/")), key=lambda item: item.name)
        names = {item.name for item in found}
        yield from (item for item in found if self._is_finished(item, names))

    @contextmanager
    def open(self, item: Item, spool: Path | None = None) -> Iterator[BinaryIO]:
        """The bytes of a file, checked against its size and time before and after.

        Raises:
            RetriableError: the file changed while it was read, or the connection broke.
        """
        with self._session() as sftp:
            place = f"{self.path}/{item.name}"
            with sftp.open(place, "rb", bufsize=1 << 16) as handle:
                handle.prefetch(item.size, max_concurrent_requests=64)
                yield cast("BinaryIO", io.BufferedReader(_Whole(handle, item), 1 << 20))
            now = sftp.stat(place)
            if f"{now.st_size}-{now.st_mtime}" != item.version:
                raise RetriableError("still_written", f"{item.name} changed while it was read; it is taken next time.")

    def _walk(self, sftp: paramiko.SFTPClient, folder: str, prefix: str, depth: int) -> Iterator[Item]:
        try:
            entries = sftp.listdir_attr(folder)
        except FileNotFoundError:
            return
        for entry in entries:
            name = prefix + entry.filename
            if stat.S_ISDIR(entry.st_mode or 0):
                if depth:
                    yield from self._walk(sftp, f"{folder}/{entry.filename}", f"{name}/", depth - 1)
            elif stat.S_ISREG(entry.st_mode or 0):
                changed = datetime.fromtimestamp(entry.st_mtime or 0, UTC)
                place = f"sftp://{self.credentials.host}/{folder}/{entry.filename}"
                yield Item(place, name, f"{entry.st_size}-{entry.st_mtime}", entry.st_size, changed)

    def _is_finished(self, item: Item, names: set[str]) -> bool:
        base = item.name.rpartition("/")[2]
        if item.name.count("/") != self.pattern.count("/") or not fnmatch.fnmatch(item.name, self.pattern):
            return False
        if any(fnmatch.fnmatch(base, pattern) for pattern in UNFINISHED):
            return False
        if self.done_marker is not None:
            return not base.endswith(self.done_marker) and f"{item.name}{self.done_marker}" in names
        moment = item.modified_at or datetime.now(UTC)
        return (datetime.now(UTC) - moment).total_seconds() >= self.settle_seconds

    @contextmanager
    def _session(self) -> Iterator[paramiko.SFTPClient]:
        import paramiko

        known = self.credentials
        transport = None
        try:
            transport = paramiko.SSHClient()
            transport.set_missing_host_key_policy(paramiko.RejectPolicy())
            self._trust(transport)
            transport.connect(
                known.host or "", known.port or 22, known.login, known.password, pkey=self._key(),
                timeout=self.timeout_seconds, banner_timeout=self.timeout_seconds, auth_timeout=self.timeout_seconds,
                allow_agent=False, look_for_keys=False,
            )  # fmt: skip
            with transport.open_sftp() as sftp:
                if (channel := sftp.get_channel()) is not None:
                    channel.settimeout(self.timeout_seconds)
                yield sftp
        except (paramiko.BadHostKeyException, paramiko.AuthenticationException) as error:
            raise ConfigurationError("not_allowed", self._shown(error)) from None
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise RetriableError("no_answer", self._shown(error)) from None
        finally:
            if transport is not None:
                transport.close()

    def _trust(self, client: paramiko.SSHClient) -> None:
        import paramiko
        from paramiko.pkey import UnknownKeyType

        kind, _, text = str(self.credentials.extra.get("host_key", "")).partition(" ")
        if not text:
            raise ConfigurationError("no_host_key", "Add the server's `host_key` to the extra of the connection.")
        try:
            key = paramiko.PKey.from_type_string(kind, base64.b64decode(text.split()[0], validate=True))
        except (ValueError, IndexError, paramiko.SSHException, UnknownKeyType):
            message = "The `host_key` in the extra of the connection is none; it looks like `ssh-ed25519 AAAA...`."
            raise ConfigurationError("no_host_key", message) from None
        port = self.credentials.port or 22
        name = self.credentials.host if port == 22 else f"[{self.credentials.host}]:{port}"
        client.get_host_keys().add(str(name), kind, key)

    def _key(self) -> paramiko.PKey | None:
        import paramiko

        text = self.credentials.extra.get("private_key")
        if not text:
            return None
        for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
            try:
                return kind.from_private_key(io.StringIO(text))
            except (paramiko.SSHException, ValueError):
                continue
        raise ConfigurationError("bad_connection", "The private key of the SFTP connection cannot be read.")

    def _shown(self, error: Exception) -> str:
        text = f"sftp://{self.credentials.host}: {type(error).__name__}: {error}"
        return redact(text, self.credentials.secrets())


class _Whole(io.RawIOBase):
    """The bytes of a remote file, which must be as many as its listing said."""

    def __init__(self, handle: Any, item: Item) -> None:
        self._handle, self._item, self._got = handle, item, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._handle.read(len(buffer))
        self._got += len(data)
        if not data and self._got != self._item.size:
            raise RetriableError("broken_download", f"{self._item.name} ended after {self._got:,} bytes.")
        buffer[: len(data)] = data
        return len(data)
