"""What people call the police about: drug markets with their places and times, and everything else around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from simulator.events import History, Shooting
from simulator.places import PLACES
from simulator.population import Population

#: Calls per person and year, and what they are about (shots are heard when somebody shoots, and at times when nobody does).
_CALLS = 0.9
_ABOUT = (("drug", 18), ("disorder", 22), ("violence", 8), ("shots_fired", 3), ("domestic", 10), ("property", 13),
          ("traffic", 12), ("medical", 7), ("other", 6), ("", 1))  # fmt: skip
#: Share of calls of a kind that come from a market, and that an officer opened without a caller.
_AT_MARKET = {"drug": 0.65, "disorder": 0.3, "violence": 0.25}
_ON_VIEW = {"drug": 0.25, "traffic": 0.8}
_ENDS = (("report", 25), ("arrest", 6), ("no_report", 28), ("not_found", 14), ("unfounded", 7), ("cancelled", 5),
         ("", 15))  # fmt: skip
#: Share of events about which a second person calls too, and of shootings that anybody hears.
_TWICE, _HEARD = 0.06, 0.8
#: Standard deviations of places in degrees: a market is some corners, the rest of a district is wide.
CORNER, _DISTRICT = 0.0008, 0.006
#: How far away a market opens when it had to move: two cells of H3's resolution 9.
_MOVED = 0.006


@dataclass(frozen=True)
class Market:
    """Corners where drugs are sold from ``since`` to ``until`` (exclusive); ``moved_from`` numbers the one before."""

    number: int
    latitude: float
    longitude: float
    area: int
    since: date
    until: date
    moved_from: int = 0


@dataclass(frozen=True)
class Call:
    """One call; ``about`` and ``end`` are standard codes, ``market`` is 0 where it came from no market."""

    at: datetime
    about: str
    end: str
    on_view: bool
    market: int
    latitude: float
    longitude: float
    area: int
    shooting: int = 0
    """The number of the shooting that was heard, as the place counts them; 0 where it was none."""


@dataclass(frozen=True)
class Calls:
    """Everything that a dispatch center heard, in order of time, and the markets as they truly are."""

    markets: tuple[Market, ...]
    calls: list[Call]


def make_calls(seed: int, place: str, population: Population, history: History, start: date, end: date) -> Calls:
    """The dispatch center's story in ``[start, end)``, from random streams of its own."""
    rng = Random(f"{seed}/calls/{place}")
    markets = _markets(rng, place, start, end)
    people = sum(person.home == place for person in population.people)
    found = []
    for day in _days(rng, start, end, _CALLS * people / 365.25):
        found.append(_call(rng, place, day, markets))
    for number, shooting in enumerate(history.shootings[place], start=1):
        if rng.random() < _HEARD:
            found.append(_heard(rng, place, number, shooting))
    again = [_again(rng, place, call) for call in found if not call.on_view and rng.random() < _TWICE]
    return Calls(markets, sorted([*found, *again], key=lambda c: (c.at, c.latitude, c.longitude, c.about, c.end)))


def _days(rng: Random, start: date, end: date, rate: float) -> list[date]:
    found, at = [], rng.expovariate(rate)
    while at < (end - start).days:
        found.append(start + timedelta(days=int(at)))
        at += rng.expovariate(rate)
    return found


def _markets(rng: Random, place: str, start: date, end: date) -> tuple[Market, ...]:
    """Two that last, and one that moves nearby after three fifths of the story."""
    moves = start + timedelta(days=(end - start).days * 3 // 5)
    lasting = [_market(rng, place, n, area, start, end) for n, area in ((1, 0), (2, 2))]
    first = _market(rng, place, 3, 1, start, moves)
    north = round(first.latitude + _MOVED, 5)
    return *lasting, first, replace(first, number=4, latitude=north, since=moves, until=end, moved_from=3)


def _market(rng: Random, place: str, number: int, area: int, since: date, until: date) -> Market:
    latitude, longitude = spot(rng, *_middle(place, area), _DISTRICT / 2)
    return Market(number, latitude, longitude, area, since, until)


def _middle(place: str, area: int) -> tuple[float, float]:
    """Where a district lies; shootings and arrests are drawn around the same point."""
    return PLACES[place].latitude + 0.03 * area, PLACES[place].longitude - 0.02 * area


def spot(rng: Random, latitude: float, longitude: float, spread: float) -> tuple[float, float]:
    """A point somewhere around another."""
    return round(rng.gauss(latitude, spread), 5), round(rng.gauss(longitude, spread), 5)


def _clock(rng: Random, place: str, day: date) -> datetime:
    """A wall-clock second, mostly in the evening, that exists once in this zone."""
    second = int(rng.gauss(19 * 3600, 4 * 3600)) % 86400
    return _existing(place, datetime(day.year, day.month, day.day) + timedelta(seconds=second))


def _existing(place: str, at: datetime) -> datetime:
    """The moment, or five o'clock of its day where clocks were moved over it."""
    before, after = (at.replace(tzinfo=PLACES[place].zone, fold=fold).utcoffset() for fold in (0, 1))
    return at if before == after else at.replace(hour=5)


def _call(rng: Random, place: str, day: date, markets: tuple[Market, ...]) -> Call:
    about = rng.choices([a for a, _ in _ABOUT], [w for _, w in _ABOUT])[0]
    at = _clock(rng, place, day)
    end = rng.choices([e for e, _ in _ENDS], [w for _, w in _ENDS])[0]
    on_view = rng.random() < _ON_VIEW.get(about, 0.04)
    if rng.random() < _AT_MARKET.get(about, 0):
        market = rng.choice([m for m in markets if m.since <= day < m.until])
        corner = spot(rng, market.latitude, market.longitude, CORNER)
        return Call(at, about, end, on_view, market.number, *corner, market.area)
    area = rng.randrange(len(PLACES[place].areas))
    return Call(at, about, end, on_view, 0, *spot(rng, *_middle(place, area), _DISTRICT), area)


def _heard(rng: Random, place: str, number: int, shooting: Shooting) -> Call:
    """A call about a shooting, from the place where it happened."""
    at = _existing(place, shooting.at + timedelta(seconds=rng.randrange(0, 300)))
    area = PLACES[place].areas.index(shooting.area)
    return Call(at, "shots_fired", "report", False, 0, shooting.latitude, shooting.longitude, area, number)


def _again(rng: Random, place: str, call: Call) -> Call:
    """Somebody else about the same event, minutes later and some houses away."""
    at = _existing(place, call.at + timedelta(seconds=rng.randrange(20, 400)))
    latitude, longitude = round(call.latitude + 0.0002, 5), round(call.longitude - 0.0002, 5)
    return replace(call, at=at, end="duplicate", latitude=latitude, longitude=longitude)
