"""The Feed specification: the one file a person writes to add a feed."""

from __future__ import annotations

import fnmatch
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from feeds.contracts import Expectation
from feeds.limits import AS_TOLERANCE, DeliverySpec, Strict, Tolerance
from feeds.places import Zone


def _duration(text: Any) -> Any:
    if isinstance(text, str):
        match = re.fullmatch(r"(\d+)\s*([hdm])", text)
        if not match:
            raise ValueError(f"{text!r} is not a duration such as 48h or 7d")
        unit = {"h": "hours", "d": "days", "m": "minutes"}[match[2]]
        return timedelta(**{unit: int(match[1])})
    return text


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _reasoned(value: Any) -> Any:
    if isinstance(value, (list, str)) and value:
        named = ", ".join(str(heading) for heading in _listed(value))
        raise ValueError(f"what is not used needs a reason: `{{<why>: [{named}]}}`")
    return value or {}


Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
Mailbox = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
OneOrMany = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
Reason = Annotated[str, Field(min_length=10)]
Ignored = Annotated[
    dict[Reason, OneOrMany], BeforeValidator(_reasoned, json_schema_input_type=dict[str, str | list[str]])
]


class ConnectorSpec(BaseModel):
    """How bytes arrive; the connector class of ``kind`` checks the rest of the keys."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    connection: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_]+$")
    """Name of the Airflow Connection that holds server, login and secrets."""

    @property
    def options(self) -> dict[str, Any]:
        """The keys besides ``kind`` and ``connection``."""
        return dict(self.model_extra or {})


class ReaderSpec(BaseModel):
    """How a format is decoded; the reader of ``kind`` checks the rest of the keys."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = "delimited"
    null_values: list[str] = []

    @property
    def options(self) -> dict[str, Any]:
        """The keys besides ``kind`` and ``null_values``."""
        return dict(self.model_extra or {})

    @model_validator(mode="after")
    def _budget(self) -> ReaderSpec:
        if "bad_bytes" in self.options:
            raise ValueError(AS_TOLERANCE.format(limit="bad_bytes", value=self.options["bad_bytes"]))
        return self


class Freshness(Strict):
    """How old the newest delivery may grow."""

    warn_after: Duration
    error_after: Duration


class ColumnMap(Strict):
    """Where one contract column comes from."""

    from_: OneOrMany = Field(default=[], alias="from")
    join: str = " "
    parse: OneOrMany = []
    values: dict[str, bool | int | float | str] | None = None
    otherwise: bool | int | float | str | None = None
    """What any text that ``values`` does not name means; without it such text fails the record."""
    const: bool | int | float | str | None = None
    decimal: Literal[".", ","] = "."
    impossible: Literal["refuse", "keep"] = "refuse"
    """What happens to a date that cannot be (31/02): the record waits in quarantine, or is kept without the date, its
    precision saying ``impossible``."""
    zone: Zone | None = None
    """The zone in which this column's instants are written, where it is not the feed's."""
    decimals: int | None = Field(default=None, ge=2, le=7)
    """Digits of a coordinate that mean something (default 5, about a metre); changes behind them are no corrections."""

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMap:
        if bool(self.from_) == (self.const is not None):
            raise ValueError("a column needs either `from` or `const`")
        if self.otherwise is not None and self.values is None:
            raise ValueError("`otherwise` belongs to `values`")
        if self.values is not None and self.parse:
            raise ValueError("a column needs `parse` or `values`, not both")
        return self


