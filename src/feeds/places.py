"""Places: a jurisdiction with its zone, bounds, population and markets, and its prisons and jails with their units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from feeds.markets import MarketSpec, apart, outside


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not an IANA time zone such as America/New_York") from None
    return name


Zone = Annotated[str, BeforeValidator(_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether a point lies within, the edges included."""
        return (
            self.min_latitude <= latitude <= self.max_latitude and self.min_longitude <= longitude <= self.max_longitude
        )


class _Valid(_Strict):
    """Something that bears an id of the agency from a first to a last day; an open end is unknown or lies ahead."""

    id: str = Field(min_length=1)
    """As the agency's records name it, letter by letter."""
    name: str = Field(min_length=1)
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day, included."""

    @property
    def first(self) -> date:
        """The first day, or the beginning of time."""
        return self.valid_from or date.min

    @property
    def last(self) -> date:
        """The last day, or the end of time."""
        return self.valid_to or date.max

    @model_validator(mode="after")
    def _in_order(self) -> _Valid:
        if self.first > self.last:
            raise ValueError(f"{self.id!r} ends before it begins")
        return self


class UnitSpec(_Valid):
    """A housing unit of a facility."""


class FacilitySpec(_Valid):
    """A prison or jail with its housing units. One that changed its name stands once for each name."""

    units: list[UnitSpec] = []

    @field_validator("units")
    @classmethod
    def _units_once(cls, units: list[UnitSpec]) -> list[UnitSpec]:
        _one_at_a_time(units)
        return units

    @model_validator(mode="after")
    def _units_within(self) -> FacilitySpec:
        for unit in self.units:
            if (unit.valid_from and unit.first < self.first) or (unit.valid_to and unit.last > self.last):
                raise ValueError(f"the unit {unit.id!r} is open on days on which {self.id!r} is not")
        return self


class AreaSpec(_Valid):
    """A district, precinct or beat as it was drawn for a time. One that was drawn anew stands once for each time."""

    kind: Literal["area", "precinct", "beat"]


class JurisdictionSpec(_Strict):
    """A legal territory: ``jurisdictions/<id>/jurisdiction.yml``."""

    name: str
    country: str = Field(pattern=r"^[A-Z]{2}$")
    timezone: Zone
    locale: str = "en_US"
    outbox: Literal["masked", "restricted"] = "masked"
    """Whether names and numbers of people may stand in the receipts: only where nobody else can read the outbox."""
    bounds: Bounds | None = None
    population: list[Population] = []
    areas: list[AreaSpec] = []
    facilities: list[FacilitySpec] = []
    markets: list[MarketSpec] = []

    @field_validator("areas")
    @classmethod
    def _areas_once(cls, areas: list[AreaSpec]) -> list[AreaSpec]:
        for kind in ("area", "precinct", "beat"):
            _one_at_a_time([area for area in areas if area.kind == kind])
        return areas

    @field_validator("facilities")
    @classmethod
    def _facilities_once(cls, facilities: list[FacilitySpec]) -> list[FacilitySpec]:
        _one_at_a_time(facilities)
        return facilities

    @field_validator("markets")
    @classmethod
    def _markets_here(cls, markets: list[MarketSpec], known: ValidationInfo) -> list[MarketSpec]:
        apart(markets)
        box: Bounds | None = known.data.get("bounds")  # stands above, so it was read before
        if box:
            problem = outside(markets, box.holds)
            if problem:
                raise ValueError(f"{problem}; a corner is [latitude, longitude]")
        return markets


def _one_at_a_time(places: Sequence[_Valid]) -> None:
    """No id means two places on one day."""
    for one, following in pairwise(sorted(places, key=lambda place: (place.id, place.first))):
        if one.id == following.id and following.first <= one.last:
            raise ValueError(f"{one.id!r} stands twice on {following.first}; give each its valid_from and valid_to")
