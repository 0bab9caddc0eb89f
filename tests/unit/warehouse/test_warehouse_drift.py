"""The dbt project says the same as the record contracts; neither may drift from the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from feeds.contracts import Contract, load_contracts
from warehouse.tables import CHANGE_COLUMNS, record_columns

PROJECT = Path(__file__).resolve().parents[3]
DBT = PROJECT / "dbt"
CONTRACTS = load_contracts(PROJECT / "expectations")
ROLES = {kind: contract.person.role for kind, contract in CONTRACTS.items() if contract.person}
NOT_STAGED = {"row_number", "record_no", "content_hash"}
TYPES = {"DOUBLE": "double precision"}

every_kind = pytest.mark.parametrize("kind", sorted(CONTRACTS))


def models(*folders: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for folder in folders or ("",):
        for file in sorted((DBT / "models" / folder).rglob("*.yml")):
            found |= {model["name"]: model for model in yaml.safe_load(file.read_text()).get("models", [])}
    return found


def columns(model: str) -> dict[str, dict[str, Any]]:
    return {column["name"]: column for column in models("core")[model]["columns"]}


def published(contract: Contract) -> dict[str, str]:
    return {name: kind for name, kind in contract.stored_columns() if name not in contract.identifying_columns()}


def selected(file: Path) -> list[str]:
    """The columns that a plain select lists, by their outward name."""
    listed = re.search(r"select\n(.*?)\nfrom", file.read_text(), re.DOTALL)
    assert listed, f"{file} does not list its columns"
    return [line.strip().rstrip(",").split(" as ")[-1].split(".")[-1] for line in listed[1].splitlines()]


@every_kind
def test_staging_lists_what_raw_has(kind: str) -> None:
    stored = [name for name, _ in record_columns(CONTRACTS[kind]) if name not in NOT_STAGED]
    assert selected(DBT / "models" / "staging" / f"stg_{kind}.sql") == stored


@every_kind
@pytest.mark.parametrize("suffix", ["", "_history"])
def test_facts_have_the_contract_columns_with_their_words_and_types(kind: str, suffix: str) -> None:
    contract, described = CONTRACTS[kind], columns(f"fct_{kind}{suffix}")
    for name, stored in published(contract).items():
        column = described[name]
        assert column["data_type"] == TYPES.get(stored, stored.lower()), name
        origin = contract.columns.get(name) or contract.columns[name.removesuffix("_local")]
        local = " (wall clock of the jurisdiction)" if name not in contract.columns else ""
        assert column["description"] == origin.description + local, name
        expected = {"tier": origin.tier, **({"audit_only": True} if origin.audit_only else {})}
        assert column["config"]["meta"] == expected, name
    for entity in contract.references:
        assert f"{entity}_key" in described
    assert ("mention_key" in described) == (kind in ROLES)


@every_kind
@pytest.mark.parametrize("suffix", ["", "_history"])
def test_a_fact_describes_exactly_the_columns_it_selects(kind: str, suffix: str) -> None:
    name = f"fct_{kind}{suffix}"
    assert sorted(selected(DBT / "models" / "core" / f"{name}.sql")) == sorted(columns(name))


def test_no_identifying_column_is_described_in_core_or_marts() -> None:
    identifying = frozenset({"source_key"}).union(*(c.identifying_columns() for c in CONTRACTS.values()))
    for name, model in models("core", "marts").items():
        assert not identifying & {column["name"] for column in model["columns"]}, name


def test_race_and_ethnicity_reach_no_mart() -> None:
    audit = {name for contract in CONTRACTS.values() for name, column in contract.columns.items() if column.audit_only}
    assert audit
    for file in (DBT / "models" / "marts").rglob("*"):
        if file.is_file():
            assert not [name for name in audit if name in file.read_text()], file


@pytest.mark.parametrize("name", sorted(models()))
def test_every_model_says_its_grain(name: str) -> None:
    assert "grain:" in models()[name]["description"].lower()


@pytest.mark.parametrize("name", sorted(models("core", "marts")))
def test_every_published_column_is_described_and_typed(name: str) -> None:
    for column in models("core", "marts")[name]["columns"]:
        assert len(column["description"]) > 5, column
        assert column["data_type"], column


def test_every_model_has_its_description_beside_it() -> None:
    for file in (DBT / "models").rglob("*.sql"):
        assert file.with_suffix(".yml").is_file(), file


@every_kind
def test_every_kind_is_a_source_and_is_counted_where_all_kinds_are(kind: str) -> None:
    sources = yaml.safe_load((DBT / "models" / "staging" / "sources.yml").read_text())["sources"]
    assert kind in {table["name"] for source in sources if source["name"] == "raw" for table in source["tables"]}
    for model in ("marts/ops/mart_ops__feed_freshness.sql", "restricted/record_source.sql"):
        assert f'"{kind}"' in (DBT / "models" / model).read_text(), model


def test_person_mentions_carry_the_person_block_except_audit_columns() -> None:
    block = yaml.safe_load((PROJECT / "expectations" / "blocks" / "person.yml").read_text())["columns"]
    macro = (DBT / "macros" / "person_columns.sql").read_text()
    listed = re.findall(r'"(\w+)"', macro)
    assert listed == [name for name, column in block.items() if not column.get("audit_only")]
    mentions = (DBT / "models" / "restricted" / "person_mention_history.sql").read_text()
    assert dict(re.findall(r'\("(\w+)", "(\w+)"\)', mentions)) == ROLES


def test_engines_are_told_apart_in_one_folder_only() -> None:
    for file in DBT.rglob("*.sql"):
        if "cross_db" not in file.parts:
            assert not re.search(r"target\.type|adapter\.dispatch|duckdb|postgres", file.read_text()), file


def test_sql_files_stay_short() -> None:
    long = {f.name: n for f in DBT.rglob("*.sql") if (n := len(f.read_text().splitlines())) >= 60}
    assert not long


def test_raw_columns_do_not_collide_with_contract_columns() -> None:
    control = {name for name, _ in CHANGE_COLUMNS}
    for contract in CONTRACTS.values():
        assert not control & {name for name, _ in contract.stored_columns()}
