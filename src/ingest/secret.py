"""The installation's key for pseudonyms: made once, kept 0600, never printed."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from settings import Settings

if TYPE_CHECKING:
    import duckdb

_BLOCK = 64


def pseudonym_key(settings: Settings) -> bytes:
    """32 random bytes that belong to this installation. Losing them changes every ``record_key``: back them up."""
    folder = settings.private_dir(settings.home / "secret")
    path = folder / "pseudonym.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as out:
        out.write(secrets.token_bytes(32))
        out.flush()
        os.fsync(out.fileno())
    return path.read_bytes()


def define_keyed(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """The SQL macro ``keyed(text)``: HMAC-SHA256 (RFC 2104) under the key, its first 128 bits as 32 hex digits."""
    padded = key.ljust(_BLOCK, b"\0")
    inner, outer = (bytes(b ^ pad for b in padded) for pad in (0x36, 0x5C))
    connection.execute("create or replace temp table hmac_pads as select $1::blob as i, $2::blob as o", [inner, outer])
    for name, column in (("hmac_i", "i"), ("hmac_o", "o")):
        connection.execute(f"set variable {name} = (select {column} from hmac_pads)")
    connection.execute("drop table hmac_pads")
    connection.execute("""
        create or replace temp macro keyed(message) as left(sha256(
            getvariable('hmac_o') || unhex(sha256(getvariable('hmac_i') || encode(message)))), 32)""")
