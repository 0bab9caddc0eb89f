"""The catalogue of practitioner lists: ``policies/lists.yml``."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from governance.policy import Strict, load
from governance.recipients import Plain
from lists.errors import UnknownList
from settings import Settings

#: The heading that shows the agency's own number of the record, made of the columns that name it in the warehouse.
RECORD = "record"
RECORD_COLUMNS = ("record_kind", "feed_id", "record_key")
#: What a list of people must never carry, whatever it is called by: numbers that put people in an order.
_ORDERING = re.compile(
    r"(^|_)(score|rank|ranking|risk|probability|likelihood|priority|points|weight|index|percentile)(_|$)"
)
_COLUMN = re.compile(r"^[a-z][a-z0-9_]*$")


class PractitionerList(Strict):
    """One list: what it shows, at which tier, who may use it and for what, and for how long."""

    title: str = Field(min_length=10)
    mart: str = Field(pattern=r"^mart_[a-z0-9_]+$")
    tier: Literal["T2", "T3", "T4"]
    valid_days: int = Field(ge=1, le=31)
    purpose: str = Field(min_length=20, max_length=200)
    may_use: list[str] = Field(min_length=1)
    never_for: list[str] = Field(min_length=1)
    caveats: list[str] = []
    rows: dict[str, str] = {}
    """Column -> the value that a row must have."""
    person: str | None = None
    """The key of the person, shown as a short pseudonym of the recipient's own; None where rows are of nobody."""
    ends: str
    """The day from which a row is void (exclusive)."""
    stands_on: dict[str, str] = {}
    """A person stays on the list while one of these rows holds."""
    columns: dict[str, str] = Field(min_length=1)
    """Column of the mart, or ``record`` -> its heading, in the order of the list."""

    @model_validator(mode="after")
    def _is_fit(self) -> PractitionerList:
        named = [*self.columns, *self.rows, *self.stands_on, self.ends, *([self.person] if self.person else [])]
        if strange := [name for name in named if not _COLUMN.match(name)]:
            raise ValueError(f"{strange[0]!r} is no name of a column")
        if ordering := [name for name in self.columns if _ORDERING.search(name)]:
            raise ValueError(f"the column {ordering[0]} would put people in an order; lists have reasons, not scores")
        if self.stands_on and not self.person:
            raise ValueError("stands_on needs the key of the person")
        if keys := [name for name in self.columns if name.endswith("_key")]:
            raise ValueError(f"{keys[0]} is a key of the warehouse; name it as person, or show the record")
        return self

    @property
    def read(self) -> list[str]:
        """The columns of the mart that the list reads."""
        shown = [name for name in self.columns if name != RECORD]
        record = RECORD_COLUMNS if RECORD in self.columns else ()
        person = [self.person] if self.person else []
        return list(dict.fromkeys([*person, *shown, self.ends, *self.rows, *self.stands_on, *record]))


class ListPolicy(Strict):
    """``policies/lists.yml``."""

    lists: dict[Plain, PractitionerList]


def practitioner_lists(settings: Settings) -> dict[str, PractitionerList]:
    """Every declared list by name.

    Raises:
        SpecificationError: ``policies/lists.yml`` is absent or wrong.
    """
    return load(settings, "lists", ListPolicy).lists


def declared(settings: Settings, name: str) -> PractitionerList:
    """One list.

    Raises:
        UnknownList: it is not declared.
    """
    every = practitioner_lists(settings)
    if name not in every:
        raise UnknownList(f"There is no list {name!r}.", f"policies/lists.yml declares: {', '.join(sorted(every))}.")
    return every[name]
