"""The tables of schema ``raw`` and ``reference`` that are written here and read by dbt."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from feeds.contracts import Contract
from warehouse import people, results
from warehouse.engine import Engine
from warehouse.errors import WarehouseError

#: Columns that every ``raw.<kind>`` has before the contract's own.
CHANGE_COLUMNS: list[tuple[str, str]] = [
    ("change_set_id", "VARCHAR"),
    ("feed_id", "VARCHAR"),
    ("jurisdiction_id", "VARCHAR"),
    ("batch_id", "VARCHAR"),
    ("generation", "INTEGER"),
    ("load_seq", "BIGINT"),
    ("known_at", "TIMESTAMP"),
    ("op", "VARCHAR"),
    ("record_key", "VARCHAR"),
    ("source_key", "VARCHAR"),
    ("row_number", "BIGINT"),
    ("record_no", "INTEGER"),
    ("identity_basis", "VARCHAR"),
    ("content_hash", "BLOB"),
]
#: Of these, the ones that the Parquet file of changes brings (the others come from the change set).
FROM_CHANGES = ("op", "record_key", "source_key", "row_number", "record_no", "identity_basis", "content_hash")
_MAY_BE_NULL = {"source_key", "row_number", "record_no", "identity_basis", "content_hash"}

_CONTROL = """
create schema if not exists raw;
create schema if not exists reference;
create table if not exists raw.load (
    load_id bigint not null, loaded_at timestamp not null, loaded integer not null, removed integer not null,
    rows bigint not null, reference_digest varchar not null);
create table if not exists raw.change_set (
    change_set_id varchar not null, feed_id varchar not null, jurisdiction_id varchar not null,
    batch_id varchar not null, generation integer not null, load_seq bigint not null, known_at timestamp not null,
    rows bigint not null, load_id bigint not null);
create table if not exists raw.touched (
    load_id bigint not null, record_kind varchar not null, feed_id varchar not null, record_key varchar not null);
create table if not exists raw.touched_entity (
    load_id bigint not null, entity varchar not null, entity_key varchar not null);
create table if not exists raw.transform_run (
    run_id bigint not null, load_id bigint not null, project_digest varchar not null, is_full_refresh boolean not null,
    state varchar not null, started_at timestamp not null, finished_at timestamp, models integer, tests_passed integer,
    tests_warned integer, tests_failed integer);
create table if not exists raw.test_result (
    test_name varchar not null, status varchar not null, message varchar not null, run_id bigint not null);
create table if not exists reference.jurisdiction (
    jurisdiction_id varchar not null, jurisdiction_name varchar not null, country_code varchar not null,
    time_zone varchar not null, locale varchar not null, min_latitude double, max_latitude double,
    min_longitude double, max_longitude double);
create table if not exists reference.jurisdiction_population (
    jurisdiction_id varchar not null, year integer not null, people bigint not null,
    population_source varchar not null);
create table if not exists reference.facility (
    jurisdiction_id varchar not null, facility_id varchar not null, facility_name varchar not null,
    valid_from date, valid_to date);
create table if not exists reference.facility_unit (
    jurisdiction_id varchar not null, facility_id varchar not null, unit_id varchar not null,
    unit_name varchar not null, valid_from date, valid_to date);
create table if not exists reference.feed (
    feed_id varchar not null, jurisdiction_id varchar not null, feed_desc varchar not null, publisher varchar not null,
    delivery_mode varchar not null, is_simulated boolean not null, warn_after_hours double, error_after_hours double);
create table if not exists raw.point (
    latitude double not null, longitude double not null, h3_8 varchar not null, h3_9 varchar not null,
    h3_10 varchar not null);
create table if not exists raw.cell_neighbor (h3_9 varchar not null, neighbor_h3_9 varchar not null);
create table if not exists reference.area (
    jurisdiction_id varchar not null, area_kind varchar not null, area_id varchar not null,
    area_name varchar not null, valid_from date, valid_to date);
create table if not exists reference.clock_change (
    jurisdiction_id varchar not null, change_kind varchar not null, changed_on date not null,
    local_from timestamp not null, local_to timestamp not null);
create table if not exists reference.crosswalk_decision (
    terminology_id varchar not null, feed_id varchar not null, source_value varchar not null, code varchar,
    decision_id bigint not null);
create table if not exists reference.suspicion_clock (
    jurisdiction_id varchar not null, retention_years integer not null, review_months integer not null);
create table if not exists reference.market (
    jurisdiction_id varchar not null, market_id varchar not null, market_version integer not null,
    market_name varchar not null, is_newest boolean not null, identified_on date, call_in_on date, notified_on date,
    maintenance_on date, ring_steps integer not null);
create table if not exists reference.market_cell (
    jurisdiction_id varchar not null, market_id varchar not null, market_version integer not null,
    h3_9 varchar not null, ring_code varchar not null);
create table if not exists reference.feed_record_kind (feed_id varchar not null, record_kind varchar not null);
"""


def record_columns(contract: Contract) -> list[tuple[str, str]]:
    """``(name, type)`` of the columns of ``raw.<kind>``: change, references, contract."""
    references = [(f"{entity}_key", "VARCHAR") for entity in sorted(contract.references)]
    return [*CHANGE_COLUMNS, *references, *contract.stored_columns()]


def control_columns() -> dict[tuple[str, str], list[str]]:
    """``(schema, table)`` of the tables above -> their columns."""
    tables = re.findall(
        r"create table if not exists (\w+)\.(\w+) \((.*?)\);", _CONTROL + people.CONTROL + results.CONTROL, re.DOTALL
    )
    return {(schema, table): [line.split()[0] for line in body.split(",")] for schema, table, body in tables}


def has_loads(db: duckdb.DuckDBPyConnection) -> bool:
    """True when the tables of ``raw`` exist: a load went before."""
    found = db.execute(
        "select count(*) from information_schema.tables where table_schema = 'raw' and table_name = 'load' "
        "and table_catalog = current_database()"
    ).fetchall()
    return bool(found[0][0])


def prepare(db: duckdb.DuckDBPyConnection, engine: Engine, contracts: Mapping[str, Contract]) -> None:
    """Create what is missing and add the columns that a contract gained.

    Raises:
        WarehouseError: a contract changed the type of a column that is stored already.
    """
    db.execute(_CONTROL + people.CONTROL + results.CONTROL)
    for contract in contracts.values():
        _prepare_kind(db, engine, contract)


def _prepare_kind(db: duckdb.DuckDBPyConnection, engine: Engine, contract: Contract) -> None:
    wanted = record_columns(contract)
    required = {name for name, _ in CHANGE_COLUMNS} - _MAY_BE_NULL
    lines = ", ".join(f'"{name}" {kind}{" not null" if name in required else ""}' for name, kind in wanted)
    db.execute(f'create table if not exists raw."{contract.kind}" ({lines})')
    stored = dict(
        db.execute(
            "select column_name, data_type from information_schema.columns where table_schema = 'raw' "
            "and table_name = ? and table_catalog = current_database()",
            [contract.kind],
        ).fetchall()
    )
    for name, kind in wanted:
        if name not in stored:
            engine.add_column(db, f'raw."{contract.kind}"', name, kind)
        elif stored[name] != kind:
            raise WarehouseError(
                f"raw.{contract.kind}.{name} is stored as {stored[name]}, the contract now says {kind}.",
                f"Give the column a new name in expectations/{contract.kind}.yml, or rebuild the warehouse "
                "(move its file away and run `nnsc build`; change sets are kept by ingest).",
            )
