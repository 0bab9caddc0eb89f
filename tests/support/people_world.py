"""Mentions of people as rows of dictionaries, linked with the model that comes with the project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from linkage import state
from linkage.resolve import resolve
from linkage.store import base_model

_TEXT = (
    "mention_key",
    "record_kind",
    "role",
    "jurisdiction_id",
    "feed_id",
    "last_name",
    "second_last_name",
    "first_name",
    "middle_name",
    "name_suffix",
    "alias_names",
    "sex",
    "sid",
    "fbi_number",
    "local_id",
    "address",
)
SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXT]
    + [("birth_date", pa.date32()), ("age", pa.int32()), ("seen_on", pa.date32()), ("known_from", pa.timestamp("us"))]
)


def mention(key: str, **columns: Any) -> dict[str, Any]:
    """One mention; a birth date may be text."""
    row: dict[str, Any] = dict.fromkeys(SCHEMA.names)
    row |= {
        "mention_key": key,
        "record_kind": "arrest",
        "role": "arrestee",
        "jurisdiction_id": "us_oh_akron",
        "feed_id": "us_oh_akron/arrest",
    }
    row |= columns
    if isinstance(row["birth_date"], str):
        row["birth_date"] = date.fromisoformat(row["birth_date"])
    return row


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    """The mentions as a Parquet file; returns SQL that reads them."""
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), path)
    return f"read_parquet('{path}')"


def link(rows: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Labels by mention at the linked and at the action grade; mentions of nobody are absent."""
    with duckdb.connect() as db:
        db.register("given", pa.Table.from_pylist(rows, SCHEMA))
        state.in_memory(db)
        resolve(db, base_model(), "given")
        found = db.execute("select unique_id, linked, action from state.partition").fetchall()
    return {k: a for k, a, _ in found}, {k: b for k, _, b in found}


def groups(labels: Mapping[str, object]) -> set[frozenset[str]]:
    """The clusters as sets of mention keys."""
    by: dict[object, set[str]] = {}
    for key, label in labels.items():
        by.setdefault(label, set()).add(key)
    return {frozenset(members) for members in by.values()}


def crowd(count: int = 60) -> list[dict[str, Any]]:
    """Other people, all different, so that a pathology does not stand alone in the world."""
    firsts = [
        "Amos",
        "Bela",
        "Cyril",
        "Dora",
        "Edda",
        "Felix",
        "Gilda",
        "Hugo",
        "Irma",
        "Jonas",
        "Karla",
        "Leon",
        "Mina",
        "Nils",
        "Olga",
    ]
    lasts = ["Abbot", "Becker", "Cramer", "Dorsey", "Ewing", "Foley", "Gorman", "Huber"]
    return [
        mention(
            f"x{i:03d}",
            first_name=firsts[i % len(firsts)],
            last_name=lasts[i % len(lasts)],
            middle_name="Q",
            birth_date=date(1970 + i % 35, 1 + i % 12, 1 + i % 28),
            sid=f"5{i:07d}",
            sex="M",
            address=f"{i} Elm St",
        )
        for i in range(count)
    ]
