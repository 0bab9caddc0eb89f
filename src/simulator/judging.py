"""What must become of each row sent, by its planted faults: accepted, quarantined, or the whole file held.

Nothing is read back from files. Rows carry their records and faults; this module follows the rules that are agreed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.consequences import Fault
from simulator.forms import Form, Kind, Line, Rec

MIN_ROW_RATIO, MAX_QUARANTINE, MIN_RECORDS = 0.8, 0.1, 20
_NO_RULES: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SentRow:
    """One row of a delivery. ``extra`` is "same" or "other" for a row that repeats one of the agency's rows."""

    uid: int
    version: int
    line: Line
    faults: tuple[Fault, ...] = ()
    extra: str = ""

    @property
    def labels(self) -> list[str]:
        """Labels of the faults planted in this row."""
        return sorted(fault.label for fault in self.faults)


class AmbiguousPlanError(Exception):
    """Planted faults meet in a way whose outcome the rules leave open; the rows to spare are named."""

    def __init__(self, uids: Iterable[int]) -> None:
        super().__init__("faults meet in one record")
        self.uids = set(uids)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record of one row, with the must rules that it breaks. ``number`` counts data rows from 1."""

    number: int
    row: SentRow
    rec: Rec
    rules: frozenset[str]


@dataclass(frozen=True)
class Quarantined:
    """A record (kind ``*``: a row) that must be in quarantine, with all rules it breaks and the faults behind it."""

    row_number: int
    kind: str
    record_no: int
    rules: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass
class Judgement:
    """What becomes of the records of one kind: accepted, quarantined under their key, quarantined without a key."""

    accepted: list[Candidate] = field(default_factory=list)
    bad: list[Candidate] = field(default_factory=list)
    unkeyed: list[Candidate] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Records judged, repetitions not counted."""
        return len(self.accepted) + len(self.bad) + len(self.unkeyed)

    @property
    def share(self) -> float:
        """Share that is quarantined."""
        return (len(self.bad) + len(self.unkeyed)) / self.count if self.count else 0.0


def judge(form: Form, rows: list[SentRow]) -> dict[str, Judgement]:
    """Accepted and quarantined records by kind.

    Raises:
        AmbiguousPlanError: faults meet so that the rules leave the outcome open.
    """
    found: dict[str, list[Candidate]] = {kind.kind: [] for kind in form.kinds}
    for number, row in enumerate(rows, start=1):
        if not row.faults:
            for rec in row.line.recs:
                found[rec.kind].append(Candidate(number, row, rec, _NO_RULES))
        elif not any(fault.shape for fault in row.faults):
            for rec in row.line.recs:
                told = [fault.rules.get(rec.kind, _NO_RULES) for fault in row.faults if fault.no in (0, rec.no)]
                rules = _NO_RULES.union(*told)
                found[rec.kind].append(Candidate(number, row, rec, rules))
    return {kind.kind: _judge_kind(kind, found[kind.kind]) for kind in form.kinds}


def _judge_kind(kind: Kind, found: list[Candidate]) -> Judgement:
    judged = Judgement()
    keyed: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for candidate in found:
        if candidate.rec.key is None:
            judged.unkeyed.append(candidate)
        else:
            keyed[candidate.rec.key].append(candidate)
    for candidates in keyed.values():
        for chosen in candidates if kind.mode == "ordinal" or len(candidates) == 1 else _one_of(kind, candidates):
            (judged.bad if chosen.rules else judged.accepted).append(chosen)
    return judged


def _one_of(kind: Kind, candidates: list[Candidate]) -> list[Candidate]:
    """What is left of several rows with one key: one of them, or all of them as contradictions."""
    if kind.mode == "latest":
        return [max(candidates, key=lambda c: c.rec.latest)]
    if kind.mode == "collapse":
        first = min(_time(c) for c in candidates)
        candidates = [c for c in candidates if _time(c) == first]
    first_one = candidates[0]
    if all(c.rec.values == first_one.rec.values for c in candidates):
        if any(c.rules != first_one.rules for c in candidates):
            raise AmbiguousPlanError(c.row.uid for c in candidates)
        return [first_one]
    if kind.mode == "collapse":
        raise AmbiguousPlanError(c.row.uid for c in candidates)
    return [Candidate(c.number, c.row, c.rec, c.rules | {"duplicate_key"}) for c in candidates]


def _time(candidate: Candidate) -> tuple[bool, Any]:
    at = candidate.rec.values["occurred_at"]
    return at is None, at or 0


def quarantined(rows: list[SentRow], judged: dict[str, Judgement]) -> list[Quarantined]:
    """Everything that must be in quarantine, by row."""
    found = [
        Quarantined(number, "*", 0, ("row_shape",), tuple(row.labels))
        for number, row in enumerate(rows, start=1)
        if any(fault.shape for fault in row.faults)
    ]
    for kind, judgement in judged.items():
        for c in (*judgement.bad, *judgement.unkeyed):
            found.append(Quarantined(c.number, kind, c.rec.no, tuple(sorted(c.rules)), tuple(c.row.labels)))
    return sorted(found, key=lambda q: (q.row_number, q.kind, q.record_no))


def held_because(form: Form, rows: int, judged: dict[str, Judgement], last_rows: int | None) -> str | None:
    """Which limit a readable delivery of known headings exceeds, if any."""
    floor = last_rows * MIN_ROW_RATIO if last_rows is not None else 1
    if form.mode == "full" and (rows == 0 or rows < floor):
        return "row_floor"
    over = any(j.count >= MIN_RECORDS and j.share > MAX_QUARANTINE for j in judged.values())
    return "quarantine_limit" if over else None
