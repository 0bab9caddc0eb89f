"""The desk of one agency that puts a file together: which rows, which faults, in which arrangement."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from simulator import faults as injector
from simulator.agencies import FAMILIES
from simulator.consequences import Fault
from simulator.entries import Entry, corrected
from simulator.forms import Form, Line, cells, line, records
from simulator.judging import AmbiguousPlanError, Judgement, SentRow, judge
from simulator.recording import Facts
from simulator.settling import Settlement, Slots, settle
from simulator.writing import as_line, with_dirt

_KEPT, _SECOND, _REPEATED, _DIRTY = 0.5, 0.2, 0.003, 0.02
_SAFE_SHARE = 0.07
_FRESH_CHANCE = 60

Pick = tuple[int, int]
Spoiled = dict[int, tuple[Fault, ...]]


@dataclass
class Draft:
    """A file before it is sent: its rows and lines, and what must come of it if its headings are right."""

    layout: str
    rows: list[SentRow]
    lines: list[str]
    judged: dict[str, Judgement]
    settlement: Settlement
    picks: list[Pick]
    faults: Spoiled
    harmless: Counter[str] = field(default_factory=Counter)


class Desk:
    """Draws up files for one feed."""

    def __init__(self, seed: int, form: Form, entries: list[Entry]) -> None:
        self.form, self.entries = form, entries
        self.rng = Random(f"{seed}/desk/{form.feed_id}")
        self.layout = form.first_layout
        #: What the file is about, where each is about one day.
        self.about: date | None = None
        self.carried: Spoiled = {}
        self.known_versions: dict[int, int] = {}
        self._clean: dict[tuple[int, int, str], tuple[Line, str]] = {}
        self._labels = self._rarest_first()
        self._missed: list[str] = []

    def _rarest_first(self) -> list[str]:
        """The order in which faults come round: those that few feeds can have come first."""
        family = next(forms for forms in FAMILIES if self.form.feed_id in forms)
        offered = Counter(label for form in family.values() for label in form.faults)
        labels = list(self.form.faults)
        self.rng.shuffle(labels)
        return sorted(labels, key=lambda label: offered[label])

    def picks(self, day: date) -> list[Pick]:
        """The rows that belong into a file of that day, as (entry number, version)."""
        held = [(n, entry.at(day)) for n, entry in enumerate(self.entries) if self._in_reach(entry, day)]
        current = [(n, version) for n, version in held if version is not None]
        if self.form.mode != "append":
            return current
        logs = any(kind.mode == "latest" for kind in self.form.kinds)
        return [pick for n, version in current for pick in self._news(n, version, logs)]

    def _in_reach(self, entry: Entry, day: date) -> bool:
        if self.form.snapshot:
            return entry.day == self.about
        return self.form.mode != "window" or entry.day > day - timedelta(days=self.form.window_days)

    def _news(self, number: int, version: int, logs: bool) -> list[Pick]:
        told = self.known_versions.get(number, -1)
        if told == version and number not in self.carried:
            return []
        first = told + 1 if logs and told < version else version
        return [(number, v) for v in range(first, version + 1)]

    def draft(self, day: date, current: dict[str, Slots], fresh: bool = True) -> Draft:
        """A file of that day. With ``fresh`` some faults are repaired and new ones made; else they stay as they are."""
        picks = self.picks(day)
        newest = dict(picks)
        kept = {n: found for n, found in self.carried.items() if n in newest and self._still(n, newest[n])}
        if fresh:
            kept = {n: found for n, found in kept.items() if self.rng.random() < _KEPT}
            kept |= self._new_faults(newest, kept)
        return self._resolve(picks, kept, current, self._repeats(picks, kept) if fresh else {})

    def _resolve(self, picks: list[Pick], faults: Spoiled, current: dict[str, Slots], copies: dict[int, str]) -> Draft:
        """Spare rows whose faults would meet ambiguously or be too many, and draw up the rest."""
        while True:
            rows = self._rows(picks, faults, copies)
            try:
                judged = judge(self.form, rows)
                settlement = settle(self.form, current, judged)
            except AmbiguousPlanError as clash:
                spared = self._faulty_kin(clash.uids, faults)
                if not spared:
                    raise
                faults = {n: f for n, f in faults.items() if n not in spared}
                continue
            crowded = any(j.count >= 16 and j.share > _SAFE_SHARE for j in judged.values())
            if not crowded or not faults:
                break
            faults.pop(max(faults))
        draft = Draft(self.layout, rows, [], judged, settlement, picks, faults)
        draft.lines = self.write(rows, draft.harmless)
        return draft

    def _faulty_kin(self, uids: set[int], faults: Spoiled) -> set[int]:
        """Entries with faults among those rows and among the rows of the same incident."""
        groups = {self.entries[uid].group for uid in uids}
        return {n for n in faults if self.entries[n].group in groups}

    def _still(self, number: int, version: int) -> bool:
        return self.known_versions.get(number, version) == version

    def _new_faults(self, newest: dict[int, int], kept: Spoiled) -> Spoiled:
        numbers = [n for n in newest if n not in kept]
        found: Spoiled = {}
        wanted = max(1 + (len(newest) > 60), round(len(newest) * self.form.faulty))
        for _ in range(min(wanted, max(0, 1 + len(newest) // 10 - len(kept)), len(numbers), len(self._labels))):
            label = self._labels.pop(0)
            chosen = self._victim(label, numbers, newest, found)
            (self._labels if chosen else self._missed).append(label)
            found |= chosen
        self._labels, self._missed = [*self._missed, *self._labels], []
        return found

    def _victim(self, label: str, numbers: list[int], newest: dict[int, int], taken: Spoiled) -> Spoiled:
        """A row with this fault, or nothing where no row was found that can have it."""
        for _ in range(_FRESH_CHANCE):
            number = self._likely(numbers)
            made = self._make(label, self.entries[number].versions[newest[number]][1]) if number not in taken else ()
            if made:
                return {number: made}
        return {}

    def _likely(self, numbers: list[int]) -> int:
        """Half of the faults fall on the newest rows."""
        newest = numbers[-max(1, len(numbers) // 6) :]
        return self.rng.choice(newest if self.rng.random() < 0.5 else numbers)

    def _make(self, label: str, facts: Facts) -> tuple[Fault, ...]:
        first = injector.make(label, self.rng, self.form, facts)
        if first is None:
            return ()
        if first.shape or self.rng.random() > _SECOND:
            return (first,)
        second = injector.make(self.rng.choice(self._labels), self.rng, self.form, facts)
        if second is None or second.shape or second.contradicts or second.fact == first.fact:
            return (first,)
        if first.contradicts and any("key_missing" in rules for rules in second.rules.values()):
            return (first,)
        return (first, second)

    def _repeats(self, picks: list[Pick], faults: Spoiled) -> dict[int, str]:
        """Rows that stand twice in the file, word for word, where the records have an id."""
        if any(kind.mode in ("ordinal", "latest") for kind in self.form.kinds):
            return {}
        return {n: "same" for n, _ in picks if n not in faults and self.rng.random() < _REPEATED}

    def _rows(self, picks: list[Pick], faults: Spoiled, copies: dict[int, str]) -> list[SentRow]:
        newest = dict(picks)
        rows, behind = [], []
        for number, version in picks:
            found = faults.get(number, ()) if newest[number] == version else ()
            rows.append(SentRow(number, version, self.line_of(number, version, found), found))
            if any(fault.contradicts for fault in found):
                facts = corrected(Random(f"{number}/{version}"), self.form, self.entries[number].versions[version][1])
                contradiction = tuple(fault for fault in found if fault.contradicts)
                behind.append(SentRow(number, version, Line((), records(self.form, facts)), contradiction, "other"))
            elif number in copies:
                behind.append(SentRow(number, version, rows[-1].line, (), copies[number]))
        return rows + behind

    def line_of(self, number: int, version: int, found: tuple[Fault, ...]) -> Line:
        """The records that a row stands for, its faults considered."""
        facts = self.entries[number].versions[version][1]
        if found:
            _, meant = injector.spoiled(facts, found)
            return Line((), records(self.form, meant))
        return self._written(number, version)[0]

    def _written(self, number: int, version: int) -> tuple[Line, str]:
        """A clean row and its text; made once per version and arrangement."""
        at = (number, version, self.layout)
        if at not in self._clean:
            made = line(self.form, self.layout, self.entries[number].versions[version][1])
            self._clean[at] = (made, as_line(self.form, made.cells))
        return self._clean[at]

    def write(self, rows: list[SentRow], harmless: Counter[str]) -> list[str]:
        """The file's lines."""
        return [self._text(row, harmless) for row in rows]

    def _text(self, row: SentRow, harmless: Counter[str]) -> str:
        if row.extra == "same":
            harmless["identical_duplicate"] += 1
        dirty = self.rng.random() < _DIRTY
        if not row.faults and not dirty:
            return self._written(row.uid, row.version)[1]
        facts = self.entries[row.uid].versions[row.version][1]
        if row.extra == "other":
            facts = corrected(Random(f"{row.uid}/{row.version}"), self.form, facts)
        shown, _ = injector.spoiled(facts, row.faults if row.extra != "other" else ())
        plain = cells(self.form, self.layout, shown)
        fields = with_dirt(self.rng, self.form, self.layout, shown, harmless) if dirty else plain
        for fault in row.faults:
            if fault.shape:
                fields = (*fields, "x") if fault.shape == "long" else fields[: -self.rng.randrange(1, 4)]
        return as_line(self.form, fields)

    def sent(self, draft: Draft) -> None:
        """Remember what the receiver has applied."""
        self.carried = dict(draft.faults)
        for number, version in draft.picks:
            self.known_versions[number] = version
