"""From calls to the rows that a dispatch center keeps of them, and the truth beside."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import Any

from simulator.agencies import AGENCIES
from simulator.agencies.calls import CALLS, ENDS, TYPES
from simulator.calls import Call, Calls
from simulator.entries import Entry, block, known_on, lived
from simulator.events import Shooting
from simulator.places import PLACES, RIVERMOUTH
from simulator.recording import Facts


def call_number(number: int, call: Call) -> str:
    """The dispatch center's number of a call, the ``number``-th of the story."""
    return f"C{call.at.year % 100}-{number:06d}"


def call_entries(seed: int, told: Calls, cases: dict[int, str]) -> list[Entry]:
    """The rows of Rivermouth's calls. ``cases`` are the case numbers of its shootings, by their number."""
    rng = Random(f"{seed}/{CALLS.feed_id}")
    found = []
    for number, call in enumerate(told.calls, start=1):
        facts = _facts(rng, number, call, cases)
        day = known_on(rng, call.at.date())
        entry = Entry(number, call.at.date(), facts["number"], [(day, facts)])
        if facts["end"] and rng.random() < 0.1:  # an end that is written down later
            entry.versions = [(day, facts | {"end": None}), (day + timedelta(days=rng.randrange(1, 20)), facts)]
        found.append(lived(rng, CALLS, entry))
    return found


def _facts(rng: Random, number: int, call: Call, cases: dict[int, str]) -> Facts:
    own = f"{call.at.year}{900000 + number:06d}" if call.end in ("report", "arrest") else None
    return {
        "number": call_number(number, call), "at": call.at, "type": rng.choice(TYPES[call.about]), "on_view": call.on_view,
        "end": ENDS[call.end] or None, "case": cases.get(call.shooting, own), "location": block(rng, CALLS),
        "area": PLACES[RIVERMOUTH].areas[call.area], "beat": f"{call.area + 1}{rng.randrange(1, 6)}",
        "lat": call.latitude, "lon": call.longitude, "secret": f"555-{rng.randrange(10000):04d}",
    }  # fmt: skip


def shooting_cases(shootings: list[Shooting]) -> dict[int, str]:
    """The case numbers of Rivermouth's shootings, by their number."""
    agency = AGENCIES[RIVERMOUTH]
    return {number: agency.case_number(number, shooting.at) for number, shooting in enumerate(shootings, start=1)}


def calls_truth(told: Calls) -> dict[str, Any]:
    """``calls.json``: where markets truly were, and what each call was about."""
    return {
        "markets": [asdict(market) for market in told.markets],
        "calls": [{"number": call_number(n, call), **asdict(call)} for n, call in enumerate(told.calls, start=1)],
    }
