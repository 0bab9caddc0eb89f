"""The specification of an evaluation: ``evaluations/<name>.yml``, written, hashed and registered before it is run."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from outcomes.specfile import digest_of, read
from outcomes.study import Selection

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def _month(value: object) -> object:
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return date.fromisoformat(f"{value}-01")
    raise ValueError("a month is written as 2026-01")


def _one_paragraph(text: str) -> str:
    return " ".join(text.split())


def _free(name: str) -> str:
    if name in ("level", "trend", "window", "outcome", "exposure"):
        raise ValueError(f"{name} is the name of something else: choose another")
    return name


Month = Annotated[date, BeforeValidator(_month), PlainSerializer(lambda month: f"{month:%Y-%m}")]
Sentence = Annotated[str, Field(min_length=10), AfterValidator(_one_paragraph)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Mart = Annotated[str, Field(pattern=r"^mart_[a-z0-9_]+$")]
Value = str | int | bool


class Strict(BaseModel):
    """Nothing that is not known here, and nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """A text in each language of the pages."""

    en: str = Field(min_length=3)
    es: str = Field(min_length=3)


class Series(Strict):
    """A count of a mart by unit and month; ``where`` keeps the rows whose columns have the value, or one of the values.

    ``feeds`` are those that must speak for the last month to its end. ``zero_months`` is the reason why a month without
    a row counts as none; without one such a month is missing. It takes ``feeds``: only they tell none from not told.
    """

    mart: Mart
    column: Identifier
    unit_column: Identifier
    time_column: Identifier = "month"
    where: dict[Identifier, Value | list[Value]] = {}
    feeds: list[str] = []
    zero_months: Sentence | None = None

    @model_validator(mode="after")
    def _zero_needs_feeds(self) -> Series:
        if self.zero_months and not self.feeds:
            raise ValueError("zero_months needs feeds: a month is empty only where a feed spoke of it")
        return self


class Harm(Series):
    """A further outcome that must be looked at; ``worse`` says which way would be harm.

    ``comparison`` names other comparison units where those of the evaluation do not record this.
    """

    name: Identifier
    title: Text
    worse: Literal["up", "down"] = "up"
    comparison: list[str] | None = None


class Covariate(Series):
    """What comparison units must be like, beside the outcome: the mean of a series over the months before the start."""

    name: Annotated[Identifier, AfterValidator(_free)]
    title: Text


class Matching(Strict):
    """How treated units are matched with comparison units (docs/evaluations.md); ``caliper`` in standard deviations."""

    distance: Literal["mahalanobis", "propensity"]
    caliper: float = Field(gt=0)
    ratio: int = Field(default=1, ge=1, le=5)
    covariates: list[Covariate] = []


class Units(Strict):
    """Who was treated and who is compared; ``no_comparison`` is the reason, known before, to do without."""

    level: Literal["site", "facility", "unit", "area", "group"]
    treated: list[str] = Field(min_length=1)
    comparison: list[str] = []
    no_comparison: Sentence | None = None

    @model_validator(mode="after")
    def _told_apart(self) -> Units:
        names = [*self.treated, *self.comparison]
        if len(set(names)) < len(names):
            raise ValueError("each unit is named once, as treated or for comparison")
        if self.comparison and self.no_comparison:
            raise ValueError("no_comparison is the reason to do without comparison units, but there are some")
        return self


class Phase(Strict):
    """A part of the intervention, from its first month to the next phase."""

    title: Text
    starts: Month


class Intervention(Strict):
    """When it began, and its phases if it came in steps."""

    starts: Month
    phases: list[Phase] = []


class Window(Strict):
    """The months that are looked at, both included."""

    first: Month
    last: Month


class Chosen(Strict):
    """How the treated units were chosen; by ``window``, by their outcome in the months first to last."""

    how: Selection
    why: Sentence
    first: Month | None = None
    last: Month | None = None


class Specification(Strict):
    """One evaluation: everything that could be bent after the result is known is said here, before."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{2,59}$")
    title: Text
    question: Text
    units: Units
    outcome: Series
    exposure: Series | None = None
    intervention: Intervention
    window: Window
    selection: Chosen
    harms: list[Harm] = []
    matching: Matching | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Specification:
        start, first, last = self.intervention.starts, self.window.first, self.window.last
        if not first < start <= last:
            raise ValueError(f"intervention.starts ({start:%Y-%m}) lies after window.first and not after window.last")
        phases = [phase.starts for phase in self.intervention.phases]
        if phases and (phases[0] != start or phases != sorted(set(phases)) or phases[-1] > last):
            raise ValueError("intervention.phases begin with intervention.starts and follow each other in the window")
        chosen = (self.selection.first, self.selection.last)
        if (self.selection.how == "window") != all(chosen) or (self.selection.how != "window" and any(chosen)):
            raise ValueError("selection names first and last if, and only if, how is window")
        if chosen[0] and chosen[1] and not first <= chosen[0] <= chosen[1] < start:
            raise ValueError("the months of selection lie in the window, before intervention.starts")
        others = [one.name for one in self.harms]
        others += [one.name for one in self.matching.covariates] if self.matching else []
        if len(set(others)) < len(others):
            raise ValueError("two harms or covariates have the same name")
        if self.matching and min(len(self.units.treated), len(self.units.comparison)) < 2:
            raise ValueError("matching needs two treated units and two for comparison")
        return self

    @property
    def content(self) -> dict[str, Any]:
        """What is registered: every field, those that were left to their default too.

        Without matching there is no such field: what was registered before that existed is still what it was.
        """
        return self.model_dump(mode="json", exclude={"matching"} if self.matching is None else None)

    @property
    def digest(self) -> str:
        """SHA-256 of the content; comments and the order of keys do not count."""
        return digest_of(self.content)


def load(path: Path) -> Specification:
    """The specification in a file.

    Raises:
        SpecificationError: the file is absent or wrong; it names the file, the field and what to do.
    """
    return read(path, Specification)
