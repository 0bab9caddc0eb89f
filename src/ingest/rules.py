"""The rules of one record kind, written once: as Great Expectations objects and as one generated scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from feeds.contracts import Contract, Either, Expectation, Since
from ingest.sqltext import ident, literal, literals

Severity = Literal["must", "warn"]
_BOUNDS = ("min_value", "max_value")


@dataclass(frozen=True)
class Rule:
    """One rule over the judged view of a record kind.

    ``expectation`` and ``arguments`` say it in Great Expectations' vocabulary, ``broken`` is the SQL that is true for a
    record that breaks it, ``shown`` the column whose value is shown to the agency, ``value`` the SQL of that value.
    """

    name: str
    severity: Severity
    expectation: str
    arguments: dict[str, Any]
    broken: str
    shown: str
    value: str
    sentence: str


def build_rules(
    contract: Contract,
    extra: list[Expectation],
    parsed: list[str],
    known_at: datetime,
    zone: ZoneInfo,
    supplied: Collection[str] | None = None,
) -> list[Rule]:
    """All rules for one kind of one delivery: readable keys, understood values, the contract's and the feed's own.

    Of columns that the record leaves to its incident (``from_incident``, and not among ``supplied``) nothing is asked.
    """
    rules = [_key_missing(), _duplicate_key(), *(_unparsed(column) for column in parsed)]
    own = [e for e in extra if e.column is None or e.column in contract.columns]
    if any(e.computed and e.computed not in contract.computed for e in own):
        raise ValueError(
            f"{contract.kind}: `since` and `or_column` belong to expectations/{contract.kind}.yml, not to a feed"
        )
    for expectation in [*contract.expectations, *own]:
        if expectation.severity != "batch" and not _left_to_incident(expectation, contract, supplied):
            rules.append(_translated(expectation, contract, known_at, zone))
    return _named_apart(rules)


def _named_apart(rules: list[Rule]) -> list[Rule]:
    """A feed may tighten a rule that the contract has for the same column: the second bears a number."""
    seen: Counter[str] = Counter()
    apart = []
    for rule in rules:
        seen[rule.name] += 1
        number = seen[rule.name]
        apart.append(replace(rule, name=f"{rule.name}#{number}") if number > 1 else rule)
    return apart


def _left_to_incident(expectation: Expectation, contract: Contract, supplied: Collection[str] | None) -> bool:
    name = expectation.column
    return name is not None and supplied is not None and contract.columns[name].from_incident and name not in supplied


def _key_missing() -> Rule:
    return Rule(
        "key_missing", "must", "expect_column_values_to_not_be_null", {"column": "_key"}, "_key is null", "key", "null",
        "The record's number is missing.",
    )  # fmt: skip


def _duplicate_key() -> Rule:
    return Rule(
        "duplicate_key", "must", "expect_column_values_to_be_null", {"column": "_conflict"}, "_conflict is not null",
        "key", "_conflict", "The file holds several records with this number that contradict each other.",
    )  # fmt: skip


def _unparsed(column: str) -> Rule:
    text = ident("_u_" + column)
    return Rule(
        f"unparsed:{column}", "must", "expect_column_values_to_be_null", {"column": "_u_" + column},
        f"{text} is not null", column, text, "The value cannot be understood.",
    )  # fmt: skip


def _translated(expectation: Expectation, contract: Contract, known_at: datetime, zone: ZoneInfo) -> Rule:
    arguments = {k: _placed(v, known_at, zone) for k, v in expectation.arguments.items()}
    make = _PREDICATES.get(expectation.type)
    if make is None or expectation.column is None:
        raise ValueError(f"{contract.kind}: {expectation.type} is not supported; use: {', '.join(sorted(_PREDICATES))}")
    if expectation.since:
        return _distance(expectation, contract.kind, expectation.since)
    if expectation.either:
        return _one_of_two(expectation, contract.kind, expectation.either)
    column = contract.columns[expectation.column]
    if column.type in ("date", "timestamp"):
        arguments = {k: _moment(v, column.type) for k, v in arguments.items()}
    broken, _ = make(ident(expectation.column), arguments)
    _, sentence = make(ident(expectation.column), _as_told(expectation.arguments, known_at, zone))
    severity: Severity = "must" if expectation.severity == "must" else "warn"
    return Rule(
        expectation.rule, severity, expectation.type, {"column": expectation.column, **arguments}, broken,
        expectation.column, _shown_value(expectation.column, column.type, zone), f"{sentence} ({expectation.reason})",
    )  # fmt: skip


def _shown_value(column: str, kind: str, zone: ZoneInfo) -> str:
    """The value for people: an instant is kept in UTC and shown as the clock of the place showed it."""
    if kind != "timestamp":
        return f"{ident(column)}::varchar"
    return f"strftime(timezone({literal(zone.key)}, timezone('UTC', {ident(column)})), '%Y-%m-%d %H:%M')"


def _as_told(arguments: dict[str, Any], known_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The arguments as people read them: bounds as they are written, the delivery's instant as a local minute."""
    minute = f"{known_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return {k: minute if v == "{known_at}" else _placed(v, known_at, zone) for k, v in arguments.items()}


