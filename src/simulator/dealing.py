"""Who is arrested for selling drugs, and where: some of those who had drugs on them, mostly at a market of their district."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from random import Random

from simulator.calls import CORNER, Market, spot
from simulator.events import Arrest
from simulator.places import PLACES

#: The charge of having drugs, which some arrests of the place bear, and what it is where they were to be sold.
_HAD = "POSS CONTROLLED SUBSTANCE"
_SOLD = (
    ("TRANSPORT/SELL CONTROLLED SUBSTANCE", "11352 HS", "HS 11352", "F"),
    ("POSS CONTROLLED SUBSTANCE FOR SALE", "11351 HS", "HS 11351", "F"),
)
#: Share of occasions with drugs that are sales, and of sales in a district with a market that are made at it.
_SELLING, _AT_MARKET = 0.5, 0.65


def deal(seed: int, place: str, arrests: Iterable[Arrest], markets: tuple[Market, ...]) -> list[Arrest]:
    """The same arrests of the same people, with as many charges; those of a sale say so, and most are made at a market.

    Everybody who was arrested on the occasion of a sale is charged with it. Drawn from a random stream of its own.
    """
    rng = Random(f"{seed}/dealing/{place}")
    by_occasion = sorted(arrests, key=lambda a: a.occasion)
    dealt = [a for _, group in groupby(by_occasion, lambda a: a.occasion) for a in _occasion(rng, list(group), markets)]
    return sorted(dealt, key=lambda a: (a.at, a.occasion, a.person.person_id))


def _occasion(rng: Random, together: list[Arrest], markets: tuple[Market, ...]) -> Iterator[Arrest]:
    had = any(charge[0] == _HAD for arrest in together for charge in arrest.charges)
    if together[0].shooting or not had or rng.random() >= _SELLING:
        yield from together
        return
    first, sold = together[0], rng.choice(_SOLD)
    area, day = PLACES[first.jurisdiction_id].areas.index(first.area), first.at.date()
    there = [m for m in markets if m.area == area and m.since <= day < m.until]
    latitude, longitude = first.latitude, first.longitude
    if there and rng.random() < _AT_MARKET:
        latitude, longitude = spot(rng, there[0].latitude, there[0].longitude, CORNER)
    for arrest in together:
        yield replace(arrest, charges=_charged(arrest, sold), latitude=latitude, longitude=longitude)


def _charged(arrest: Arrest, sold: tuple[str, str, str, str]) -> tuple[tuple[str, str, str, str], ...]:
    """The charges with that of the sale in place of having drugs, or else of the last one."""
    names = [charge[0] for charge in arrest.charges]
    at = names.index(_HAD) if _HAD in names else len(names) - 1
    return (*arrest.charges[:at], sold, *arrest.charges[at + 1 :])
