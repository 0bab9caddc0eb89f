"""What a run may leave out: models and tests that nothing loaded since the run before can reach.

A node of the dbt project is reached by the record kinds whose rows it is made of. Codes are looked up for values of the
fact's own feed (`meta: {keyed_by_feed: true}`), so that looking them up does not make every fact depend on every kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import duckdb

from settings import Settings
from warehouse.dbt_runner import dbt_manifest

#: Sources of ``raw`` that change with every load, whatever its kinds.
_EVERY_LOAD = {"change_set", "point", "cell_neighbor", "rule_result"}
_LOOKED_UP = "looked up"


def changed_kinds(db: duckdb.DuckDBPyConnection, since_load: int) -> set[str] | None:
    """Record kinds of which loads after ``since_load`` may have changed something; None where that is no measure.

    A delivery counts for every kind of its feed: it also says until when the feed speaks. Where a change set went away,
    or a feed file, place, decision or person changed, anything may have.
    """
    removed, digests = db.execute(
        "select coalesce(sum(removed) filter (load_id > ?), 0), count(distinct reference_digest) "
        "from raw.load where load_id >= ?",
        [since_load, since_load],
    ).fetchall()[0]
    if removed or digests != 1:
        return None
    rows = db.execute(
        "select record_kind from raw.touched union select kinds.record_kind from raw.change_set as loaded "
        "join reference.feed_record_kind as kinds on kinds.feed_id = loaded.feed_id where loaded.load_id > ?",
        [since_load],
    ).fetchall()
    return {str(row[0]) for row in rows}


def reached(settings: Settings, kinds: set[str]) -> list[str] | None:
    """Names of the tables and tests that a change in these kinds can reach, sorted; None where dbt left no manifest."""
    file = dbt_manifest(settings)
    if not file.is_file():
        return None
    manifest = json.loads(file.read_text(encoding="utf-8"))
    sources = _sources_of(manifest)
    return sorted(
        node["name"] for unique_id, node in manifest["nodes"].items()
        if (node["resource_type"] == "test" or node["config"]["materialized"] in ("table", "incremental"))
        and _is_reached(sources(unique_id), kinds)
    )  # fmt: skip


def _is_reached(sources: frozenset[str], kinds: set[str]) -> bool:
    made_of = sources - _EVERY_LOAD - {_LOOKED_UP}
    if made_of and "rule_result" not in sources:
        return bool(made_of & kinds)
    return bool(sources)


def _sources_of(manifest: Mapping[str, Any]) -> Any:
    """A function from a node to the kinds and other tables of ``raw`` that it is made of."""
    # told by the digest of a load, or read for what changed
    control = {"touched", "touched_entity", "load", "transform_run", "person", "person_membership"}

    @cache
    def sources(unique_id: str) -> frozenset[str]:
        source = manifest["sources"].get(unique_id)
        if source is not None:
            name = str(source["name"])
            return frozenset([name] if source["source_name"] == "raw" and name not in control else [])
        below = manifest["nodes"].get(unique_id, {}).get("depends_on", {}).get("nodes", [])
        return frozenset().union(*(seen_from_above(node) for node in below))

    def seen_from_above(unique_id: str) -> frozenset[str]:
        meta = manifest["nodes"].get(unique_id, {}).get("config", {}).get("meta") or {}
        return frozenset([_LOOKED_UP]) if meta.get("keyed_by_feed") else sources(unique_id)

    return sources
