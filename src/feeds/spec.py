"""The Feed specification: the one file a person writes to add a feed."""

from __future__ import annotations

import fnmatch
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from feeds.contracts import Expectation


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not an IANA time zone such as America/New_York") from None
    return name


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


Zone = Annotated[str, BeforeValidator(_zone)]
Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
OneOrMany = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])]


class Population(_Strict):
    """Residents in one year, with where the figure comes from."""

    year: int = Field(ge=1990, le=2100)
    people: int = Field(gt=0)
    source: str


class Bounds(_Strict):
    """The box around a jurisdiction, in degrees WGS84."""

    min_latitude: float = Field(ge=-90, le=90)
    max_latitude: float = Field(ge=-90, le=90)
    min_longitude: float = Field(ge=-180, le=180)
    max_longitude: float = Field(ge=-180, le=180)


class JurisdictionSpec(_Strict):
    """A legal territory: ``jurisdictions/<id>/jurisdiction.yml``."""

    name: str
    country: str = Field(pattern=r"^[A-Z]{2}$")
    timezone: Zone
    locale: str = "en_US"
    bounds: Bounds | None = None
    population: list[Population] = []


class ConnectorSpec(BaseModel):
    """How bytes arrive; the connector class of ``kind`` checks the rest of the keys."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str

    @property
    def options(self) -> dict[str, Any]:
        """The keys besides ``kind``."""
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


class KnownAt(_Strict):
    """The instant a delivery speaks for, taken from its file name."""

    from_file_name: str
    format: str

    @field_validator("from_file_name")
    @classmethod
    def _one_group(cls, value: str) -> str:
        if re.compile(value).groups != 1:
            raise ValueError("the pattern needs exactly one group in parentheses, around the date")
        return value


class DeliverySpec(_Strict):
    """What a delivery means for records that it does not contain, and when it is held."""

    mode: Literal["full", "window", "append"]
    min_row_ratio: float = Field(default=0.8, ge=0, le=1)
    max_quarantine_ratio: float = Field(default=0.1, ge=0, le=1)
    window_column: str | None = None
    known_at: KnownAt | None = None

    @model_validator(mode="after")
    def _window(self) -> DeliverySpec:
        if (self.mode == "window") != (self.window_column is not None):
            raise ValueError("window_column belongs to mode window, and only to it")
        return self


class Freshness(_Strict):
    """How old the newest delivery may grow."""

    warn_after: Duration
    error_after: Duration


class ColumnMap(_Strict):
    """Where one contract column comes from."""

    from_: OneOrMany = Field(default=[], alias="from")
    join: str = " "
    parse: OneOrMany = []
    values: dict[str, bool | int | float | str] | None = None
    const: bool | int | float | str | None = None
    decimal: Literal[".", ","] = "."
    decimals: int | None = Field(default=None, ge=2, le=7)
    """Digits of a coordinate that mean something (default 5, about a metre); changes behind them are no corrections."""

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMap:
        if bool(self.from_) == (self.const is not None):
            raise ValueError("a column needs either `from` or `const`")
        if self.values is not None and self.parse:
            raise ValueError("a column needs `parse` or `values`, not both")
        return self


def _column_map(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


ColumnMapOrHeading = Annotated[
    ColumnMap | None, BeforeValidator(_column_map, json_schema_input_type=str | ColumnMap | None)
]


class KeySpec(_Strict):
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


class Unpivot(_Strict):
    """One record per group of columns (charge_1, charge_2, ...); groups with no text give none."""

    names: list[str] = Field(min_length=1)
    groups: list[list[str | None]] = Field(min_length=1)
    position: str | None = None

    @model_validator(mode="after")
    def _equal_length(self) -> Unpivot:
        if any(len(group) != len(self.names) for group in self.groups):
            raise ValueError(f"every group needs {len(self.names)} columns, one for each of `names`")
        return self


class RecordSpec(_Strict):
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


class When(_Strict):
    """When a layout applies."""

    has_columns: list[str] = []
    lacks_columns: list[str] = []


class Layout(_Strict):
    """One column arrangement of a feed."""

    name: str
    when: When = When()
    ignore: list[str] = []
    never_load: list[str] = []
    records: list[RecordSpec] = Field(min_length=1)

    @model_validator(mode="after")
    def _kinds_once(self) -> Layout:
        kinds = [record.kind for record in self.records]
        if len(kinds) != len(set(kinds)):
            raise ValueError("a record kind stands twice in this layout")
        return self


class FeedSpec(_Strict):
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
    connector: ConnectorSpec
    reader: ReaderSpec = ReaderSpec()
    delivery: DeliverySpec
    freshness: Freshness | None = None
    outbox: Literal["masked", "restricted"] = "masked"
    layouts: list[Layout] = Field(min_length=1)
    expectations: list[Expectation] = []

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this feed's clock times and file dates are written."""
        return ZoneInfo(self.timezone or "UTC")

    def kinds(self) -> list[str]:
        """Record kinds the feed emits, sorted."""
        return sorted({record.kind for layout in self.layouts for record in layout.records})