def _distance(expectation: Expectation, kind: str, since: Since) -> Rule:
    """A bound on the days from one date of the record to another."""
    if expectation.type != "expect_column_values_to_be_between":
        raise ValueError(f"{kind}: `since` belongs to expect_column_values_to_be_between, not {expectation.type}")
    bounds = {name: expectation.arguments[name] for name in _BOUNDS if name in expectation.arguments}
    broken, _ = _between(ident(since.name), bounds)
    severity: Severity = "must" if expectation.severity == "must" else "warn"
    name = f"{expectation.rule}:since:{since.origin}"
    return Rule(
        name, severity, expectation.type, {"column": since.name, **bounds}, broken, since.column,
        f"{ident(since.column)}::varchar", f"{_in_words(since, bounds)} ({expectation.reason})",
    )  # fmt: skip


def _one_of_two(expectation: Expectation, kind: str, either: Either) -> Rule:
    """A value that may stand in either of two columns."""
    if expectation.type != "expect_column_values_to_not_be_null":
        raise ValueError(f"{kind}: `or_column` belongs to expect_column_values_to_not_be_null, not {expectation.type}")
    severity: Severity = "must" if expectation.severity == "must" else "warn"
    return Rule(
        f"{expectation.rule}:or:{either.other}", severity, expectation.type, {"column": either.name},
        f"{ident(either.name)} is null", either.column, "null",
        f"A value is required here or in {either.other}. ({expectation.reason})",
    )  # fmt: skip


def _in_words(since: Since, bounds: dict[str, Any]) -> str:
    origin = since.origin + (f" (or {since.otherwise})" if since.otherwise else "")
    limits = (("min_value", "at least", "no earlier"), ("max_value", "at most", "no later"))
    parts = [_distance_in_words(bounds[n], since.years, origin, some, none) for n, some, none in limits if n in bounds]
    return f"The day must be {' and '.join(parts)}."


def _distance_in_words(days: int, years: int, origin: str, some: str, none: str) -> str:
    after = f"{_counted(years, 'year')} after {origin}" if years else origin
    if days:
        return f"{some} {_counted(days, 'day')} after {after}"
    return f"{some} {after}" if years else f"{none} than {origin}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _placed(value: Any, known_at: datetime, zone: ZoneInfo) -> Any:
    """``{known_on}`` is the last local day the delivery can speak of, ``{known_at}`` its instant."""
    if value == "{known_on}":
        return (known_at.astimezone(zone) - timedelta(microseconds=1)).date().isoformat()
    if value == "{known_at}":
        return known_at.replace(tzinfo=None).isoformat(sep=" ")
    return value


def _moment(value: Any, kind: str) -> Any:
    if not isinstance(value, str):
        return value
    return date.fromisoformat(value) if kind == "date" else datetime.fromisoformat(value)


def _not_null(column: str, arguments: dict[str, Any]) -> tuple[str, str]:
    return f"{column} is null", "A value is required here."


def _null(column: str, arguments: dict[str, Any]) -> tuple[str, str]:
    return f"{column} is not null", "No value may stand here."


def _between(column: str, arguments: dict[str, Any]) -> tuple[str, str]:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    tests = [f"{column} < {_bound(low)}"] if low is not None else []
    tests += [f"{column} > {_bound(high)}"] if high is not None else []
    return " or ".join(tests), f"The value must lie between {low} and {high}."


def _bound(value: Any) -> str:
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    return f"date '{value.isoformat()}'" if isinstance(value, date) else literal(value)


def _in_set(column: str, arguments: dict[str, Any]) -> tuple[str, str]:
    values = list(arguments["value_set"])
    return f"{column} not in ({literals(values)})", f"The value must be one of: {', '.join(map(str, values))}."


def _regex(column: str, arguments: dict[str, Any]) -> tuple[str, str]:
    return f"not regexp_matches({column}, {literal(arguments['regex'])})", f"The value must match {arguments['regex']}."


def _lengths(column: str, arguments: dict[str, Any]) -> tuple[str, str]:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    tests = [f"length({column}) < {low}"] if low is not None else []
    tests += [f"length({column}) > {high}"] if high is not None else []
    wanted = f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}"
    return " or ".join(tests), f"The value must have {wanted} characters."


#: Great Expectations' column-map expectations that have a SQL twin here. Both are counted on every batch and compared.
_PREDICATES: dict[str, Callable[[str, dict[str, Any]], tuple[str, str]]] = {
    "expect_column_values_to_not_be_null": _not_null,
    "expect_column_values_to_be_null": _null,
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_match_regex": _regex,
    "expect_column_value_lengths_to_be_between": _lengths,
}
