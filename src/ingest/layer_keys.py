"""Which keys a layer of a state holds: their first eight bytes, sorted, in a file beside the layer.

A small delivery asks a long state for a few hundred keys. Searching them here costs the same however long the state
is; reading the keys of all layers does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.sqltext import literal

if TYPE_CHECKING:
    import duckdb
    import numpy as np

_NUMBER = "key_hash[1:8]::bit::ubigint"
_STORED = "<u8"


def write_keys(connection: duckdb.DuckDBPyConnection, layer: Path) -> None:
    """Write the keys of a layer beside it."""
    _numbers(connection, f"read_parquet({literal(str(layer))})").astype(_STORED).tofile(_beside(layer))


def keys_of(connection: duckdb.DuckDBPyConnection, relation: str) -> np.ndarray:
    """The keys of a relation with a ``key_hash``, as they are searched: uint64, ascending, each once."""
    import numpy as np

    return np.unique(_numbers(connection, relation))


def may_hold(connection: duckdb.DuckDBPyConnection, layer: Path, wanted: np.ndarray) -> bool:
    """True when a layer holds one of the wanted keys, or (once in 10^13 keys by 10^6) another that begins like it.

    A layer without keys beside it was written while the feed's deliveries told all of it, or before there were such
    files: its own column is read.
    """
    import numpy as np

    file = _beside(layer)
    if not file.exists():
        held = _numbers(connection, f"read_parquet({literal(str(layer))})")
    elif file.stat().st_size == 0:  # an empty file can't be mapped
        return False
    else:
        held = np.memmap(file, dtype=_STORED, mode="r")
    places = np.searchsorted(held, wanted)
    within = places < len(held)
    return bool((held[places[within]] == wanted[within]).any())


def _numbers(connection: duckdb.DuckDBPyConnection, relation: str) -> np.ndarray:
    import numpy as np

    return np.sort(connection.execute(f"select {_NUMBER} as number from {relation}").fetchnumpy()["number"])


def _beside(layer: Path) -> Path:
    return layer.with_suffix(".keys")
