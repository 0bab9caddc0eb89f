"""Sums over custody and supervision by month: as things happened, and as the feeds' current records have it.

Both come from the simulator's own books, the second from the records that must be current after the last delivery.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from simulator.agencies import ca_state, oh_state, probation
from simulator.agencies.common import Codes
from simulator.custody import Custody
from simulator.departments import CA_STATE, OH_STATE
from simulator.forms import Rec
from simulator.incidents import classes
from simulator.places import BAJIO, RIVERMOUTH
from simulator.plan import month_after
from simulator.sending import Sender
from simulator.supervision import Supervision

Place = tuple[str | None, str | None, str]
_FEEDS = {
    CA_STATE: (ca_state.CODES, ca_state.INCIDENTS.feed_id, ca_state.CENSUS.feed_id),
    OH_STATE: (oh_state.CODES, oh_state.INCIDENTS.feed_id, oh_state.POPULATION.feed_id),
}
_TERMS = {RIVERMOUTH: probation.TERMS.feed_id, BAJIO: probation.MEASURES.feed_id}


class _Months:
    """Incidents, participants and victims by facility, unit, month and class, and people counted by day."""

    def __init__(self) -> None:
        self.sums: dict[Place, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self.days: dict[Place, dict[str, int]] = defaultdict(dict)

    def incident(self, place: Place, named: Iterable[str], participants: int, victims: int, known: bool) -> None:
        """``known`` is false where the report names nobody, so that its victims are unknown."""
        for name in named:
            self.sums[place][name].update(
                incidents=1, participants=participants, victims=victims, incidents_with_people=int(known)
            )

    def count(self, place: Place, day: date, people: int) -> None:
        self.days[place][day.isoformat()] = self.days[place].get(day.isoformat(), 0) + people

    def rows(self) -> list[dict[str, Any]]:
        """One per place and month, sorted; a place without incidents or without counts has empty ones."""
        return [
            {
                "facility": place[0], "unit": place[1], "month": place[2], "classes": self.sums.get(place, {}),
                "counts": self.days.get(place, {}),
            }
            for place in sorted(self.sums.keys() | self.days.keys(), key=lambda p: tuple(part or "" for part in p))
        ]  # fmt: skip


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def pvi_truth(custody: dict[str, Custody], senders: dict[str, Sender]) -> dict[str, Any]:
    """``pvi.json``: per department what ``happened`` and what is ``recorded``."""
    return {
        name: {"happened": _happened(told).rows(), "recorded": _recorded(senders, *_FEEDS[name]).rows()}
        for name, told in custody.items()
    }


def stays_truth(custody: dict[str, Custody]) -> dict[str, list[dict[str, Any]]]:
    """``stays.json``: per department who truly was in which unit from when until when, and whether it was restrictive.

    One row per stay in a unit; ``until`` is null for a stay that outlasts the story, ``booking`` numbers the time in custody.
    """
    return {
        name: [
            {
                "booking": stay.booking, "facility": stay.unit.facility, "unit": stay.unit.name, "since": stay.admitted,
                "until": stay.released, "restrictive": stay.unit.restrictive,
            }
            for stay in told.stays
        ]
        for name, told in custody.items()
    }  # fmt: skip


def _happened(told: Custody) -> _Months:
    found = _Months()
    for i in told.incidents:
        place = (i.unit.facility, i.unit.name, _month(i.at))
        found.incident(place, classes(i.what, bool(i.weapon), i.participants), i.participants, i.victims, True)
    for (day, unit), people in told.counts.items():
        found.count((unit.facility, unit.name, _month(day)), day, people)
    return found


def _current(senders: dict[str, Sender], feed_id: str, kind: str) -> list[Rec]:
    return list(senders[feed_id].current.get(kind, {}).values())


def _recorded(senders: dict[str, Sender], codes: Codes, incidents: str, census: str) -> _Months:
    """Participants are the number that the report gives, else the people named who are no witnesses."""
    roles = {text: role for role, text in codes.role.items()}
    parts: dict[Any, Counter[str]] = defaultdict(Counter)
    for rec in _current(senders, incidents, "prison_incident_person"):
        parts[rec.values["incident_id"]][roles[rec.values["involvement"]]] += 1
    found = _Months()
    for rec in _current(senders, incidents, "prison_incident"):
        values, people = rec.values, parts[rec.values["incident_id"]]
        named = people.total() - people["witness"]
        participants = values.get("participant_count") or named
        what = next(what for what, text in codes.what.items() if text == values["source_class"])
        armed = values["weapon"] not in codes.unarmed
        place = (values["facility_id"], values["unit_id"], _month(values["occurred_at"]))
        victims = people["victim"] + people["staff"]
        found.incident(place, classes(what, armed, participants), participants, victims, bool(people))
    for rec in _current(senders, census, "custody_census"):
        day = rec.values["snapshot_on"]
        found.count((rec.values["facility_id"], rec.values["unit_id"], _month(day)), day, rec.values["people_count"])
    return found


#: Of one term: area, first day, last day, person.
_Span = tuple[str | None, date, date | None, str]


def supervision_truth(
    told: dict[str, Supervision], senders: dict[str, Sender], start: date, months: int
) -> dict[str, Any]:
    """``supervision.json``: caseload by area and month, violations by kind and month; ``happened`` and ``recorded``.

    A term that ends on a day lasts on that day; one whose person absconded goes on.
    """
    firsts = [month_after(start, number) for number in range(months)]
    result = {}
    for name, office in told.items():
        true_spans: list[_Span] = [(t.area, t.started, t.ended, t.person.person_id) for t in office.terms]
        terms = _current(senders, _TERMS[name], "probation_term")
        spans = [(v["area_id"], v["started_on"], v["ended_on"], rec.person) for rec in terms for v in (rec.values,)]
        truly = [(probation.BREACHES[v.breach], v.on, v.days, v.answer is not None) for v in office.violations]
        result[name] = {
            "happened": {"caseload": _caseload(true_spans, firsts), "violations": _violations(truly)},
            "recorded": {"caseload": _caseload(spans, firsts), "violations": _violations(_told(senders, name))},
        }
    return result


def _told(senders: dict[str, Sender], name: str) -> list[tuple[str, date, int, bool]]:
    """Violations on record; only Bajío's office reports them."""
    records = _current(senders, probation.VIOLATIONS.feed_id, "probation_violation") if name == BAJIO else []
    return [
        (v["violation_type"], v["violated_on"], v["custody_days"] or 0, v["response"] is not None)
        for v in (rec.values for rec in records)
    ]


def _caseload(spans: list[_Span], firsts: list[date]) -> list[dict[str, Any]]:
    found = []
    for first in firsts:
        last = month_after(first, 1) - timedelta(days=1)
        for area in sorted({area or "" for area, *_ in spans}):
            here = [s for s in spans if (s[0] or "") == area and s[1] <= last and (s[2] is None or s[2] >= first)]
            there = [s for s in here if s[1] <= first]
            found.append({
                "area": area, "month": _month(first), "terms_on_first_day": len(there),
                "people_on_first_day": len({s[3] for s in there}), "starts": sum(s[1] >= first for s in here),
                "ends": sum(s[2] is not None and s[2] <= last for s in here),
                "term_days": sum((min(s[2] or last, last) - max(s[1], first)).days + 1 for s in here),
            })  # fmt: skip
    return found


def _violations(found: list[tuple[str, date, int, bool]]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for kind, day, days, answered in found:
        sums[_month(day), kind].update(
            violations=1, answered=int(answered), custody_days=days, with_custody=int(days > 0)
        )
    return [{"month": month, "type": kind, **counts} for (month, kind), counts in sorted(sums.items())]
