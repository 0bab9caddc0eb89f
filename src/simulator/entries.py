"""From events to the rows an agency keeps: when each became known, how it was corrected, whether it was withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from simulator.agencies.common import Agency
from simulator.events import Arrest, Shooting, Wounded
from simulator.forms import Form
from simulator.names import STREETS_MX, STREETS_US
from simulator.population import Person
from simulator.recording import Facts, describe

_LATE, _WITHDRAWN, _CORRECTED = 0.06, 0.015, 0.08


@dataclass
class Entry:
    """One row of an agency over time. ``versions`` are (known from this day, facts), oldest first; ``group`` is what
    several rows share (the incident, the arrest)."""

    uid: int
    day: date
    group: str
    versions: list[tuple[date, Facts]]
    withdrawn: date | None = None

    def at(self, day: date) -> int | None:
        """Which version the agency holds at the end of a day, or ``None``."""
        if self.withdrawn is not None and self.withdrawn <= day:
            return None
        for number in range(len(self.versions) - 1, -1, -1):
            if self.versions[number][0] <= day:
                return number
        return None


def arrest_entries(seed: int, agency: Agency, arrests: list[Arrest], cases: dict[int, str]) -> list[Entry]:
    """The rows of an arrest feed. ``cases`` are the case numbers of shootings, by identity of the event."""
    rng = Random(f"{seed}/{agency.arrest.feed_id}")
    found = []
    for number, arrest in enumerate(arrests, start=1):
        facts = _arrest_facts(rng, agency, arrest, number, cases)
        entry = Entry(number, arrest.at.date(), facts["number"], [(known_on(rng, arrest.at.date()), facts)])
        found.append(lived(rng, agency.arrest, entry))
    return found


def _arrest_facts(rng: Random, agency: Agency, arrest: Arrest, number: int, cases: dict[int, str]) -> Facts:
    own = agency.case_number(50000 + arrest.occasion, arrest.at) if arrest.occasion % 7 else None
    facts: Facts = {
        "number": agency.arrest_number(number, arrest.at), "at": arrest.at, "on": arrest.at.date(),
        "case": cases[id(arrest.shooting)] if arrest.shooting else own, "area": arrest.area, "beat": arrest.beat,
        "location": block(rng, agency.arrest), "lat": arrest.latitude, "lon": arrest.longitude,
        "person": arrest.person.person_id, "junk": f"{rng.randrange(900):03d}", "secret": f"{rng.randrange(10000):04d}",
    }  # fmt: skip
    for i, (text, code, statute, level) in enumerate(arrest.charges, start=1):
        facts |= {
            f"charge_{i}": text,
            f"code_{i}": code or None,
            f"statute_{i}": statute or None,
            f"level_{i}": level or None,
        }
    facts["disposition_1"] = None if rng.random() < 0.7 else "Pending"
    return facts | describe(rng, arrest.person, arrest.at.date(), agency.habits)


def block(rng: Random, form: Form) -> str:
    """A block or corner; now and then with the characters that break careless readers."""
    mexican = form.encoding == "cp1252" or form.bom
    street = rng.choice(STREETS_MX if mexican else STREETS_US)
    draw = rng.random()
    if draw < 0.02:
        return f'{street} & 5th, "the Corner"; rear | side'
    if draw < 0.03 and form.line_end == "\n":
        return f"{rng.randrange(1, 40)}00 {street}\nrear entrance"
    return f"Calle {street} {rng.randrange(1, 400)}" if mexican else f"{rng.randrange(1, 40)}00 block of {street} St"


def known_on(rng: Random, day: date) -> date:
    """The day on which the agency has a row about that day: soon, now and then late."""
    delay = rng.randrange(20, 60) if rng.random() < _LATE else rng.randrange(0, 4)
    return day + timedelta(days=delay)


def lived(rng: Random, form: Form, entry: Entry) -> Entry:
    """Corrections and withdrawal, and the moment of the last change where the form has one."""
    since, facts = entry.versions[-1]
    while rng.random() < _CORRECTED:
        since, facts = since + timedelta(days=rng.randrange(5, 45)), corrected(rng, form, facts)
        entry.versions.append((since, facts))
    if rng.random() < _WITHDRAWN:
        entry.withdrawn = since + timedelta(days=rng.randrange(15, 70))
    if any(kind.mode == "latest" for kind in form.kinds):
        entry.versions = [
            (day, f | {"updated": f"{day:%Y%m%d}{rng.randrange(8, 18):02d}1500"}) for day, f in entry.versions
        ]
    return entry


def corrected(rng: Random, form: Form, facts: Facts) -> Facts:
    """The row with one of its facts set right."""
    fact = rng.choice(form.vary)
    value = facts.get(fact)
    if isinstance(value, float):
        return facts | {fact: round(value + 0.0015, 5)}
    if isinstance(value, int):
        return facts | {fact: value + 1}
    if fact == "age":
        return facts | {fact: 33}
    if fact == "disposition_1":
        return facts | {fact: rng.choice(("Convicted", "Dismissed", "Nolle")) + f" {rng.randrange(100)}"}
    return facts | {fact: f"{value or 'unknown'} (rev. {rng.randrange(100)})"}


def shooting_entries(seed: int, agency: Agency, shootings: list[Shooting]) -> tuple[list[Entry], dict[int, str]]:
    """The rows of a shooting feed, and the case number of each event by its identity."""
    rng = Random(f"{seed}/{agency.shooting.feed_id}")
    maker = _Shootings(rng, agency)
    cases: dict[int, str] = {}
    found: list[Entry] = []
    for number, shooting in enumerate(shootings, start=1):
        cases[id(shooting)] = agency.case_number(number, shooting.at)
        for entry in maker.rows(shooting, cases[id(shooting)]):
            entry.uid = len(found) + 1
            found.append(entry)
    return found, cases


class _Shootings:
    """Writes the rows of one shooting feed."""

    def __init__(self, rng: Random, agency: Agency) -> None:
        self.rng, self.agency, self.form, self.victims = rng, agency, agency.shooting, 0
        self.names_suspects = any(kind.kind == "shooting_suspect" for kind in self.form.kinds)
        self.has_ids = not any(kind.mode == "ordinal" for kind in self.form.kinds)

    def rows(self, shooting: Shooting, case: str) -> list[Entry]:
        """One row per victim (and suspect beside, where the agency does that)."""
        rng, day = self.rng, shooting.at.date()
        shared: Facts = {
            "case": case, "at": shooting.at, "on": day, "area": shooting.area, "beat": shooting.beat,
            "location": block(rng, self.form), "lat": shooting.latitude, "lon": shooting.longitude,
            "premise": rng.choice(("street", "house", "bar", "parking lot", None)), "secret": "see file",
        }  # fmt: skip
        known = known_on(rng, day)
        height = max(len(shooting.victims), len(shooting.suspects) if self.names_suspects else 0)
        found: list[Entry] = []
        for i in range(height):
            facts, died = dict(shared), None
            if i < len(shooting.victims):
                facts |= self._victim(shooting.victims[i], shooting.at, i, known, found)
                died = shooting.victims[i].died
            if self.names_suspects and i < len(shooting.suspects):
                facts |= self._suspect(shooting.suspects[i], day, i)
            since = known if i == 0 or rng.random() < 0.9 else known + timedelta(days=rng.randrange(5, 30))
            found.append(self._entry(Entry(0, day, case, [(since, facts)]), died))
        return found

    def _victim(self, wounded: Wounded, at: datetime, i: int, known: date, before: list[Entry]) -> Facts:
        self.victims += 1
        facts: Facts = {
            "victim_no": i + 1, "victim_id": f"V{self.victims:06d}", "wound": wounded.wound,
            "fatal": wounded.died is not None and wounded.died <= known, "person": wounded.person.person_id,
            "offense": "187" if wounded.died is not None and wounded.died <= known else "245",
            "junk": str(self.victims), **describe(self.rng, wounded.person, at.date(), self.agency.habits),
        }  # fmt: skip
        if not self.has_ids and before and "age" in before[-1].versions[0][1] and self.rng.random() < 0.35:
            alike = before[-1].versions[0][1]
            facts |= {name: alike[name] for name in ("age", "sex", "race", "wound", "fatal", "offense")}
        return facts

    def _suspect(self, person: Person, day: date, i: int) -> Facts:
        facts = describe(self.rng, person, day, self.agency.habits) | {"person": person.person_id}
        return {"suspect_no": i + 1, **{f"s_{name}": value for name, value in facts.items()}}

    def _entry(self, entry: Entry, died: date | None) -> Entry:
        since, facts = entry.versions[0]
        if "fatal" not in facts:
            return entry
        if died is not None and not facts["fatal"]:
            later = max(died, since) + timedelta(days=self.rng.randrange(1, 6))
            entry.versions.append((later, facts | {"fatal": True, "offense": "187"}))
            return entry
        return lived(self.rng, self.form, entry)
