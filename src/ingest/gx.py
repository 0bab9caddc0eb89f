"""Great Expectations on DuckDB: the recorded verdict of a batch.

Great Expectations 1.24 has no DuckDB datasource. Its SQL engine works over duckdb-engine once it is told that the
connection must be kept open between queries and how DuckDB matches a regular expression. That touches three private
names, and three more for speed, which is why the version is pinned and ``tests/unit/ingest/test_gx.py`` fails loudly
when they move.
"""

from __future__ import annotations

import enum
import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
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


class _Later(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Modules that an import inside the block gets only once it uses them."""
    placed = {name: _Later(name) for name in names if name not in sys.modules}
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name, module in placed.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextmanager
def _remembering() -> Iterator[None]:
    """Let Great Expectations make each configuration, its expectation and each metric's id once per validation.

    It makes an expectation's configuration anew for every argument that it looks up, an expectation of a configuration
    for every metric, and serialises the same few arguments for the ids of a thousand metrics: more than half of the
    time of a small delivery. Nothing of it changes while a suite is evaluated.
    """
    from great_expectations.core.id_dict import IDDict
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    original: Any = Expectation.configuration
    original_object = ExpectationConfiguration.to_domain_obj
    original_id = IDDict.to_id
    kept: dict[int, tuple[Any, Any]] = {}
    objects: dict[int, tuple[Any, Any]] = {}
    ids: dict[tuple[str, str, str], Any] = {}

    def configuration(self: Any) -> Any:
        if id(self) not in kept:
            kept[id(self)] = (self, original.fget(self))  # with the object itself, so that its id stays taken
        return kept[id(self)][1]

    def to_domain_obj(self: Any) -> Any:
        if id(self) not in objects:
            objects[id(self)] = (self, original_object(self))
        return objects[id(self)][1]

    def to_id(self: Any, *arguments: Any, **named: Any) -> Any:
        told = (type(self).__name__, repr(dict(self)), repr((arguments, named)))
        if told not in ids:
            ids[told] = original_id(self, *arguments, **named)
        return ids[told]

    Expectation.configuration = property(configuration)
    ExpectationConfiguration.to_domain_obj = to_domain_obj  # type: ignore[method-assign]
    IDDict.to_id = to_id  # type: ignore[method-assign]
    try:
        yield
    finally:
        Expectation.configuration = original
        ExpectationConfiguration.to_domain_obj = original_object  # type: ignore[method-assign]
        IDDict.to_id = original_id  # type: ignore[method-assign]


class _Session:
    """One Great Expectations context, one in-memory DuckDB and one asset, for the life of the process."""

    def __init__(self) -> None:
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        # For drawing, for tests of distributions, and for S3: a third of the import, and no rule of a feed needs them.
        with _without("altair", "scipy.stats", "boto3"):
            import great_expectations as gx

        _register()
        self.gx = gx
        self.context = gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        self.source = self.context.data_sources.add_sql(
            "deliveries", connection_string="duckdb:///:memory:", create_temp_table=False
        )
        self.batch_definition = self.source.add_query_asset(
            name="judged", query="select 1"
        ).add_batch_definition_whole_table("whole")

    def validate(self, query: str, rules: list[Rule], rows: int) -> list[dict[str, Any]]:
        """Validate the rows of a query; one result per rule, in the order of the rules.

        First all rules are asked whether they hold, in one query; then those that do not, how many records break them:
        Great Expectations spends a query of its own on each rule it counts.
        """
        self.batch_definition.data_asset.query = query  # the same asset each time: adding one costs a YAML dump
        with _remembering():
            held = self._evaluate(rules, "BOOLEAN_ONLY")
            broken = [rule for rule in rules if not held[rule.name].success]
            counted = self._evaluate(broken, "BASIC") if broken else {}
        return [_result(rule, bool(held[rule.name].success), counted.get(rule.name), rows) for rule in rules]

    def _evaluate(self, rules: list[Rule], detail: str) -> dict[str, Any]:
        suite = self.gx.ExpectationSuite(name="rules", expectations=[self._expectation(rule) for rule in rules])
        outcome = self.batch_definition.get_batch().validate(suite, result_format=detail)
        found = {result.expectation_config.meta["rule"]: result for result in outcome.results}
        for name, result in found.items():
            _check_evaluated(name, result)
        return found

    def _expectation(self, rule: Rule) -> gx_types.expectations.Expectation:
        name = "".join(part.capitalize() for part in rule.expectation.split("_"))
        made: gx_types.expectations.Expectation = getattr(self.gx.expectations, name)(
            **rule.arguments, meta={"rule": rule.name}
        )
        return made


def _check_evaluated(rule: str, result: Any) -> None:
    if result.exception_info and any(
        info.get("raised_exception") for info in _infos(result.exception_info) if isinstance(info, dict)
    ):
        raise RuntimeError(f"Great Expectations could not evaluate {rule}: {result.exception_info}")


def _result(rule: Rule, holds: bool, counted: Any, rows: int) -> dict[str, Any]:
    """As the ledger keeps it; a rule that holds is broken by no record."""
    return {
        "rule": rule.name,
        "severity": rule.severity,
        "success": holds,
        "element_count": rows,
        "unexpected_count": int(counted.result["unexpected_count"] or 0) if counted is not None else 0,
    }


def _infos(exception_info: dict[str, Any]) -> list[Any]:
    return [exception_info] if "raised_exception" in exception_info else list(exception_info.values())


@lru_cache(maxsize=1)
def session() -> _Session:
    """The process's session; the first call imports Great Expectations (8 to 16 seconds)."""
    return _Session()


def validate(query: str, rules: list[Rule], rows: int) -> list[dict[str, Any]]:
    """Great Expectations' verdict on the ``rows`` rows of a DuckDB query over files: one entry per rule, in order."""
    return session().validate(query, rules, rows)
