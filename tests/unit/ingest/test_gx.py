"""Great Expectations on DuckDB: the pinned private names are there, and its counts equal a scan's."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from feeds.contracts import ColumnSpec, Contract, Expectation
from ingest.gx import _without, validate
from ingest.rules import build_rules

EXPECTATIONS = [
    {"type": "expect_column_values_to_not_be_null", "column": "age"},
    {"type": "expect_column_values_to_be_null", "column": "note"},
    {"type": "expect_column_values_to_be_between", "column": "age", "min_value": 0, "max_value": 120},
    {
        "type": "expect_column_values_to_be_between",
        "column": "born",
        "min_value": "1900-01-01",
        "max_value": "{known_on}",
    },
    {"type": "expect_column_values_to_be_between", "column": "seen", "max_value": "{known_at}"},
    {"type": "expect_column_values_to_be_in_set", "column": "sex", "value_set": ["M", "F"]},
    {"type": "expect_column_values_to_match_regex", "column": "sex", "regex": "^[A-Z]$"},
    {"type": "expect_column_value_lengths_to_be_between", "column": "sex", "min_value": 1, "max_value": 1},
]
EXPECTED = [1, 1, 1, 2, 1, 2, 2, 1]
ROWS = """
    (1, 'k1', 30, date '1990-01-01', timestamp '2020-01-01 00:00:00', 'M', null),
    (2, 'k2', 300, date '1890-01-01', timestamp '2020-01-01 00:00:00', 'm', null),
    (3, 'k3', null, date '2025-01-02', timestamp '2025-01-01 05:00:01', null, 'x'),
    (4, null, 0, date '2024-12-31', timestamp '2025-01-01 05:00:00', 'F', null),
    (5, 'k5', 120, null, null, 'M', null), (6, 'k6', 5, null, null, 'MF', null)
"""


@pytest.fixture(scope="module")
def contract() -> Contract:
    def column(kind: str) -> ColumnSpec:
        return ColumnSpec.model_validate({"type": kind, "tier": "T0", "description": "of the test"})

    kinds = {"age": "integer", "born": "date", "seen": "timestamp", "sex": "text", "note": "text"}
    rules = [Expectation.model_validate({**e, "severity": "warn", "reason": "for the test"}) for e in EXPECTATIONS]
    return Contract(
        kind="thing", description="of the test", grain="one row per thing", columns={k: column(v) for k, v in kinds.items()},
        expectations=rules,
    )  # fmt: skip


def test_counts_equal_what_was_planted(contract: Contract, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    connection = duckdb.connect()
    connection.execute(f"""
        copy (select *, null::varchar as _conflict from (values {ROWS})
              as t(row_number, _key, age, born, seen, sex, note)) to '{file}' (format parquet)""")
    # Midnight of 2025-01-01 in New York: 31 December is the last day the delivery can speak of.
    rules = build_rules(contract, [], [], datetime(2025, 1, 1, 5, tzinfo=UTC), ZoneInfo("America/New_York"))
    verdict = validate(f"select * from read_parquet('{file}')", rules, 6)
    assert [result["unexpected_count"] for result in verdict] == [1, 0, *EXPECTED]
    scan = ", ".join(f"count(*) filter ({rule.broken})" for rule in rules)
    assert list(connection.execute(f"select {scan} from read_parquet('{file}')").fetchall()[0]) == [1, 0, *EXPECTED]


def test_an_unsupported_rule_is_refused_when_it_is_built(contract: Contract) -> None:
    extra = Expectation(type="expect_column_mean_to_be_between", column="age", severity="must", reason="for the test")
    with pytest.raises(ValueError, match="is not supported; use: expect_column"):
        build_rules(contract, [extra], [], datetime(2025, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


def test_a_module_that_is_put_off_comes_when_it_is_used_and_not_before() -> None:
    sys.modules.pop("colorsys", None)
    with _without("colorsys"):
        import colorsys

        assert "rgb_to_hsv" not in vars(colorsys)
    assert "colorsys" not in sys.modules
    assert colorsys.rgb_to_hsv(1.0, 0.0, 0.0) == (0.0, 1.0, 1.0)
    assert sys.modules["colorsys"].rgb_to_hsv is colorsys.rgb_to_hsv