def _column_map(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


ColumnMapOrHeading = Annotated[
    ColumnMap | None, BeforeValidator(_column_map, json_schema_input_type=str | ColumnMap | None)
]


class KeySpec(Strict):
    """What makes a record the same record in the next delivery."""

    columns: list[str] = Field(min_length=1)
    ordinal: bool = False
    latest_by: str | None = None
    collapse: bool = False
    was: list[str] | None = Field(default=None, min_length=1)
    """The columns that made the key before this layout changed it: records keep their identity over the change."""

    @model_validator(mode="after")
    def _one_way(self) -> KeySpec:
        if sum((self.ordinal, self.latest_by is not None, self.collapse)) > 1:
            raise ValueError("use one of ordinal, latest_by and collapse")
        return self


class Unpivot(Strict):
    """One record per group of columns (charge_1, charge_2, ...); groups with no text give none."""

    names: list[str] = Field(min_length=1)
    groups: list[list[str | None]] = Field(min_length=1)
    position: str | None = None

    @model_validator(mode="after")
    def _equal_length(self) -> Unpivot:
        if any(len(group) != len(self.names) for group in self.groups):
            raise ValueError(f"every group needs {len(self.names)} columns, one for each of `names`")
        return self


class RecordSpec(Strict):
    """One record kind that a layout emits."""

    kind: str
    where: str | None = None
    key: KeySpec
    unpivot: Unpivot | None = None
    map: dict[str, ColumnMapOrHeading]
    not_supplied: list[str] = []

    def supplied(self) -> dict[str, ColumnMap]:
        """Contract columns that the agency supplies."""
        return {name: spec for name, spec in self.map.items() if spec is not None}

    def is_not_supplied(self, column: str) -> bool:
        """True when the file says explicitly that the agency does not supply this column."""
        explicit = column in self.map and self.map[column] is None
        return explicit or any(fnmatch.fnmatchcase(column, glob) for glob in self.not_supplied)


class When(Strict):
    """When a layout applies."""

    has_columns: list[str] = []
    lacks_columns: list[str] = []


class Layout(Strict):
    """One column arrangement of a feed."""

    name: str
    when: When = When()
    ignore: Ignored = {}
    """Headings that arrive and are not used, by the reason."""
    never_load: list[str] = []
    from_file_name: dict[str, str] = {}
    """Columns that every row gets from the file's name: name -> pattern with one group; used like a heading."""
    records: list[RecordSpec] = Field(min_length=1)

    @property
    def ignored(self) -> list[str]:
        """Headings that arrive and are not used, as one list."""
        return [heading for headings in self.ignore.values() for heading in headings]

    @field_validator("from_file_name")
    @classmethod
    def _one_group_each(cls, value: dict[str, str]) -> dict[str, str]:
        if any(re.compile(pattern).groups != 1 for pattern in value.values()):
            raise ValueError("each pattern needs exactly one group in parentheses, around the value")
        return value

    @model_validator(mode="after")
    def _kinds_once(self) -> Layout:
        kinds = [record.kind for record in self.records]
        if len(kinds) != len(set(kinds)):
            raise ValueError("a record kind stands twice in this layout")
        return self


def _is_guessed(verified: str) -> bool:
    return verified.lower().startswith("unverified")


class FeedSpec(Strict):
    """One recurring data set from one source: ``jurisdictions/<jurisdiction>/<feed>.yml``."""

    feed_id: str = ""
    jurisdiction_id: str = ""
    description: str
    publisher: str
    verified: str
    schedule: str | None = None
    timezone: Zone | None = None
    owner: str = "data-engineering"
    simulated: bool = False
    enabled: bool = Field(default=True, validate_default=True)
    """False for feeds that nobody has seen working yet: they have no DAG until somebody probed them."""
    connector: ConnectorSpec
    reader: ReaderSpec = ReaderSpec()
    delivery: DeliverySpec
    freshness: Freshness | None = None
    outbox: Literal["masked", "restricted"] = "masked"
    """As the jurisdiction says, where the feed file says nothing."""
    notify: list[Mailbox] = []
    """Mailboxes of offices (never of persons) that get receipts and reminders."""
    layouts: list[Layout] = Field(min_length=1)
    expectations: list[Expectation] = []
    tolerances: list[Tolerance] = []

    @property
    def is_guessed(self) -> bool:
        """True while nobody has seen all the columns: ``verified`` begins with *unverified*."""
        return _is_guessed(self.verified)

    @field_validator("enabled")
    @classmethod
    def _guessed_is_off(cls, value: bool, info: ValidationInfo) -> bool:
        if value and _is_guessed(info.data.get("verified", "")):
            raise ValueError("guessed columns must not run: add `enabled: false`, or probe and say so in `verified`")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this feed's clock times and file dates are written."""
        return ZoneInfo(self.timezone or "UTC")

    def kinds(self) -> list[str]:
        """Record kinds the feed emits, sorted."""
        return sorted({record.kind for layout in self.layouts for record in layout.records})
