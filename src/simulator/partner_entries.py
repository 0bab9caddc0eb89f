"""From what happened between partners to the rows of the lists about it, each known soon after it happened."""

from __future__ import annotations

from random import Random

from simulator.agencies import partners
from simulator.entries import Entry
from simulator.partners import Notice, PartnerEvent, Partners
from simulator.practice_entries import Row, list_entries, on_day
from simulator.recording import Facts, describe

#: How a notice of each level is given.
_GIVEN = {"A": "Custom notification", "C": "Custom notification", "D": "Letter"}
#: Shares of events whose couple, address, victim or charge nobody wrote down.
_NO_PAIR, _NO_ADDRESS, _NO_VICTIM, _NOT_SAID = 0.06, 0.05, 0.04, 0.05


def partner_entries(seed: int, told: Partners) -> dict[str, list[Entry]]:
    """The rows of both lists, by feed id."""
    return {
        partners.EVENTS.feed_id: list_entries(seed, partners.EVENTS, told.events, _event),
        partners.NOTICES.feed_id: list_entries(seed, partners.NOTICES, told.notices, _notice),
    }


def _event(rng: Random, number: int, event: PartnerEvent) -> Row:
    couple = event.couple
    facts: Facts = {
        "number": event_number(number), "type": "Arrest" if event.arrest else "Call", "area": str(rng.randrange(1, 6)),
        "pair": None if rng.random() < _NO_PAIR else f"K{couple.number:04d}",
        "address_no": None if rng.random() < _NO_ADDRESS else f"A{couple.address(event.on):05d}",
        "charged": None if event.arrest and rng.random() < _NOT_SAID else event.charged, "felony": event.felony,
        "weapon": event.weapon, "convicted": None, "prohibited": event.prohibited, "injury": event.injury.capitalize(),
        "victim_no": None, "person": couple.offender.person_id, **on_day(event.on),
        **describe(rng, couple.offender, event.on, partners.HABITS),
    }  # fmt: skip
    victim = describe(rng, couple.victim, event.on, partners.HABITS)
    if rng.random() < _NO_VICTIM:
        facts |= dict.fromkeys(("v_last", "v_first", "v_dob", "injury"))
    else:
        names = {f"v_{name}": victim[name] for name in ("last", "first", "dob")}
        facts |= {"victim_no": "1", "v_person": couple.victim.person_id, **names}
    if event.convicted is None:
        return facts, []
    return facts, [(event.convicted, {"convicted": True})]


def _notice(rng: Random, number: int, notice: Notice) -> Row:
    facts: Facts = {
        "number": f"N{number:04d}", "strategy": "IPVI", "type": _GIVEN[notice.level], "level": notice.level,
        "outcome": "Reached" if notice.reached else "Not found", "by": f"Detective {rng.randrange(1, 4)}",
        "person": notice.offender.person_id, **on_day(notice.on),
        **describe(rng, notice.offender, notice.on, partners.HABITS),
    }  # fmt: skip
    return facts, []


def event_number(number: int) -> str:
    """The agency's number of the n-th event."""
    return f"DV{number:05d}"
