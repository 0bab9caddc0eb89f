"""Socrata, ArcGIS, CKAN and Carto as their documentation has them: (status, JSON value or bytes) for a question."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from datetime import datetime
from typing import Any

from simulator.portal.tables import Holdings, Row, Table


def error_body(path: str, shown: str) -> Any:
    """What a protocol sends with status 200 when something went wrong; ``shown`` is echoed, as careless servers do."""
    if "/arcgis/" in path:
        return {"error": {"code": 500, "message": f"Error performing query operation {shown}", "details": []}}
    if "/ckan/" in path:
        return {"success": False, "error": {"message": f"Search error {shown}"}}
    if "/carto/" in path:
        return {"error": [f"You are over platform's limits {shown}"]}
    return {"error": True, "message": f"query.soql.timeout {shown}"}


# Socrata -------------------------------------------------------------------------------------------------------------


def socrata(portal: Holdings, path: str, query: dict[str, str]) -> tuple[int, Any]:
    """SODA 2.1: metadata of a view, and rows of a resource. Keys whose value is null are left out."""
    name = re.sub(r"\.json$", "", path.rsplit("/", 1)[1])
    table = portal.tables.get(name)
    if table is None:
        return 404, {"code": "dataset.missing", "error": True, "message": "Not found"}
    if path.startswith("api/views/"):
        kinds = {"text": "text", "number": "number", "date": "calendar_date"}
        columns = [{"fieldName": c, "name": c.title(), "dataTypeName": kinds[k]} for c, k in table.columns.items()]
        columns.append({"fieldName": ":@computed_region_x", "name": "Computed", "dataTypeName": "number"})
        return 200, {"id": name, "rowsUpdatedAt": table.changed, "columns": columns}
    found = _soql(table, query.get("$where"))
    if found is None:
        return 400, {"error": True, "message": f"Unrecognized filter {query.get('$where')}"}
    if query["$select"].lower() == "count(*)":
        return 200, [{"count": str(len(found))}]
    rows, _ = portal.window(found, int(query.get("$limit", 1000)), int(query.get("$offset", 0)), "$order" in query)
    wanted = set(re.findall(r"`(\w+)`", query["$select"])) or set(table.columns)
    return 200, [
        {":id": f"row-{i}", **{k: _soda(v) for k, v in row.items() if v is not None and k in wanted}} for i, row in rows
    ]


def _soda(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _soql(table: Table, where: str | None) -> list[tuple[int, Row]] | None:
    found = list(zip(table.ids, table.rows, table.updated))
    for part in (where or "").replace("(", "").replace(")", "").split(" AND "):
        later = re.fullmatch(r":updated_at >= '(.*)Z'", part)
        equal = re.fullmatch(r"(\w+) = '(.*)'", part)
        if later:
            moment = datetime.fromisoformat(later[1] + "+00:00").timestamp()
            found = [row for row in found if row[2] >= moment]
        elif equal:
            found = [row for row in found if row[1].get(equal[1]) == equal[2]]
        elif part:
            return None
    return [(i, row) for i, row, _ in found]


# ArcGIS --------------------------------------------------------------------------------------------------------------


def arcgis(portal: Holdings, path: str, query: dict[str, str]) -> tuple[int, Any]:
    """A feature layer: its description, counts, object ids, pages of features."""
    table = portal.tables[path.split("/")[2]]
    kinds = {"text": "esriFieldTypeString", "number": "esriFieldTypeDouble", "date": "esriFieldTypeDate"}
    if not path.endswith("/query"):
        fields = [{"name": "OBJECTID", "type": "esriFieldTypeOID"}]
        fields += [{"name": c, "type": kinds[k]} for c, k in table.columns.items()]
        return 200, {
            "name": "Layer", "fields": fields, "objectIdField": "OBJECTID", "maxRecordCount": portal.faults.silent_limit or 2000,
            "advancedQueryCapabilities": {"supportsPagination": not portal.faults.no_paging},
            "editingInfo": {"lastEditDate": table.changed * 1000},
        }  # fmt: skip
    where = query["where"]
    span = re.search(r"OBJECTID >= (\d+) AND OBJECTID <= (\d+)", where)
    found = [(i, row) for i, row in zip(table.ids, table.rows) if not span or int(span[1]) <= i <= int(span[2])]
    equal = re.search(r"(\w+) = '([^']*)'", where)
    if equal:
        found = [(i, row) for i, row in found if row.get(equal[1]) == equal[2]]
    if query.get("returnCountOnly") == "true":
        return 200, {"count": len(found)}
    if query.get("returnIdsOnly") == "true":
        return 200, {"objectIdFieldName": "OBJECTID", "objectIds": [i for i, _ in found][::-1]}
    if portal.faults.no_paging and "resultOffset" in query:
        return 200, {"error": {"code": 400, "message": "Pagination is not supported.", "details": []}}
    limit = min(int(query.get("resultRecordCount", 2000)), portal.faults.silent_limit or 2000)
    page, more = portal.window(found, limit, int(query.get("resultOffset", 0)), "orderByFields" in query)
    features: list[Row] = []
    for i, row in page:
        features.append({"attributes": {"OBJECTID": i, **row}})
        if query.get("returnGeometry") == "true":
            features[-1]["geometry"] = {"x": -76.6, "y": 39.3}
    return 200, {"features": features, **({"exceededTransferLimit": True} if more else {})}


# CKAN ----------------------------------------------------------------------------------------------------------------


def ckan(portal: Holdings, path: str, query: dict[str, str]) -> tuple[int, Any]:
    """The action API and the datastore's dump."""
    if path.startswith("datastore/dump/"):
        table = portal.tables[path.rsplit("/", 1)[1]]
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["_id", *table.columns])
        writer.writerows([i, *row.values()] for i, row in zip(table.ids, table.rows))
        return 200, b"\xef\xbb\xbf" + out.getvalue().encode()
    action = path.rsplit("/", 1)[1]
    if action == "package_show":
        return 200, {"success": True, "result": {"resources": portal.tables[query["id"]].resources}}
    table = portal.tables[query.get("resource_id") or query["id"]]
    if action == "resource_show":
        stamp = datetime.fromtimestamp(table.changed).isoformat()
        result: Row = {
            "id": query["id"],
            "name": "Shootings",
            "last_modified": stamp,
            "url": f"{portal.url}/files/x.csv",
        }
        return 200, {"success": True, "result": result}
    limit, offset = min(int(query.get("limit", 100)), 32_000), int(query.get("offset", 0))
    kinds = {"text": "text", "number": "numeric", "date": "timestamp"}
    fields = [{"id": "_id", "type": "int"}, *({"id": c, "type": kinds[k]} for c, k in table.columns.items())]
    records: list[Row] = []
    if limit:
        page, _ = portal.window(list(zip(table.ids, table.rows)), limit, offset, "sort" in query)
        records = [{"_id": i, **row} for i, row in page]
    lowered = min(limit, portal.faults.silent_limit or limit)
    return 200, {
        "success": True,
        "result": {"fields": fields, "records": records, "total": len(table.rows), "limit": lowered},
    }


