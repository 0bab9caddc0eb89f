"""Drug markets that a site declares in ``jurisdiction.yml``: corners on the map, drawn once or more often, and phases.

A market is a place, never a person: a name for some cells of H3's resolution 9, as in ``mart_dmi__market_cell``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import pairwise

from pydantic import Field, model_validator

from feeds.limits import Strict

#: Resolution of the cells: about 0.11 square kilometers, some blocks.
RESOLUTION = 9
#: More cells than this (about 10 square kilometers) are a district, not some corners.
MOST_CELLS = 100
#: Phases of an intervention, in the order in which they begin.
PHASES = ("identified", "call_in", "notified", "maintenance")

Corner = tuple[float, float]


class Phases(Strict):
    """First days of the phases; a phase that lies ahead, or was left out, has none."""

    identified: date | None = None
    call_in: date | None = None
    """The meeting to which dealers are called."""
    notified: date | None = None
    """The day on which they were told, in public, that the market is closed: before and after are told by it."""
    maintenance: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Phases:
        dated = [(name, day) for name in PHASES if (day := getattr(self, name))]
        for (before, first), (after, then) in pairwise(dated):
            if then < first:
                raise ValueError(f"{after} ({then}) is before {before} ({first}); the order is {', '.join(PHASES)}")
        return self


class Drawing(Strict):
    """The market as it was drawn: cells, or a polygon that stands for every cell it touches.

    A market that was drawn anew gets a drawing more. The old one stays: what was counted in it stays comparable.
    """

    version: int = Field(ge=1)
    cells: tuple[str, ...] = ()
    polygon: tuple[Corner, ...] = ()
    """Corners as [latitude, longitude] in degrees WGS84; the last one is joined to the first."""
    ring: int = Field(default=1, ge=1, le=5)
    """How many steps of cells around the market are watched for displacement (a step is about 350 meters)."""

    @model_validator(mode="after")
    def _some_corners(self) -> Drawing:
        if bool(self.cells) == bool(self.polygon):
            raise ValueError("a drawing has either cells or a polygon")
        if self.polygon and len(set(self.polygon)) < 3:
            raise ValueError("a polygon has three corners or more, each [latitude, longitude]")
        if any(not (-90 <= y <= 90 and -180 <= x <= 180) for y, x in self.polygon):
            raise ValueError("a corner is [latitude, longitude] in degrees")
        for cell in self.cells:
            if not _is_cell(cell):
                raise ValueError(f"{cell!r} is no H3 cell of resolution {RESOLUTION} (mart_dmi__market_cell.h3_9)")
        if not 1 <= len(self.inside()) <= MOST_CELLS:
            raise ValueError(
                f"{len(self.inside())} cells are no market: draw the corners where drugs are sold, {MOST_CELLS} at most"
            )
        return self

    def inside(self) -> frozenset[str]:
        """The cells of the market."""
        return frozenset(self.cells) or _touched(self.polygon)

    def around(self) -> frozenset[str]:
        """The cells within ``ring`` steps of the market, without its own."""
        return _disk(self.inside(), self.ring) - self.inside()


class MarketSpec(Strict):
    """An open drug market with the phases of its intervention."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str = Field(min_length=1)
    phases: Phases = Phases()
    drawings: tuple[Drawing, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _numbered(self) -> MarketSpec:
        versions = [drawing.version for drawing in self.drawings]
        if versions != sorted(set(versions)):
            raise ValueError(f"the drawings of {self.id!r} are not numbered upwards: {versions}")
        return self

    @property
    def newest(self) -> Drawing:
        """The drawing that holds."""
        return self.drawings[-1]


def apart(markets: Sequence[MarketSpec]) -> None:
    """Refuse two markets of one id, or two whose newest drawings share a cell: an event belongs to one market.

    Raises:
        ValueError: which two, and the cells that they share.
    """
    taken: dict[str, str] = {}
    for market in markets:
        if market.id in taken.values():
            raise ValueError(f"the market {market.id!r} stands twice; add a drawing to the one that stands already")
        shared: dict[str, list[str]] = {}
        for cell in sorted(market.newest.inside() & taken.keys()):
            shared.setdefault(taken[cell], []).append(cell)
        for other, cells in shared.items():
            raise ValueError(f"{market.id!r} and {other!r} share {', '.join(cells)}; draw them apart")
        taken |= dict.fromkeys(market.newest.inside(), market.id)


def outside(markets: Sequence[MarketSpec], is_inside: Callable[[float, float], bool]) -> str | None:
    """The first market with a cell whose middle lies outside of the bounds of its jurisdiction; None where all fit."""
    import h3

    for market in markets:
        for cell in sorted(cell for drawing in market.drawings for cell in drawing.inside()):
            y, x = h3.cell_to_latlng(cell)
            if not is_inside(y, x):
                return f"the market {market.id!r} lies at {y:.4f}, {x:.4f}, which is outside of bounds"
    return None


def zones(markets: Sequence[MarketSpec]) -> Iterator[tuple[str, int, str, str]]:
    """``(market, version, cell, zone)``: the cells of each drawing and those around it, other markets left out."""
    for market in sorted(markets, key=lambda one: one.id):
        others = frozenset[str]().union(*(one.newest.inside() for one in markets if one.id != market.id))
        for drawing in market.drawings:
            inside = drawing.inside()
            yield from ((market.id, drawing.version, cell, "market") for cell in sorted(inside))
            yield from ((market.id, drawing.version, cell, "ring") for cell in sorted(drawing.around() - others))


def _is_cell(cell: str) -> bool:
    import h3

    return bool(h3.is_valid_cell(cell)) and h3.get_resolution(cell) == RESOLUTION


@cache
def _touched(polygon: tuple[Corner, ...]) -> frozenset[str]:
    import h3

    return frozenset(h3.h3shape_to_cells_experimental(h3.LatLngPoly(polygon), RESOLUTION, contain="overlap"))


@cache
def _disk(cells: frozenset[str], steps: int) -> frozenset[str]:
    import h3

    return frozenset[str]().union(*(h3.grid_disk(cell, steps) for cell in cells))
