"""Record contracts: what a record of one kind consists of, and the expectations it must meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from feeds.errors import SpecificationError, from_validation
from feeds.yamlfile import read_yaml

Severity = Literal["must", "warn", "batch"]
"""must: the record is quarantined; warn: kept and counted; batch: measured over the whole delivery."""
Tier = Literal["T0", "T1", "T2", "T3", "T4"]
ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "timestamp", "latitude", "longitude"]

Reference = Literal[
    "incident", "arrest", "prison_incident", "probation_term", "engagement", "session",
    "group", "other_group", "victim_group", "suspect_group", "ipv_event", "pair", "address", "respondent", "booking",
]  # fmt: skip
#: References that are the same entity in another part: their keys are equal where the agency's identifiers are.
ENTITY_OF: dict[str, str] = {"other_group": "group", "victim_group": "group", "suspect_group": "group"}

#: DuckDB type of each contract type; a timestamp is stored twice, as UTC and as the wall clock of its place.
STORED_TYPES: dict[str, str] = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "latitude": "DOUBLE",
    "longitude": "DOUBLE",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSpec(_Strict):
    """One column of a record contract."""

    type: ColumnType
    tier: Tier
    description: str = Field(min_length=3)
    identifies: bool = False
    """True for names, numbers and addresses that point at a person or case: never outside restricted places."""
    audit_only: bool = False
    """True for race, ethnicity and their proxies: for disparity audits, never for targeting."""
    reference: Reference | None = None
    """The entity whose agency identifier this is; the record then carries ``<reference>_key``."""
    codes: str | None = None
    """The terminology (dbt/seeds/terminology) to which its values are mapped; facts then carry code and mapping."""
    from_incident: bool = False
    """True where a feed that keeps incidents in a table of their own leaves this column to the incident's record."""


@dataclass(frozen=True)
class Since:
    """Days from ``years`` years after ``origin`` (``otherwise`` where that is null) to ``column``."""

    column: str
    origin: str
    otherwise: str | None = None
    years: int = 0

    @property
    def name(self) -> str:
        """The column of the judged view that holds the distance."""
        return f"_days_{self.column}_since_{self.origin}_{self.years}"


@dataclass(frozen=True)
class Either:
    """``column``, or ``other`` where that is null; as text."""

    column: str
    other: str

    @property
    def name(self) -> str:
        """The column of the judged view that holds it."""
        return f"_{self.column}_or_{self.other}"


class Expectation(BaseModel):
    """One rule in Great Expectations' own vocabulary, with what happens to a record that breaks it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str = Field(pattern=r"^expect_[a-z_]+$")
    column: str | None = None
    severity: Severity
    reason: str = Field(min_length=3)

    @property
    def arguments(self) -> dict[str, Any]:
        """The expectation's own arguments (``min_value``, ``value_set``, ...)."""
        return dict(self.model_extra or {})

    @property
    def since(self) -> Since | None:
        """The column from which this one is counted in days, where the expectation bounds a distance."""
        told = self.arguments
        if "since" not in told or self.column is None:
            return None
        return Since(self.column, told["since"], told.get("otherwise_since"), int(told.get("years", 0)))

    @property
    def either(self) -> Either | None:
        """The two columns of which one has to be given, where the expectation names another."""
        other = self.arguments.get("or_column")
        return Either(self.column, other) if other and self.column else None

    @property
    def computed(self) -> Since | Either | None:
        """What has to be computed from several columns before this can be judged."""
        return self.since or self.either

    @property
    def rule(self) -> str:
        """The name of the rule in quarantine and receipts."""
        return f"{self.type}:{self.column}" if self.column else self.type


class _PersonUse(_Strict):
    role: str = Field(pattern=r"^[a-z]+$")
    tier: Tier = "T3"


class _Block(_Strict):
    description: str
    columns: dict[str, ColumnSpec]
    expectations: list[Expectation] = []


class _Batch(_Strict):
    description: str
    expectations: list[Expectation]