# Carto ---------------------------------------------------------------------------------------------------------------


def carto(portal: Holdings, path: str, query: dict[str, str]) -> tuple[int, Any]:
    """The SQL API over the table named, by SQLite."""
    sql = query["q"]
    name = re.search(r"FROM (\w+)", sql)
    if name is None or name[1] not in portal.tables:
        return 400, {"error": ["relation does not exist"]}
    table = portal.tables[name[1]]
    limit = re.search(r"LIMIT (\d+)$", sql)
    if limit and portal.faults.limit_429_above and int(limit[1]) > portal.faults.limit_429_above:
        return 429, {"error": ["You are over platform's limits: SQL query timeout error."]}
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    names = ", ".join(f'"{c}"' for c in table.columns)
    connection.execute(f"create table {name[1]} (cartodb_id integer, {names})")
    marks = ", ".join("?" * (len(table.columns) + 1))
    values = [[i, *(row.get(c) for c in table.columns)] for i, row in zip(table.ids, table.rows)]
    connection.executemany(f"insert into {name[1]} values ({marks})", values)
    try:
        rows = [dict(row) for row in connection.execute(sql)]
    except sqlite3.Error as error:
        return 400, {"error": [str(error)]}
    if limit and int(limit[1]):
        rows, _ = portal.window(rows, len(rows), 0, "ORDER BY" in sql)
    kinds = {"text": "string", "number": "number", "date": "date"}
    fields = {"cartodb_id": {"type": "number"}, **{c: {"type": kinds[k]} for c, k in table.columns.items()}}
    return 200, {"rows": rows, "fields": fields, "total_rows": len(rows)}
