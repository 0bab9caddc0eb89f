"""Keys of this installation: made once, kept 0600 in a 0700 folder, never printed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from settings import Settings


def secret_key(settings: Settings, name: str) -> bytes:
    """32 random bytes that belong to this installation under a name; made at the first call.

    Losing them changes every pseudonym made with them and leaves the audit log unprovable: back them up.
    """
    path = key_file(settings, name)
    if not path.is_file():
        settings.private_dir(settings.home / "secret")
        settings.private_dir(path.parent)
        _make(path)
    return path.read_bytes()


def key_file(settings: Settings, name: str) -> Path:
    """Where a key lies."""
    return settings.home / "secret" / f"{name}.key"


def _make(path: Path) -> None:
    """Write a new key whole, unless another process was faster: then its key stands."""
    draft = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_bytes(32))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
