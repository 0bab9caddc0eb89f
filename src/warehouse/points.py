"""H3 cells of places and their neighbors: computed once, because no engine here can compute them in SQL."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

#: Cells of about 0.74, 0.11 and 0.015 square kilometers: a neighborhood, some blocks, a corner.
RESOLUTIONS = (8, 9, 10)


def add_cells(db: duckdb.DuckDBPyConnection, present: Collection[str]) -> None:
    """Give cells to the coordinates of the view ``new_records`` that ``raw.point`` does not know yet.

    ``present`` are the columns of the view: without coordinates among them there is nothing to do.
    """
    if not {"latitude", "longitude"} <= {*present}:
        return
    new = db.execute(
        "select distinct n.latitude, n.longitude from new_records as n left join raw.point as p "
        "on p.latitude = n.latitude and p.longitude = n.longitude "
        "where p.latitude is null and n.latitude between -90 and 90 and n.longitude between -180 and 180 "
        "order by n.latitude, n.longitude"
    ).fetchall()
    if not new:
        return
    import h3
    import pyarrow as pa

    finest = [h3.latlng_to_cell(latitude, longitude, RESOLUTIONS[-1]) for latitude, longitude in new]
    columns = {"latitude": [row[0] for row in new], "longitude": [row[1] for row in new]}
    cells = {f"h3_{size}": [h3.cell_to_parent(cell, size) for cell in finest] for size in RESOLUTIONS}
    db.register("new_cells", pa.table({**columns, **cells}))
    db.execute("insert into raw.point select * from new_cells")
    db.unregister("new_cells")
    add_neighbors(db)


def add_neighbors(db: duckdb.DuckDBPyConnection) -> None:
    """Give the cells of resolution 9 in ``raw.point`` their neighbors, themselves among them, where they lack them.

    Also before a load that brings nothing: a warehouse of an older version has points and no neighbors.
    """
    new = db.execute("select h3_9 from raw.point except select h3_9 from raw.cell_neighbor order by 1").fetchall()
    if not new:
        return
    import h3
    import pyarrow as pa

    pairs = [(cell, neighbor) for (cell,) in new for neighbor in sorted(h3.grid_disk(cell, 1))]
    columns = {"h3_9": [cell for cell, _ in pairs], "neighbor_h3_9": [neighbor for _, neighbor in pairs]}
    db.register("new_neighbors", pa.table(columns))
    db.execute("insert into raw.cell_neighbor select * from new_neighbors")
    db.unregister("new_neighbors")
