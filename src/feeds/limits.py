"""What a delivery means, when it is held, and until when a feed file makes an exception from that."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Strict(BaseModel):
    """A part of a feed file: no key besides its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


#: Limits of every feed: less of the rows before, or a larger share of one kind in quarantine, holds a delivery.
_MIN_ROWS, _MAX_QUARANTINE = 0.8, 0.1
AS_TOLERANCE = (
    "a looser {limit} than usual needs a reason and an end; write under `tolerances:` "
    "{{limit: {limit}, value: {value}, until: <last day>, reason: <why>}}"
)


class KnownAt(Strict):
    """The instant a delivery speaks for, taken from its file name."""

    from_file_name: str
    format: str

    @field_validator("from_file_name")
    @classmethod
    def _one_group(cls, value: str) -> str:
        if re.compile(value).groups != 1:
            raise ValueError("the pattern needs exactly one group in parentheses, around the date")
        return value


class DeliverySpec(Strict):
    """What a delivery means for records that it does not contain, and when it is held."""

    mode: Literal["full", "window", "append"]
    min_row_ratio: float = Field(default=_MIN_ROWS, ge=0, le=1)
    max_quarantine_ratio: float = Field(default=_MAX_QUARANTINE, ge=0, le=1)
    window_column: str | None = None
    known_at: KnownAt | None = None

    @model_validator(mode="after")
    def _window(self) -> DeliverySpec:
        if (self.mode == "window") != (self.window_column is not None):
            raise ValueError("window_column belongs to mode window, and only to it")
        return self

    @model_validator(mode="after")
    def _not_looser(self) -> DeliverySpec:
        if self.min_row_ratio < _MIN_ROWS:
            raise ValueError(AS_TOLERANCE.format(limit="min_row_ratio", value=self.min_row_ratio))
        if self.max_quarantine_ratio > _MAX_QUARANTINE:
            raise ValueError(AS_TOLERANCE.format(limit="max_quarantine_ratio", value=self.max_quarantine_ratio))
        return self


class Tolerance(Strict):
    """An exception until the day ``until`` (included).

    From a must ``rule``: records that break it are kept and counted. From a ``limit``: ``value`` stands in its place.
    """

    rule: str | None = None
    """As quarantine and receipts name it, ``expect_column_values_to_be_between:victim_age``."""
    kind: str | None = None
    limit: Literal["min_row_ratio", "max_quarantine_ratio", "bad_bytes"] | None = None
    value: float | None = Field(default=None, ge=0)
    reason: str = Field(min_length=10)
    until: date

    @model_validator(mode="after")
    def _one_subject(self) -> Tolerance:
        if (self.rule is None) == (self.limit is None):
            raise ValueError("a tolerance needs either `rule` or `limit`")
        if (self.limit is None) != (self.value is None):
            raise ValueError("`value` belongs to `limit`, and only to it")
        if self.limit is not None and self.kind is not None:
            raise ValueError("`kind` belongs to `rule`, and only to it")
        if self.limit is not None and self.limit != "bad_bytes" and (self.value or 0) > 1:
            raise ValueError("`value` is a share between 0 and 1")
        return self

    @property
    def name(self) -> str:
        """The rule or the limit."""
        return self.rule or self.limit or ""
