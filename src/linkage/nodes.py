"""Mentions as arrays of small integers, the form in which the compiled clustering reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

#: Columns of the attribute matrix; -1 means not recorded.
COLUMNS = ("sid", "area", "fbi", "local", "agency", "first", "first_sound", "last", "dob", "birth_year", "partial",
           "middle", "suffix")  # fmt: skip
SID, AREA, FBI, LOCAL, AGENCY, FIRST, SOUND, LAST, DOB, YEAR, PARTIAL, MIDDLE, SUFFIX = range(len(COLUMNS))


@dataclass(frozen=True)
class Nodes:
    """``keys[i]`` is the mention of row ``i``, in order of key; ``attributes`` has :data:`COLUMNS`."""

    keys: NDArray[Any]
    attributes: NDArray[np.int32]


@dataclass(frozen=True)
class Edges:
    """Pairs by row number, in descending weight, ties in order of keys; ``usable`` is False where an edge is vetoed."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    weight: NDArray[np.float64]
    usable: NDArray[np.bool_]


#: Columns of the features that become codes: equal where the text is.
_CODED = {
    "sid": "sid", "area": "area", "fbi": "fbi", "local": "local", "agency": "agency", "first": "first_canon",
    "first_sound": "first_sound", "last": "last_main", "middle": "middle", "suffix": "suffix",
}  # fmt: skip

#: What is read of the features at all.
READ = ("unique_id", *dict.fromkeys(_CODED.values()), "dob", "birth_year", "dob_partial")


def read_nodes(db: duckdb.DuckDBPyConnection, features: str) -> Nodes:
    """Every mention of the features, sorted by key."""
    import numpy as np

    coded = ", ".join(f"{source} as {name}" for name, source in _CODED.items())
    table = db.execute(
        f"select unique_id, {coded}, coalesce(date_diff('day', date '1800-01-01', dob), -1)::int as dob, "
        f"coalesce(birth_year, -1)::int as birth_year, dob_partial::int as partial from {features} order by unique_id"
    ).to_arrow_table()
    matrix = np.empty((table.num_rows, len(COLUMNS)), dtype=np.int32)
    for at, name in enumerate(COLUMNS):
        column = table[name].combine_chunks()
        if name in _CODED:
            column = column.dictionary_encode().indices.fill_null(-1)
        matrix[:, at] = column.to_numpy(zero_copy_only=False)
    return Nodes(np.asarray(table["unique_id"].to_numpy(zero_copy_only=False), dtype=object), matrix)


def read_edges(
    db: duckdb.DuckDBPyConnection, edges: str, features: str, least: float
) -> tuple[Edges, NDArray[np.int64]]:
    """Edges of at least that weight between mentions of the features, as row numbers of :func:`read_nodes`, and where
    each stands (its ``place``)."""
    import numpy as np

    frame = db.execute(
        f"with numbered as (select unique_id, (row_number() over (order by unique_id) - 1)::int as at from {features}) "
        "select l.at as a, r.at as b, e.match_weight as weight, e.veto is null as usable, e.place "
        f"from {edges} as e join numbered as l on l.unique_id = e.unique_id_l "
        "join numbered as r on r.unique_id = e.unique_id_r "
        f"where e.match_weight >= {least} order by round(weight, 6) desc, a, b"
    ).fetchnumpy()
    found = Edges(
        np.asarray(frame["a"], dtype=np.int32),
        np.asarray(frame["b"], dtype=np.int32),
        np.asarray(frame["weight"], dtype=np.float64),
        np.asarray(frame["usable"], dtype=np.bool_),
    )
    return found, np.asarray(frame["place"], dtype=np.int64)
