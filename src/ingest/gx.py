"""Great Expectations on DuckDB: the recorded verdict of a batch.

Great Expectations 1.24 has no DuckDB datasource. Its SQL engine works over duckdb-engine once it is told that the
connection must be kept open between queries and how DuckDB matches a regular expression. That touches three private
names, which is why the version is pinned and ``tests/unit/ingest/test_gx.py`` fails loudly when they move.
"""

from __future__ import annotations

import enum
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.rules import Rule

if TYPE_CHECKING:
    import great_expectations as gx_types


class _Dialect(enum.StrEnum):
    """Great Expectations asks its dialects for ``.value``."""

    DUCKDB = "duckdb"


def _register() -> None:
    import sqlalchemy as sa
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine
    from great_expectations.expectations.metrics import util
    from great_expectations.expectations.metrics.column_map_metrics import column_values_match_regex as match

    if _Dialect.DUCKDB not in engine._PERSISTED_CONNECTION_DIALECTS:
        engine._PERSISTED_CONNECTION_DIALECTS = (*engine._PERSISTED_CONNECTION_DIALECTS, _Dialect.DUCKDB)
        original = util.get_dialect_regex_expression

        def expression(column: Any, regex: str, dialect: Any, positive: bool = True) -> Any:
            if getattr(dialect, "name", "") != "duckdb":
                return original(column, regex, dialect, positive)
            matches = sa.func.regexp_matches(column, sa.literal(regex))
            return matches if positive else sa.not_(matches)

        match.get_dialect_regex_expression = expression


class _Session:
    """One Great Expectations context and one in-memory DuckDB for the life of the process."""

    def __init__(self) -> None:
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        import great_expectations as gx

        _register()
        self.gx = gx
        self.context = gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        self.source = self.context.data_sources.add_sql(
            "deliveries", connection_string="duckdb:///:memory:", create_temp_table=False
        )
        self.number = 0

    def validate(self, query: str, rules: list[Rule]) -> list[dict[str, Any]]:
        """Validate the rows of a query; one result per rule, in the order of the rules."""
        self.number += 1
        name = f"delivery_{self.number}"
        asset = self.source.add_query_asset(name=name, query=query)
        try:
            batch = asset.add_batch_definition_whole_table("whole").get_batch()
            suite = self.gx.ExpectationSuite(name=name, expectations=[self._expectation(rule) for rule in rules])
            outcome = batch.validate(suite, result_format="BASIC")
            by_rule = {result.expectation_config.meta["rule"]: result for result in outcome.results}
            return [_result(rule, by_rule[rule.name]) for rule in rules]
        finally:
            self.source.delete_asset(name)

    def _expectation(self, rule: Rule) -> gx_types.expectations.Expectation:
        name = "".join(part.capitalize() for part in rule.expectation.split("_"))
        made: gx_types.expectations.Expectation = getattr(self.gx.expectations, name)(
            **rule.arguments, meta={"rule": rule.name}
        )
        return made


def _result(rule: Rule, result: Any) -> dict[str, Any]:
    if result.exception_info and any(
        info.get("raised_exception") for info in _infos(result.exception_info) if isinstance(info, dict)
    ):
        raise RuntimeError(f"Great Expectations could not evaluate {rule.name}: {result.exception_info}")
    return {
        "rule": rule.name,
        "severity": rule.severity,
        "success": bool(result.success),
        "element_count": int(result.result["element_count"] or 0),
        "unexpected_count": int(result.result["unexpected_count"] or 0),
    }


def _infos(exception_info: dict[str, Any]) -> list[Any]:
    return [exception_info] if "raised_exception" in exception_info else list(exception_info.values())


@lru_cache(maxsize=1)
def session() -> _Session:
    """The process's session; the first call imports Great Expectations (8 to 16 seconds)."""
    return _Session()


def validate(query: str, rules: list[Rule]) -> list[dict[str, Any]]:
    """Great Expectations' verdict on the rows of a DuckDB query over files: one entry per rule, in order."""
    return session().validate(query, rules)
