"""Pseudonyms: keyed hashes under the installation's own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.keys import secret_key
from settings import Settings

if TYPE_CHECKING:
    import duckdb

_KEY_BYTES = 32
#: Part of every derivation: raise it when ``keyed`` makes other pseudonyms of the same text.
METHOD = 2


def pseudonym_key(settings: Settings) -> bytes:
    """The key of ``record_key`` and its like. Losing it changes every ``record_key``: back it up."""
    return secret_key(settings, "pseudonym")


def define_keyed(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """The SQL macro ``keyed(text)``: SHA-256 of the key followed by the text, its first 128 bits as 32 hex digits.

    Half of the digest is never shown, so that nobody can extend a known pseudonym (Coron, Dodis, Malinaud and Puniya,
    Merkle-Damgard Revisited, 2005, section 3.4); it costs half of an HMAC, three times per record.
    """
    if len(key) != _KEY_BYTES:
        raise ValueError(f"The key for pseudonyms has {len(key)} bytes instead of {_KEY_BYTES}; restore its backup.")
    connection.execute("create or replace temp table pseudonym_key as select $1::blob as key", [key])
    connection.execute("set variable pseudonym_key = (select key from pseudonym_key)")
    connection.execute("drop table pseudonym_key")
    connection.execute("""
        create or replace temp macro keyed(message) as
            left(sha256(getvariable('pseudonym_key') || encode(message)), 32)""")
