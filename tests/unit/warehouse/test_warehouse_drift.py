"""The dbt project says the same as the record contracts; neither may drift from the other."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from feeds.contracts import ColumnSpec, Contract, load_contracts
from warehouse.tables import CHANGE_COLUMNS, record_columns

PROJECT = Path(__file__).resolve().parents[3]
DBT = PROJECT / "dbt"
CONTRACTS = load_contracts(PROJECT / "expectations")
ROLES = {kind: contract.person.role for kind, contract in CONTRACTS.items() if contract.person}
NOT_STAGED = {"row_number", "record_no", "content_hash"}
TYPES = {"DOUBLE": "double precision"}

every_kind = pytest.mark.parametrize("kind", sorted(CONTRACTS))


@cache
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
    """The columns that the outermost select lists, by their outward name."""
    listed = re.search(r"^select\n(.*?)\nfrom", file.read_text(), re.DOTALL | re.MULTILINE)
    assert listed, f"{file} does not list its columns"
    items = re.split(r",(?![^(]*\))", " ".join(listed[1].split()))
    return [item.strip().split(" as ")[-1].split(".")[-1] for item in items]


@every_kind
def test_staging_lists_what_raw_has(kind: str) -> None:
    stored = [name for name, _ in record_columns(CONTRACTS[kind]) if name not in NOT_STAGED]
    assert selected(DBT / "models" / "staging" / f"stg_{kind}.sql") == stored


def origin_of(contract: Contract, name: str) -> tuple[ColumnSpec, str]:
    """The contract's column behind a stored one, and what is added to its words."""
    if name in contract.columns:
        return contract.columns[name], ""
    if name.endswith("_local"):
        return contract.columns[name.removesuffix("_local")], " (wall clock of the jurisdiction)"
    known = "second, minute, day, month, year, unknown or impossible; null where the agency does not supply it"
    return contract.columns[name.removesuffix("_precision")], f" (how exactly it is known: {known})"


@every_kind
@pytest.mark.parametrize("suffix", ["", "_history"])
def test_facts_have_the_contract_columns_with_their_words_and_types(kind: str, suffix: str) -> None:
    contract, described = CONTRACTS[kind], columns(f"fct_{kind}{suffix}")
    for name, stored in published(contract).items():
        column = described[name]
        assert column["data_type"] == TYPES.get(stored, stored.lower()), name
        origin, added = origin_of(contract, name)
        assert column["description"] == origin.description + added, name
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
    assert f'"{kind}"' in (DBT / "models" / "restricted" / "record_source.sql").read_text()
    freshness = (DBT / "models" / "marts" / "ops" / "mart_ops__feed_freshness.sql").read_text()
    assert "for kind in coded_columns()" in freshness
    assert kind in coded_in_dbt()


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


def test_what_engines_read_differently_is_not_written() -> None:
    """1.0e0 is a decimal in Postgres and a double in DuckDB; only a cast says the same to both."""
    for file in DBT.rglob("*.sql"):
        assert not re.search(r"\b\d+(\.\d*)?e\d", file.read_text()), file


def test_no_code_asks_which_engine_it_is() -> None:
    """Outside of the engine classes and macros/cross_db nothing knows there is more than one."""
    for folder in ("src", "dags", "plugins", "dbt"):
        for file in (PROJECT / folder).rglob("*"):
            if file.suffix in {".py", ".sql", ".yml"} and "cross_db" not in file.parts:
                text = file.read_text()
                assert "target.type" not in text, file
                assert file.parent.name == "warehouse" or not re.search(r"engine_(duckdb|postgres)", text), file


def test_sql_files_stay_short() -> None:
    long = {f.name: n for f in DBT.rglob("*.sql") if (n := len(f.read_text().splitlines())) >= 60}
    assert not long


def test_raw_columns_do_not_collide_with_contract_columns() -> None:
    control = {name for name, _ in CHANGE_COLUMNS}
    for contract in CONTRACTS.values():
        assert not control & {name for name, _ in contract.stored_columns()}


def stem(column: str) -> str:
    return column.removeprefix("source_")


def coded_in_dbt() -> dict[str, dict[str, str]]:
    """The macro's answer, rendered without a database."""
    found: dict[str, dict[str, str]] = {}

    def give(value: dict[str, dict[str, str]]) -> str:
        found.update(value)
        return ""

    source = (DBT / "macros" / "coded_columns.sql").read_text().split("{%- endmacro %}")[0] + "{%- endmacro %}"
    template = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(source + "{{ coded_columns() }}")
    template.render({"return": give})
    return found


def test_the_coded_columns_are_those_of_the_contracts() -> None:
    assert coded_in_dbt() == {kind: contract.coded_columns() for kind, contract in CONTRACTS.items()}


@every_kind
@pytest.mark.parametrize("suffix", ["", "_history"])
def test_a_coded_column_carries_its_code_and_mapping_with_its_tier(kind: str, suffix: str) -> None:
    described = columns(f"fct_{kind}{suffix}")
    for name, terminology in CONTRACTS[kind].coded_columns().items():
        origin = CONTRACTS[kind].columns[name]
        code, mapping = described[f"{stem(name)}_code"], described[f"{stem(name)}_mapping"]
        assert f"terminology {terminology})" in code["description"]
        expected = {"tier": origin.tier, **({"audit_only": True} if origin.audit_only else {})}
        assert code["config"]["meta"] == mapping["config"]["meta"] == expected, name


def seed(name: str) -> list[dict[str, str]]:
    with next((DBT / "seeds").rglob(f"{name}.csv")).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_list_says_where_it_comes_from() -> None:
    for entry in seed("terminology"):
        assert entry["publisher"], entry
        assert entry["version"], entry
        assert entry["is_complete"] in {"true", "false"}, entry
        assert entry["is_complete"] == "true" or entry["completeness_note"], entry


def test_a_link_between_lists_says_who_published_it() -> None:
    for row in seed("nibrs_offense"):
        for link, source in (("ncic_class_code", "ncic_link_source"), ("iccs_section_code", "iccs_link_source")):
            assert bool(row[link]) == bool(row[source]), row


def test_rules_do_not_repeat_the_group_that_their_offense_tells() -> None:
    groups = {row["offense_code"]: row["offense_group_code"] for row in seed("nibrs_offense")}
    for rule in seed("offense_text_rule"):
        told = groups[rule["offense_code"]] if rule["offense_code"] else ""
        assert not (told and rule["offense_group_code"]), rule


def test_every_mart_has_somebody_who_reads_it() -> None:
    exposures = yaml.safe_load((DBT / "models" / "exposures.yml").read_text())["exposures"]
    read = {name for exposure in exposures for name in re.findall(r"'(\w+)'", str(exposure["depends_on"]))}
    assert {file.stem for file in (DBT / "models" / "marts").rglob("*.sql")} <= read
