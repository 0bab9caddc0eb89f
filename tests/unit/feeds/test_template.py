"""Templates: every contract gives a workbook whose columns, lists, notes and feed file say what the contract says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from openpyxl import load_workbook

from cli import nnsc
from feeds.contracts import Contract, Since, load_contracts
from governance.suspicion import suspicion_policy
from settings import Settings, load_settings
from support.world import JURISDICTION, PROJECT

CONTRACTS = load_contracts(PROJECT / "expectations")


def made(kind: str, folder: Path) -> Any:
    done = CliRunner().invoke(nnsc, ["template", kind, "--out", str(folder / "t.xlsx")])
    assert done.exit_code == 0, done.output
    return load_workbook(folder / "t.xlsx")


def offered(book: Any, sheet: Any) -> dict[str, list[str]]:
    """The values of each drop-down by heading, read as Excel reads them."""
    found = {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list":
            name, cells = rule.formula1.replace("'", "").split("!")
            values = [row[0].value for row in book[name][cells.replace("$", "")]]
            (area,) = rule.sqref.ranges
            found[sheet.cell(row=1, column=area.min_col).value] = values
    return found


@pytest.mark.parametrize("kind", sorted(CONTRACTS))
def test_a_template_has_one_column_per_field_with_its_note(kind: str, tmp_path: Path) -> None:
    book, contract = made(kind, tmp_path), CONTRACTS[kind]
    sheet = book.worksheets[0]  # the one that the reader takes
    assert sheet.title == kind
    assert [cell.value for cell in sheet[1]] == list(contract.columns)
    for cell in sheet[1]:
        assert contract.columns[cell.value].description in cell.comment.text
    must = [r for r in contract.expectations if r.type.endswith("not_be_null") and r.severity == "must"]
    needed = {r.column for r in must if not r.either}
    assert {cell.value for cell in sheet[1] if cell.font.bold} == needed | set(contract.row_key)
    told = {row[0].value for row in book["instructions"].iter_rows()}
    assert set(contract.columns) <= told


def test_where_one_of_two_columns_is_enough_both_say_so(tmp_path: Path) -> None:
    book = made("group_roster", tmp_path)
    noted = {cell.value: cell.comment.text for cell in book["group_roster"][1]}
    assert "Required unless member_age is filled in" in noted["member_birth_date"]
    assert "Required unless member_birth_date is filled in" in noted["member_age"]
    needs = {row[0].value: row[1].value for row in book["instructions"].iter_rows() if row[0].value}
    assert needs["member_birth_date"] == "this or member_age"
    assert needs["member_age"] == "this or member_birth_date"
    assert (needs["basis_kind"], needs["review_on"]) == ("yes", "yes")


def test_a_template_that_cannot_be_written_leaves_no_feed_file_and_a_second_try_works(
    settings: Settings, tmp_path: Path
) -> None:
    town = settings.jurisdictions / "us_xx_town"
    town.mkdir()
    (town / "jurisdiction.yml").write_text(JURISDICTION)
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
    words = ["template", "engagement", "--feed", "us_xx_town/list", "--out", str(tmp_path / "new" / "t.xlsx")]
    failed = CliRunner().invoke(nnsc, words, env=environment)
    assert (failed.exit_code, f"There is no folder {tmp_path / 'new'}." in failed.output) == (2, True), failed.output
    assert not (town / "list.yml").exists()
    (tmp_path / "new").mkdir()
    assert CliRunner().invoke(nnsc, words, env=environment).exit_code == 0
    assert (town / "list.yml").is_file()


@pytest.mark.parametrize("feed_id", ["bad", "us_xx_town/jurisdiction", "../x/y", "us_xx_town/List"])
def test_what_is_no_feed_id_is_told_what_one_is(settings: Settings, tmp_path: Path, feed_id: str) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("arrest_no,day\n1,2024-01-01\n")
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
    asked = (
        ["template", "engagement", "--out", str(tmp_path / "t.xlsx"), "--feed", feed_id],
        ["feeds", "new", feed_id, str(sample), "--write"],
        ["feeds", "new", feed_id, str(sample)],
    )
    for words in asked:
        done = CliRunner().invoke(nnsc, words, env=environment)
        assert (done.exit_code, "A feed id is jurisdiction/feed" in done.output) == (2, True), done.output
    assert not (tmp_path / "t.xlsx").exists()


def test_drop_downs_offer_the_standard_codes_and_what_a_rule_demands(tmp_path: Path) -> None:
    roster = made("group_roster", tmp_path)
    found = offered(roster, roster["group_roster"])
    assert found["membership_role"] == ["leader", "core", "member", "associate", "unknown"]
    assert found["basis_kind"] == suspicion_policy(load_settings()).bases
    (tmp_path / "t.xlsx").unlink()
    contact = made("engagement", tmp_path)
    assert offered(contact, contact["engagement"])["has_service_offer"] == ["yes", "no"]


def test_the_contract_accepts_the_bases_and_the_ages_of_the_policy() -> None:
    policy, roster = suspicion_policy(load_settings()), CONTRACTS["group_roster"]
    bounds = {
        rule.rule: rule.arguments for rule in roster.expectations if rule.column in ("basis_kind", "stated_facts")
    }
    assert bounds["expect_column_values_to_be_in_set:basis_kind"]["value_set"] == policy.bases
    assert bounds["expect_column_value_lengths_to_be_between:stated_facts"]["min_value"] == policy.minimum_basis_length
    ages = [r.arguments["min_value"] for r in roster.expectations if r.column == "member_age" and r.severity == "must"]
    assert max(ages) == policy.minimum_age
    born = [
        r.arguments["min_value"]
        for r in roster.expectations
        if r.column == "member_birth_date" and r.arguments.get("min_value")
    ]
    assert f"{policy.oldest_birth_year}-01-01" in born
    years = {
        (since.column, since.origin): since.years
        for since in roster.computed
        if isinstance(since, Since) and since.years
    }
    assert years == {
        ("expires_on", "reviewed_on"): policy.retention_years,
        ("review_on", "reviewed_on"): policy.review_months // 12,
        ("valid_from", "member_birth_date"): policy.minimum_age,
    }


@pytest.mark.parametrize("kind", sorted(CONTRACTS))
def test_the_feed_file_of_a_template_is_well_written(kind: str, settings: Settings, tmp_path: Path) -> None:
    town = settings.jurisdictions / "us_xx_town"
    town.mkdir()
    (town / "jurisdiction.yml").write_text(JURISDICTION)
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
    words = ["template", kind, "--out", str(tmp_path / "t.xlsx"), "--feed", "us_xx_town/list"]
    assert CliRunner().invoke(nnsc, words, env=environment).exit_code == 0
    checked = CliRunner().invoke(nnsc, ["feeds", "check", "us_xx_town/list"], env=environment)
    assert checked.exit_code == 0, checked.output
    again = CliRunner().invoke(nnsc, words, env=environment)
    assert (again.exit_code, "is not overwritten" in again.output) == (2, True)
    (record,) = yaml.safe_load((town / "list.yml").read_text())["layouts"][0]["records"]
    assert list(record["map"]) == list(CONTRACTS[kind].columns)


def test_an_unknown_kind_is_told_the_known_ones(tmp_path: Path) -> None:
    done = CliRunner().invoke(nnsc, ["template", "gang", "--out", str(tmp_path / "t.xlsx")])
    assert done.exit_code == 2
    assert "group_roster" in done.output


def contract_of(**rule: Any) -> Contract:
    return Contract.model_validate({
        "kind": "x", "description": "x", "grain": "one row per x as told",
        "columns": {"on": {"type": "date", "tier": "T2", "description": "a day"}},
        "expectations": [{"severity": "must", "reason": "because", **rule}],
    })  # fmt: skip


def test_a_distance_names_columns_that_exist() -> None:
    with pytest.raises(ValueError, match="names the column 'off'"):
        contract_of(type="expect_column_values_to_be_between", column="on", since="off", min_value=0)
