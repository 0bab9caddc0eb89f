"""The gate before publication: no column leaves below its tier, no model of targeting knows of race or its proxies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, Literal

from pydantic import Field

from governance.errors import TierViolation
from governance.lineage import Leaf, Name, Trace, Traced, trace
from governance.policy import Strict, load
from settings import Settings

Tier = Literal["T0", "T1", "T2", "T3", "T4"]
TIERS = ("T0", "T1", "T2", "T3", "T4")
_PUBLISHED = ("core", "marts", "reference")


class Deidentification(Strict):
    """What a declared method makes of the tiers that it takes."""

    description: str = Field(min_length=10)
    takes_up_to: Tier
    to: Tier


class TierPolicy(Strict):
    """``policies/tiers.yml``."""

    deidentifications: dict[str, Deidentification]
    targeting_schemas: list[str]
    not_targeting: list[str]
    """Purposes that a model may declare instead of targeting."""
    forbidden_in_targeting: dict[str, str]
    """Concept -> regular expression over column names."""


@dataclass(frozen=True)
class Model:
    """A model or seed of the dbt project: where it lies, what it declares, its compiled SQL (a seed has none)."""

    schema: str
    name: str
    meta: Mapping[str, Any]
    columns: Mapping[str, Mapping[str, Any]]
    sql: str | None = None
    reads: tuple[Name, ...] = ()

    @property
    def place(self) -> Name:
        """Schema and name."""
        return self.schema, self.name

    @property
    def tier(self) -> str:
        """The tier of a row of it."""
        return str(self.meta.get("tier", ""))

    def tier_of(self, column: str) -> str:
        """The tier of a column: its own, or the model's."""
        return str(self.columns.get(column, {}).get("tier", self.tier))


@dataclass
class Report:
    """What the walk found, and every relation as it was traced."""

    violations: list[str] = field(default_factory=list)
    traced: dict[Name, Traced] = field(default_factory=dict)


def tier_policy(settings: Settings) -> TierPolicy:
    """The installation's rules about tiers and targeting.

    Raises:
        SpecificationError: ``policies/tiers.yml`` is absent or wrong.
    """
    return load(settings, "tiers", TierPolicy)


def check(models: Iterable[Model], leaves: Mapping[Name, Traced], policy: TierPolicy, dialect: str) -> Report:
    """Walk every model from what was loaded to what is published, and name whatever breaks a rule.

    ``leaves`` are the loaded tables and reference tables that models read.
    """
    by_name = {model.place: model for model in models}
    report = Report(traced=dict(leaves))
    reads = {place: [name for name in model.reads if name in by_name] for place, model in by_name.items()}
    for place in TopologicalSorter(reads).static_order():
        model = by_name[place]
        try:
            traced = _trace(model, report.traced, dialect)
        except TierViolation as error:
            report.violations.append(f"{model.schema}.{model.name}: {error}")
            traced = Traced({name: set() for name in model.columns})
        report.violations += [f"{model.schema}.{model.name}{text}" for text in _violations(model, traced, policy)]
        report.traced[place] = _seen_by_others(model, traced)
    return report


def _trace(model: Model, known: Mapping[Name, Traced], dialect: str) -> Traced:
    if model.sql is None:
        relation = f"{model.schema}.{model.name}"
        return Traced({name: {(Leaf(relation, name, model.tier_of(name)), frozenset())} for name in model.columns})
    inputs = {name: known[name] for name in model.reads if name in known}
    return trace(model.sql, inputs, dialect, frozenset(model.meta.get("deidentifies", [])))


def _seen_by_others(model: Model, traced: Traced) -> Traced:
    """A table of meanings (``lookup: [columns]``) says what a value means, not who has it: those columns begin anew."""
    meanings = model.meta.get("lookup")
    if not meanings:
        return traced
    relation = f"{model.schema}.{model.name}"
    fresh = {name: {(Leaf(relation, name, "T0", is_key=True), frozenset[str]())} for name in meanings}
    return Traced({**traced.columns, **fresh}, set(), is_rows=False)


def _violations(model: Model, traced: Traced, policy: TierPolicy) -> Iterator[str]:
    if model.schema in _PUBLISHED:
        yield from _too_low(model, traced, policy)
    if model.schema in policy.targeting_schemas and model.meta.get("purpose") not in policy.not_targeting:
        yield from _targeting(traced, policy)


def _too_low(model: Model, traced: Traced, policy: TierPolicy) -> Iterator[str]:
    if model.tier not in TIERS:
        yield f" has no tier: write `config: {{meta: {{tier: T0..T4}}}}` beside it (found {model.tier!r})."
        return
    for name in sorted(traced.columns):
        declared = model.tier_of(name)
        above = [t for t in traced.columns[name] if _after(t, policy) > declared]
        if declared not in TIERS:
            yield f".{name} has no tier (found {declared!r})."
        elif above:
            yield f".{name} says {declared}, but is made of {_named(t[0] for t in above)}."
        named = [leaf for leaf, tags in traced.columns[name] if leaf.identifies and "count" not in tags]
        if named:
            yield f".{name} would show {_named(named)}, which identifies people or cases."
    if traced.is_rows and model.tier < "T2":
        yield f" says {model.tier}, but its rows stand for single records: group them or say T2."
    # A group may be chosen by an attribute (shot before 18); single rows would show it, and a name shows who it is.
    chosen = [leaf for leaf in traced.conditions if leaf.tier > model.tier and leaf.tier >= "T3"]
    chosen = [leaf for leaf in chosen if traced.is_rows or leaf.identifies]
    if chosen:
        yield f" says {model.tier}, but its rows are chosen by {_named(chosen)}."


def _after(found: Trace, policy: TierPolicy) -> str:
    """The tier of a source after the de-identifications that it passed."""
    leaf, tags = found
    tier = leaf.tier
    for tag in sorted(tags):
        method = policy.deidentifications[tag]
        if leaf.tier <= method.takes_up_to:
            tier = min(tier, method.to)
    return tier


def _targeting(traced: Traced, policy: TierPolicy) -> Iterator[str]:
    reached: dict[str, set[Leaf]] = {f".{name}": {leaf for leaf, _ in made} for name, made in traced.columns.items()}
    reached["'s rows"] = traced.conditions
    for where, leaves in sorted(reached.items()):
        bad = [leaf for leaf in leaves if leaf.audit_only or forbidden(leaf.column, policy)]
        if bad:
            yield f"{where}: {_named(bad)} must not reach targeting (policies/tiers.yml)."
        concept = forbidden(where[1:], policy) if where.startswith(".") else None
        if concept:
            yield f"{where} bears the name of {concept}, which must not reach targeting."


def forbidden(column: str, policy: TierPolicy) -> str | None:
    """The concept that a column's name stands for and that targeting must not know, if any."""
    return next((c for c, p in policy.forbidden_in_targeting.items() if re.search(p, column, re.IGNORECASE)), None)


def _named(leaves: Iterable[Leaf]) -> str:
    return ", ".join(str(leaf) for leaf in sorted(set(leaves))[:4])
