"""The gate of tiers, fed with what this warehouse is made of: dbt's manifest, raw tables, reference tables, seeds."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from feeds.contracts import ENTITY_OF, Contract
from governance.errors import TierViolation
from governance.gate import Model, Report, check, tier_policy
from governance.lineage import Leaf, Name, Traced
from settings import Settings
from warehouse.dbt_runner import compiled, dbt_manifest
from warehouse.publication import PUBLISHED_SCHEMAS
from warehouse.tables import CHANGE_COLUMNS, control_columns, record_columns

#: Control columns of ``raw`` that say who or what, not only when and how; the others are T1.
_CONTROL_TIERS = {
    "feed_id": "T0", "jurisdiction_id": "T0", "record_key": "T2", "row_number": "T2", "record_no": "T2",
    "latitude": "T2", "longitude": "T2", "h3_9": "T2", "h3_10": "T2", "neighbor_h3_9": "T2",
    "person_key": "T2", "mention_key": "T2", "redirect_to": "T2",
}  # fmt: skip
#: What people decided quotes values as recorded. Where markets are is for the sites to tell.
_REFERENCE_TIERS = {"crosswalk_decision": "T2", "market": "T1", "market_cell": "T1"}
_IDENTIFYING = {"source_key", "content_hash"}
#: Criminal intelligence (28 CFR Part 23): even the pseudonym of a group says to whom it belongs that it is watched;
#: that of a couple or a home says where a victim lives.
_RESTRICTED_ENTITIES = {"group", "pair", "address"}


def gate(settings: Settings, contracts: Mapping[str, Contract]) -> None:
    """Refuse a publication whose columns would leave below their tier, or whose targeting knows of race.

    The verdict stands until the dbt project, a contract or the policy changes; it is kept beside what was parsed, which
    installations of one project may share.

    Raises:
        TierViolation: what is wrong, model by model.
    """
    manifest = json.loads(dbt_manifest(settings).read_text())
    stamp = settings.private_dir(settings.parsed) / "tiers.sha256"
    known = _fingerprint(settings, manifest, contracts)
    if stamp.is_file() and stamp.read_text() == known:
        return
    report = examine(settings, manifest, contracts)
    if report.violations:
        shown = "\n  ".join(report.violations[:20])
        raise TierViolation(
            f"{len(report.violations)} rules about tiers and targeting are broken:\n  {shown}\n",
            "Correct the model or what it declares (policies/tiers.yml says how); nothing was published.",
        )
    stamp.write_text(known)


def examine(settings: Settings, manifest: Mapping[str, Any], contracts: Mapping[str, Contract]) -> Report:
    """Walk the whole project, without refusing anything."""
    policy = tier_policy(settings)
    report = check(models(settings, manifest), leaves(contracts), policy, manifest["metadata"]["adapter_type"])
    from governance.gate import forbidden

    for kind, contract in contracts.items():
        for name, column in contract.columns.items():
            concept = forbidden(name, policy)
            if concept and not column.audit_only:
                report.violations.append(f"expectations/{kind}.yml: {name} bears the name of {concept}: audit_only.")
    return report


def models(settings: Settings, manifest: Mapping[str, Any]) -> list[Model]:
    """Models and seeds as dbt compiled them."""
    everything = {**manifest["nodes"], **manifest["sources"]}
    found = []
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "seed"):
            continue
        is_seed = node["resource_type"] == "seed"
        columns = {name: column.get("config", {}).get("meta", {}) for name, column in node["columns"].items()}
        if is_seed:
            columns = {**{name: {} for name in _header(settings, node)}, **columns}
        reads = tuple(_place(everything[name]) for name in node["depends_on"].get("nodes", []))
        sql = None if is_seed else compiled(settings, node)
        found.append(Model(node["schema"], node["name"], node["config"].get("meta", {}), columns, sql, reads))
    return found


def published_tiers(settings: Settings) -> dict[str, dict[str, Any]]:
    """Of each published table: the tier of its rows, of each column, and what is suppressed in it at T1."""
    manifest = json.loads(dbt_manifest(settings).read_text())
    told: dict[str, dict[str, Any]] = {}
    for model in models(settings, manifest):
        if model.schema in PUBLISHED_SCHEMAS:
            columns = {name: model.tier_of(name) for name in model.columns}
            pseudonyms = [n for n in columns if n.endswith("_key") or model.columns[n].get("pseudonym")]
            told[f"{model.schema}.{model.name}"] = {"tier": model.tier, "columns": columns, "pseudonyms": pseudonyms}
            if "suppress" in model.meta:
                told[f"{model.schema}.{model.name}"]["suppress"] = model.meta["suppress"]
    for (schema, table), names in control_columns().items():
        if schema in PUBLISHED_SCHEMAS:
            tier = _REFERENCE_TIERS.get(table, "T0")
            told[f"{schema}.{table}"] = {"tier": tier, "columns": dict.fromkeys(names, tier), "pseudonyms": []}
    return dict(sorted(told.items()))


def leaves(contracts: Mapping[str, Contract]) -> dict[Name, Traced]:
    """Every table that is written by loading, with the tier of each column."""
    found: dict[Name, Traced] = {}
    for (schema, table), names in control_columns().items():
        of_table = _REFERENCE_TIERS.get(table, "T0")
        tiers = {name: of_table if schema == "reference" else _CONTROL_TIERS.get(name, "T1") for name in names}
        found[schema, table] = _table(schema, table, [Leaf("", n, tier, is_key=True) for n, tier in tiers.items()])
    for kind, contract in contracts.items():
        columns = [_leaf(contract, name) for name, _ in record_columns(contract)]
        found["raw", kind] = _table("raw", kind, columns, is_rows=True)
    return found


def _leaf(contract: Contract, name: str) -> Leaf:
    plain = name.removesuffix("_local").removesuffix("_precision")
    column = contract.columns.get(name) or contract.columns.get(plain)
    if column is not None:
        return Leaf("", name, column.tier, column.identifies, column.audit_only)
    if name in _IDENTIFYING:
        return Leaf("", name, "T3", identifies=True, is_key=True)
    if name.endswith("_key") and ENTITY_OF.get(name[:-4], name[:-4]) in _RESTRICTED_ENTITIES:
        return Leaf("", name, "T3", is_key=True)
    control = dict(CHANGE_COLUMNS)
    return Leaf("", name, _CONTROL_TIERS.get(name, "T1") if name in control else "T2", is_key=True)


def _table(schema: str, table: str, columns: list[Leaf], is_rows: bool = False) -> Traced:
    relation = f"{schema}.{table}"
    made = [Leaf(relation, c.column, c.tier, c.identifies, c.audit_only, c.is_key) for c in columns]
    return Traced({leaf.column: {(leaf, frozenset())} for leaf in made}, set(), is_rows)


def _place(node: Mapping[str, Any]) -> Name:
    return node["schema"], node.get("identifier") or node["name"]


def _header(settings: Settings, node: Mapping[str, Any]) -> list[str]:
    with (settings.project / "dbt" / node["original_file_path"]).open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file))


def _fingerprint(settings: Settings, manifest: Mapping[str, Any], contracts: Mapping[str, Contract]) -> str:
    seen = hashlib.sha256((settings.policies / "tiers.yml").read_bytes())
    seen.update(f"{manifest['metadata']['adapter_type']} {version('sqlglot')}".encode())
    for name, node in sorted(manifest["nodes"].items()):
        if node["resource_type"] in ("model", "seed"):
            told = [name, node["checksum"], node["schema"], node["config"].get("meta"), node["columns"]]
            seen.update(json.dumps(told, sort_keys=True, default=str).encode())
    for macro in sorted(manifest["macros"]):
        if macro.startswith("macro.nnsc."):
            seen.update(manifest["macros"][macro]["macro_sql"].encode())
    for kind, contract in sorted(contracts.items()):
        seen.update(f"{kind}{contract.model_dump_json()}".encode())
    package = Path(check.__code__.co_filename).parent
    for file in (package / "gate.py", package / "lineage.py", Path(__file__)):
        seen.update(file.read_bytes())
    return seen.hexdigest()
