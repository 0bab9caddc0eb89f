"""A mart as it would have been at an instant: the same models on the changes that were known by then."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import duckdb

from settings import Settings
from warehouse.dbt_runner import dbt_manifest, run_dbt
from warehouse.engine import engine_for
from warehouse.errors import QueryError, TransformError
from warehouse.query import QueryResult
from warehouse.reading import note_rows
from warehouse.transform import newest_run

PREFIX = "as_of_"
_SCHEMAS = ("marts", "core", "restricted", "intermediate", "staging")


def as_of(settings: Settings, moment: date | datetime, model: str, where: str | None = None) -> QueryResult:
    """The rows of a mart or fact as it would have been; a date is the end of that day where each agency is.

    Records and links are those of that instant, rules and codes today's. What was *shown* then is the publication of
    that day. Nothing of the warehouse or publication changes; what is built for the answer is dropped again.

    Raises:
        QueryError: there is no such published model, or the condition is wrong.
        TransformError: nothing was built yet, or a model failed.
        WarehouseError: another process writes the warehouse.
    """
    schema, name = _published_model(settings, model)
    told = moment.strftime("%Y-%m-%d")
    if isinstance(moment, datetime):
        told = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    arguments = ["run", "--full-refresh", "--select", f"+{name}", "--vars", json.dumps({"as_of": told})]
    try:
        results = run_dbt(settings, arguments, target=f"{PREFIX}target")
        if failed := [r for r in results if r.status != "success"]:
            raise TransformError(
                f"{failed[0].name} cannot be built as of {told}: {failed[0].message}.",
                f"See {settings.home / 'dbt' / 'logs' / 'dbt.log'}.",
            )
        note_rows(settings, f"{schema}.{name}", as_of=told)
        return _read(settings, f"{PREFIX}{schema}.{name}", where)
    finally:
        _drop(settings)


def _published_model(settings: Settings, model: str) -> tuple[str, str]:
    """Schema and name of a model of core or marts, from ``schema.name`` or ``name``."""
    with engine_for(settings).session() as db:
        if newest_run(db) is None or not dbt_manifest(settings).is_file():
            raise TransformError("Nothing was built yet.", "Run `nnsc build` first.")
    manifest = json.loads(dbt_manifest(settings).read_text())
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
    found = {n["name"]: n["schema"] for n in nodes if n["schema"] in ("core", "marts")}
    schema, _, name = model.rpartition(".")
    if name not in found or schema not in ("", found[name]):
        raise QueryError(f"There is no published model {model!r}.", "`nnsc query 'show all tables'` lists them.")
    return found[name], name


def _read(settings: Settings, relation: str, where: str | None) -> QueryResult:
    """The rows, filtered where nothing else can be reached: the warehouse holds names."""
    with engine_for(settings).session() as db:
        found = db.execute(f"select * from {relation}").to_arrow_table(65_536)
    condition = f" where {where}" if where else ""
    with duckdb.connect(config={"enable_external_access": False, "lock_configuration": True}) as apart:
        apart.register("found", found)
        try:
            cursor = apart.execute(f"select * from found{condition} order by all")
        except duckdb.Error as error:
            raise QueryError(f"The condition is wrong: {error}.", "Correct what stands after --where.") from error
        return QueryResult([column[0] for column in cursor.description or []], cursor.fetchall())


def _drop(settings: Settings) -> None:
    with engine_for(settings).session() as db:
        for schema in _SCHEMAS:
            db.execute(f"drop schema if exists {PREFIX}{schema} cascade")
