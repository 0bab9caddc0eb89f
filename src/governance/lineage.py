"""Which source columns reach which published column: a walk over the SQL that dbt compiled, clause by clause.

A column is made of the sources in its expression and, where it was looked up by a join, of the content that it was
looked up by (a code of a race is a race); keys only match rows. ``conditions`` are the sources that decide which rows
there are (where, join, group, having, order, subqueries; of an outer join only where rows are counted afterwards).
What cannot be followed is an error: the walk never guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from governance.errors import TierViolation

#: ``(schema, table)``.
Name = tuple[str, str]


@dataclass(frozen=True, order=True)
class Leaf:
    """A column that no model makes: of a record as it was loaded, of a reference table, of a seed."""

    relation: str
    column: str
    tier: str
    identifies: bool = False
    audit_only: bool = False
    is_key: bool = False
    """True for keys and numbers of ours: joining on them matches rows and tells nothing of their content."""

    def __str__(self) -> str:
        return f"{self.relation}.{self.column} ({self.tier})"


#: A source with the de-identifications that it passed.
Trace = tuple[Leaf, frozenset[str]]


@dataclass
class Traced:
    """What is known of a relation; ``is_rows`` says that a row may still stand for one person or event."""

    columns: dict[str, set[Trace]]
    conditions: set[Leaf] = field(default_factory=set)
    is_rows: bool = False


def trace(sql: str, known: Mapping[Name, Traced], dialect: str, declared: frozenset[str]) -> Traced:
    """Follow one model's SQL; ``known`` has every relation it reads, ``declared`` what it declares to de-identify.

    Raises:
        TierViolation: the SQL cannot be followed, so nothing can be said of its tier.
    """
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for (name, table), traced in known.items():
        schema.setdefault(name, {})[table] = dict.fromkeys(traced.columns, "text")
    try:
        root = build_scope(qualified(parse_one(sql, dialect=dialect), schema, dialect))
    except SqlglotError as error:
        raise TierViolation(
            f"The SQL cannot be followed: {error}.", "Write it so that sqlglot understands it."
        ) from error
    if root is None:
        raise TierViolation("The SQL is no select, so its columns cannot be followed.", "Write a select.")
    return _Walk(known, declared).scope(root)


def qualified(statement: exp.Expr, schema: Mapping[str, Any], dialect: str) -> exp.Expr:
    """A statement with every column under its relation and every star written out; databases are left aside."""
    for table in statement.find_all(exp.Table):
        table.set("catalog", None)
    return qualify(
        statement,
        schema=dict(schema),
        dialect=dialect,
        validate_qualify_columns=False,
        identify=False,
        quote_identifiers=False,
    )


class _Walk:
    """One walk over the scopes (selects, CTEs, subqueries) of one statement."""

    def __init__(self, known: Mapping[Name, Traced], declared: frozenset[str]) -> None:
        self.known, self.declared = known, declared
        self.done: dict[int, Traced] = {}
        self.recurring: dict[int, Traced] = {}  # by its first part what is known so far of a query that reads itself
        self.looking: set[int] = set()

    def scope(self, scope: Scope) -> Traced:
        if id(scope) not in self.done:
            if id(scope.expression) in self.recurring:
                return self.recurring[id(scope.expression)]
            made = self._set(scope) if isinstance(scope.expression, exp.SetOperation) else self._select(scope)
            self.done[id(scope)] = made
        return self.done[id(scope)]

    def _set(self, scope: Scope) -> Traced:
        """A union; one that reads itself is walked until nothing more flows from any of its columns into another."""
        clause = scope.expression.parent and scope.expression.parent.parent
        if not isinstance(clause, exp.With) or not clause.recursive:
            return self._union(scope)
        first = scope.set_operation_scopes[0]
        before, made = None, self.scope(first)
        while made != before:
            known = dict(self.done)
            before, self.recurring[id(first.expression)] = made, made
            made = self._union(scope)
            self.done = known
        return made

    def _union(self, scope: Scope) -> Traced:
        parts = [self.scope(part) for part in scope.set_operation_scopes]
        names = list(parts[0].columns)
        columns: dict[str, set[Trace]] = {name: set() for name in names}
        for part in parts:
            for name, traces in zip(names, part.columns.values(), strict=True):
                columns[name] |= traces
        distinct = bool(scope.expression.args.get("distinct"))
        is_rows = any(part.is_rows for part in parts) and not distinct
        return Traced(columns, set().union(*(part.conditions for part in parts)), is_rows)

    def _select(self, scope: Scope) -> Traced:
        select = scope.expression
        if not isinstance(select, exp.Select):
            return self._other(scope)
        columns = {item.alias_or_name: self._values(item, scope, frozenset()) for item in select.expressions}
        conditions: set[Leaf] = set()
        for clause in ("where", "group", "having", "qualify", "order", "distinct", "windows"):
            for node in _nodes(select.args.get(clause)):
                conditions |= {leaf for leaf, _ in self._values(node, scope, frozenset())}
        for join in select.args.get("joins") or []:
            if join.side.upper() not in ("LEFT", "RIGHT", "FULL") or _is_grouped(select):
                for node in _nodes([join.args.get("on"), join.args.get("using")]):
                    conditions |= {leaf for leaf, _ in self._values(node, scope, frozenset())}
        sources = [self._source(source) for _, source in scope.selected_sources.values()]
        for part in [*sources, *(self.scope(sub) for sub in scope.subquery_scopes)]:
            conditions |= part.conditions
        return Traced(columns, conditions, any(part.is_rows for part in sources) and not _is_grouped(select))

    def _other(self, scope: Scope) -> Traced:
        """A table function or a list of values: it is made of whatever columns stand in it."""
        made = self._values(scope.expression, scope, frozenset()) if scope.sources else set()
        names = scope.expression.alias_column_names or [scope.expression.alias_or_name]
        return Traced({name: set(made) for name in names}, {leaf for leaf, _ in made})

    def _source(self, source: Scope | exp.Expr) -> Traced:
        if isinstance(source, Scope):
            return self.scope(source)
        if not isinstance(source, exp.Table):
            return Traced({})
        name = (source.db, source.name)
        if name not in self.known:
            raise TierViolation(
                f"{source.db}.{source.name} is read, of which nothing is known.",
                "Read models by ref() and tables by source(), not by name.",
            )
        return self.known[name]

    def _values(self, node: exp.Expr, scope: Scope, tags: frozenset[str], windowed: bool = False) -> set[Trace]:
        """The sources below a node; aggregates and months that the model declares leave their mark on them."""
        if isinstance(node, exp.Column):
            return {(leaf, before | tags) for leaf, before in self._column(node, scope)}
        if isinstance(node, (exp.Query, exp.Subquery)):
            inner = next((s for s in scope.subquery_scopes if s.expression is node.unnest()), None)
            return self._subquery(inner, node)
        tag = None if windowed else _method(node)
        if tag in self.declared:
            tags = tags | {str(tag)}
        found: set[Trace] = set()
        for child in node.iter_expressions():
            found |= self._values(child, scope, tags, windowed=isinstance(node, exp.Window))
        return found

    def _subquery(self, inner: Scope | None, node: exp.Expr) -> set[Trace]:
        if inner is None:
            raise TierViolation(f"A subquery cannot be followed: {node.sql()[:80]}.", "Write it as a CTE.")
        traced = self.scope(inner)
        return set().union(*traced.columns.values(), {(leaf, frozenset[str]()) for leaf in traced.conditions})

    def _column(self, column: exp.Column, scope: Scope) -> set[Trace]:
        name = column.name
        if column.table:
            outer: Scope | None = scope
            while outer is not None:  # a correlated subquery speaks of the tables around it
                if column.table in outer.selected_sources:
                    found = self._source(outer.selected_sources[column.table][1]).columns
                    if name in found:
                        return found[name] | self._looked_up_by(column.table, outer)
                    break
                outer = outer.parent
        else:
            select = scope.expression
            for item in select.expressions if isinstance(select, exp.Select) else []:
                if item.alias == name and column not in item.find_all(exp.Column):
                    return self._values(item, scope, frozenset())
            holders = [found for _, s in scope.selected_sources.values() if name in (found := self._source(s).columns)]
            if holders:
                return set().union(*(found[name] for found in holders))
            if any(window.name == name for window in scope.expression.args.get("windows") or []):
                return set()
        raise TierViolation(f"The column {column.sql()} cannot be followed.", "Name the relation that it comes from.")

    def _looked_up_by(self, alias: str, scope: Scope) -> set[Trace]:
        """The content by which a join chose the row of a relation; a code of it, where the model declares that."""
        found: set[Trace] = set()
        tags: frozenset[str] = frozenset({"code"} & self.declared)
        for join in scope.expression.args.get("joins") or []:
            if join.alias_or_name == alias and join.args.get("on") is not None and id(join) not in self.looking:
                self.looking.add(id(join))
                others = [c for c in join.args["on"].find_all(exp.Column) if c.table != alias]
                content = set().union(*(self._values(column, scope, tags) for column in others))
                found |= {one for one in content if not one[0].is_key}
                self.looking.discard(id(join))
        return found


def _nodes(clause: object) -> Iterator[exp.Expr]:
    if isinstance(clause, list):
        for part in clause:
            yield from _nodes(part)
    elif isinstance(clause, exp.Expr):
        yield clause


def _is_grouped(select: exp.Select) -> bool:
    """True when a row of the result stands for a group: group by, distinct, or aggregates over everything."""
    if select.args.get("group") or select.args.get("distinct"):
        return True
    plain = [node for item in select.expressions for node in item.find_all(exp.AggFunc)]
    return bool(plain) and not any(node.find_ancestor(exp.Window) for node in plain)


def _method(node: exp.Expr) -> str | None:
    """The de-identification that a node performs, if the model declares it. min, max and their like show a value."""
    if isinstance(node, (exp.Count, exp.Sum, exp.Avg, exp.CountIf)):
        return "count"
    if isinstance(node, (exp.DateTrunc, exp.TimestampTrunc)):
        unit = node.args.get("unit")
        text = (unit.name if unit is not None else "").lower()
        return "month" if text in ("month", "quarter", "year") else None
    return None
