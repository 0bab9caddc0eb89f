"""A feed's state: for every live key and ordinal the last accepted content. Immutable layers of Parquet.

A layer holds only what a delivery changed, so that its cost follows the change and not the feed. Many small layers are
folded into one, all of them into a new base when they hold half as much as it: a row is rewritten as often as the
state doubles. The state behind any delivery stays readable, which is what a late delivery needs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.layer_keys import keys_of, may_hold, write_keys
from ingest.sqltext import PARQUET, literal

if TYPE_CHECKING:
    import duckdb

#: So many layers are folded, and a layer that holds no more than this share of what lies on it goes with them.
_MAX_LAYERS = 12
_MAX_SHARE = 0.5
COLUMNS = "key_hash, slot, record_key, accepted, pending, raw, window_value"
_EMPTY = (
    "select null::blob as key_hash, 0 as slot, null::varchar as record_key, null::blob as accepted, "
    "false as pending, null::blob as raw, null::varchar as window_value, false as gone where false"
)


@dataclass(frozen=True)
class Layer:
    """One Parquet file (path relative to the home) and its number of rows."""

    path: str
    rows: int


@dataclass(frozen=True)
class KindState:
    """The layers of one record kind, oldest first (the first is the base), and what its keys are made of."""

    layers: tuple[Layer, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class FeedState:
    """The state of all record kinds behind one delivery."""

    kinds: dict[str, KindState] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {
            kind: {"key": state.key, "layers": [[layer.path, layer.rows] for layer in state.layers]}
            for kind, state in self.kinds.items()
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> FeedState:
        """From the ledger."""
        return cls(
            {kind: KindState(tuple(Layer(p, n) for p, n in one["layers"]), one["key"]) for kind, one in raw.items()}
        )

    def digest(self) -> str:
        """Names this state: two equal digests are the same files."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()


def load_state(connection: duckdb.DuckDBPyConnection, home: Path, state: KindState, *, once: bool = False) -> None:
    """``old``: the live rows of a state (a view, so that only the needed columns are read).

    ``once`` says that it is read once at the most: then what lies on the base is not kept in memory.
    """
    connection.execute("drop view if exists old")
    if not state.layers:
        connection.execute(f"create temp view old as select {COLUMNS} from ({_EMPTY})")
        return
    base = _read(home, state.layers[0])
    if len(state.layers) == 1:
        connection.execute(f"create temp view old as select {COLUMNS} from {base} where not gone")
        return
    if once:
        connection.execute(
            f"create temp view old as select {COLUMNS} from ({_newest(home, state.layers)}) where not gone"
        )
        return
    connection.execute(f"create or replace temp table recent as {_newest(home, state.layers[1:])}")
    connection.execute(f"""
        create temp view old as
        select {COLUMNS} from {base} as base anti join recent using (key_hash, slot) where not gone
        union all
        select {COLUMNS} from recent where not gone""")


def meet_state(connection: duckdb.DuckDBPyConnection, home: Path, state: KindState) -> None:
    """``touched``: the live rows of a state of which ``new`` speaks, for a delivery that says nothing of the others.

    Only layers that hold such keys are read: new records mostly meet none.
    """
    wanted = keys_of(connection, "new")
    met = tuple(layer for layer in state.layers if may_hold(connection, home / layer.path, wanted))
    rows = f"({_newest(home, met, 'semi join new using (key_hash)')}) where not gone" if met else f"({_EMPTY})"
    connection.execute(f"create or replace temp table touched as select {COLUMNS} from {rows}")


def meet_carried(connection: duckdb.DuckDBPyConnection) -> None:
    """``touched`` where ``old`` has other keys than the layers of the state."""
    connection.execute(
        f"create or replace temp table touched as select {COLUMNS} from old semi join new using (key_hash)"
    )


def next_state(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    state: KindState,
    scratch: Path,
    target: Path,
    kind: str,
    key: str,
    rebase: bool,
    searched: bool = False,
) -> KindState:
    """Write what ``outcome`` changes as a new layer (or as a new base) and return the state behind the delivery.

    ``scratch`` is where to write now, ``target`` the same folder's final place relative to the home. ``rebase`` asks
    for a new base, because the keys of the old layers are no longer the keys of ``old``; ``searched`` for a file of
    the layer's keys, because deliveries name a few records.
    """
    connection.execute("""
        create or replace temp view layer as
        select key_hash, slot, record_key,
            case when ok then content else accepted end as accepted,
            row_number is not null and not ok and accepted is not null as pending,
            case when row_number is not null and not ok then raw end as raw,
            case when ok then coalesce(window_value, old_window) else coalesce(old_window, window_value) end
                as window_value, gone
        from outcome""")
    rows = int(connection.execute("select count(*) from layer").fetchall()[0][0])
    if rows == 0 and not rebase:
        return KindState(state.layers, key)
    kept = 0 if rebase else _kept([layer.rows for layer in state.layers], rows)
    below, folded = state.layers[:kept], state.layers[kept:]
    query = "from layer"
    if folded:
        earlier = f"select {COLUMNS}, false as gone from old" if not below else _newest(home, folded)
        query = f"""
            select {COLUMNS}, gone from ({earlier}) anti join layer using (key_hash, slot)
            union all select {COLUMNS}, gone from layer {"" if below else "where not gone"}"""
    path = scratch / f"{kind}.state.parquet"
    written = connection.execute(f"copy ({query}) to {literal(str(path))} ({PARQUET})").fetchall()[0][0]
    if searched:
        write_keys(connection, path)
    return KindState((*below, Layer(str(target / path.name), int(written))), key)


def _kept(layers: list[int], rows: int) -> int:
    """How many layers (rows of each, the base first) stay as they are under a delivery that changes ``rows``."""
    if not layers or sum(layers[1:]) + rows > layers[0] * _MAX_SHARE:
        return 0
    if len(layers) < _MAX_LAYERS:
        return len(layers)
    kept, above = len(layers), rows
    while kept > 1 and layers[kept - 1] * _MAX_SHARE <= above:
        kept, above = kept - 1, above + layers[kept - 1]
    return kept


def _newest(home: Path, layers: tuple[Layer, ...], which: str = "") -> str:
    """SELECT of the newest row of each record in some layers."""
    stacked = " union all ".join(
        f"select *, {number} as layer from {_read(home, layer)} {which}" for number, layer in enumerate(layers)
    )
    return f"select * from ({stacked}) qualify row_number() over (partition by key_hash, slot order by layer desc) = 1"


def _read(home: Path, layer: Layer) -> str:
    return f"read_parquet({literal(str(home / layer.path))})"