class Contract(_Strict):
    """A record kind: its grain, columns (the person block expanded) and expectations."""

    kind: str = Field(pattern=r"^[a-z_]+$")
    description: str
    grain: str = Field(min_length=10)
    person: _PersonUse | None = None
    template_key: list[str] = []
    """Columns that tell the rows of a filled-in template apart; the first column where nothing is said."""
    columns: dict[str, ColumnSpec]
    expectations: list[Expectation] = []

    @property
    def row_key(self) -> list[str]:
        """The columns that make a row of a filled-in template the same row next time."""
        return self.template_key or [next(iter(self.columns))]

    @property
    def number(self) -> str | None:
        """The column of the number by which the agency itself finds the record: the first, if it is one."""
        first = next(iter(self.columns))
        return first if self.columns[first].identifies else None

    @model_validator(mode="after")
    def _columns_exist(self) -> Contract:
        for expectation in self.expectations:
            since, either = expectation.since, expectation.either
            others = [*((since.origin, since.otherwise) if since else ()), either.other if either else None]
            for name in (expectation.column, *others):
                if name is not None and name not in self.columns:
                    raise ValueError(f"an expectation names the column {name!r}, which the contract lacks")
        for name in self.template_key:
            if name not in self.columns:
                raise ValueError(f"template_key names the column {name!r}, which the contract lacks")
        return self

    @cached_property
    def references(self) -> dict[str, str]:
        """Entity name -> column that holds its agency identifier (``{"incident": "incident_id"}``)."""
        return {c.reference: name for name, c in self.columns.items() if c.reference}

    @property
    def computed(self) -> list[Since | Either]:
        """What expectations need computed from several columns, each once."""
        found = (expectation.computed for expectation in self.expectations if expectation.severity != "batch")
        return list(dict.fromkeys(one for one in found if one is not None))

    def stored_columns(self) -> list[tuple[str, str]]:
        """``(name, DuckDB type)`` of every stored column, in contract order."""
        return list(self._stored())

    def _stored(self) -> Iterator[tuple[str, str]]:
        for name, column in self.columns.items():
            yield name, STORED_TYPES[column.type]
            if column.type == "timestamp":
                yield f"{name}_local", "TIMESTAMP"
            if column.type in ("date", "timestamp"):
                yield f"{name}_precision", "VARCHAR"

    def coded_columns(self) -> dict[str, str]:
        """Column -> terminology, of the columns whose values are mapped to standard codes."""
        return {name: column.codes for name, column in self.columns.items() if column.codes}

    def identifying_columns(self) -> frozenset[str]:
        """Columns that may exist only in landing, lake, quarantine, raw, staging, intermediate and restricted."""
        named = {name for name, column in self.columns.items() if column.identifies}
        return frozenset(named | {f"{name}_precision" for name in named if self.columns[name].type == "date"})


def _expand(raw: dict[str, Any], block: _Block) -> dict[str, Any]:
    """The contract's raw mapping with the person block written out under its role."""
    use = _PersonUse.model_validate(raw["person"])
    columns = dict(raw.get("columns", {}))
    for name, spec in block.columns.items():
        tier = max(use.tier, spec.tier) if spec.tier >= "T2" else spec.tier
        columns[f"{use.role}_{name}"] = spec.model_copy(update={"tier": tier}).model_dump()
    rules = list(raw.get("expectations", []))
    for rule in block.expectations:
        rules.append({**rule.model_dump(), **rule.arguments, "column": f"{use.role}_{rule.column}"})
    return {**raw, "columns": columns, "expectations": rules}


def load_contract(path: Path, block: _Block, batch: list[Expectation] | None = None) -> Contract:
    """One contract file, with the person block expanded.

    Raises:
        SpecificationError: the file is not a contract, or its name is not its kind.
    """
    raw = read_yaml(path)
    try:
        expanded = _expand(raw, block) if raw.get("person") else raw
        contract = Contract.model_validate(expanded)
        contract = contract.model_copy(update={"expectations": [*contract.expectations, *(batch or [])]})
    except ValidationError as error:
        raise from_validation(path, error) from None
    if contract.kind != path.stem:
        raise SpecificationError(path, "kind", f"says {contract.kind!r}.", f"Write {path.stem!r} or rename the file.")
    return contract


def load_contracts(folder: Path) -> dict[str, Contract]:
    """Every record contract in ``expectations/``, by kind; read anew when a file changed."""
    files = sorted([*folder.glob("*.yml"), *folder.glob("blocks/*.yml")])
    return dict(_load_contracts(folder, tuple((file, file.stat().st_mtime_ns) for file in files)))


@lru_cache(maxsize=4)
def _load_contracts(folder: Path, versions: tuple[tuple[Path, int], ...]) -> dict[str, Contract]:
    block_file = folder / "blocks" / "person.yml"
    try:
        block = _Block.model_validate(read_yaml(block_file))
        block_file = folder / "blocks" / "batch.yml"
        batch = _Batch.model_validate(read_yaml(block_file)).expectations if block_file.is_file() else []
    except ValidationError as error:
        raise from_validation(block_file, error) from None
    return {path.stem: load_contract(path, block, batch) for path in sorted(folder.glob("*.yml"))}
