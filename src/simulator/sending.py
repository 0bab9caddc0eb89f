"""One agency's deliveries over time: what is sent, what must become of it, and what is current after each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from simulator import faults as injector
from simulator.delivery import Delivery, end_of_day
from simulator.desk import Desk, Draft
from simulator.entries import corrected
from simulator.forms import Form, Line, line, records
from simulator.judging import MIN_ROW_RATIO, Judgement, SentRow, held_because, judge, quarantined
from simulator.plan import TWICE, Planned
from simulator.settling import Slots, settle
from simulator.writing import as_line, packed, to_bytes

_ENOUGH_ROWS = 20


class Sender:
    """Sends what is planned for one feed, in known-at order."""

    def __init__(self, seed: int, form: Form, desk: Desk) -> None:
        self.form, self.desk = form, desk
        self.rng = Random(f"{seed}/sending/{form.feed_id}")
        self.current: dict[str, Slots] = {}
        self.pending: dict[str, set[Any]] = {}
        self.last_rows: int | None = None
        self.last: tuple[Delivery, Draft] | None = None
        self.original: tuple[Delivery, Draft] | None = None
        self.deliveries: list[Delivery] = []

    def send(self, planned: Planned, following: date | None) -> None:
        """Make the delivery that is planned; a mishap that this small world cannot have is left out."""
        self.desk.about = planned.about
        if planned.feed_id in TWICE and not self.desk.picks(planned.day):
            return  # nobody sends an empty list
        made = getattr(self, f"_{planned.kind}", self._regular)(planned)
        if made is None:
            return
        late = (
            end_of_day(following, self.form) + timedelta(hours=6) if planned.overtaken and following else made.known_at
        )
        made.arrival = late + timedelta(minutes=self.rng.randrange(20, 300))
        self.deliveries.append(made)

    def _delivery(self, planned: Planned, data: bytes, state: str, reason: str | None = None) -> Delivery:
        known_at = end_of_day(planned.day, self.form)
        about = f"_{planned.about:%Y%m%d}" if planned.about else ""
        name = f"{self.form.stem}{about}_{planned.day:%Y%m%d}{self.form.suffix}"
        return Delivery(planned, name, known_at, known_at, data, state, reason)

    def _headings(self) -> list[str]:
        return [column.heading for column in self.form.columns(self.desk.layout)]

    def _judged(
        self, planned: Planned, data: bytes, rows: list[SentRow], judged: dict[str, Judgement], harmless: dict[str, int]
    ) -> Delivery:
        """The verdict over a file that can be read and whose headings are known; applied if no limit is exceeded."""
        reason = held_because(self.form, len(rows), judged, self.last_rows)
        made = self._delivery(planned, data, "held" if reason else "applied", reason)
        made.rows, made.harmless, made.sent = len(rows), dict(harmless), rows
        if reason != "row_floor":
            made.quarantined = quarantined(rows, judged)
        if reason is None:
            settlement = settle(self.form, self.current, judged)
            self.current, self.pending, made.changes = settlement.current, settlement.pending, settlement.changes
            made.accepted = {kind: len(judgement.accepted) for kind, judgement in judged.items()}
            self.last_rows = len(rows)
        return made

    def _from_draft(self, planned: Planned, draft: Draft) -> Delivery:
        data = to_bytes(self.form, self._headings(), draft.lines)
        made = self._judged(planned, data, draft.rows, draft.judged, draft.harmless)
        if made.state == "applied":
            self.desk.sent(draft)
            self.last = (made, draft)
        return made

    def _regular(self, planned: Planned) -> Delivery:
        return self._from_draft(planned, self.desk.draft(planned.day, self.current))

    def _new_layout(self, planned: Planned) -> Delivery:
        """From now on the agency's new system writes the file."""
        self.desk.layout = list(self.form.layouts)[-1]
        return self._regular(planned)

    def _republished(self, planned: Planned) -> Delivery:
        """The same rows in another arrangement and other date formats, once."""
        self.desk.layout = list(self.form.layouts)[-1]
        made = self._from_draft(planned, self.desk.draft(planned.day, self.current, fresh=False))
        self.desk.layout = self.form.first_layout
        return made

    def _repeat(self, planned: Planned) -> Delivery | None:
        """The bytes of the last applied file again."""
        return self._again(planned, self.last)

    def _again(self, planned: Planned, which: tuple[Delivery, Draft] | None) -> Delivery | None:
        if which is None:
            return None
        before, draft = which
        made = self._judged(planned, before.data, draft.rows, judge(self.form, draft.rows), {})
        made.of = before.of or before
        return made

    def _wrong_export(self, planned: Planned) -> Delivery | None:
        """The last file with a few rows lost and some values wrong, none of which looks wrong."""
        self.original = self.last
        if self.last is None:
            return None
        _, draft = self.last
        touched = {self.desk.entries[row.uid].group for row in draft.rows if row.faults or row.extra}
        rows, lines = [], []
        for row, text in zip(draft.rows, draft.lines, strict=True):
            spare = self.desk.entries[row.uid].group in touched
            chance = 1.0 if spare else self.rng.random()
            if chance < 0.02:
                continue
            changed = self._altered(row) if chance < 0.15 else None
            rows.append(replace(row, line=changed) if changed else row)
            lines.append(as_line(self.form, changed.cells) if changed else text)
        data = to_bytes(self.form, self._headings(), lines)
        return self._judged(planned, data, rows, judge(self.form, rows), {})

    def _altered(self, row: SentRow) -> Line:
        facts = self.desk.entries[row.uid].versions[row.version][1]
        return line(self.form, self.desk.layout, corrected(self.rng, self.form, facts))

    def _taken_back(self, planned: Planned) -> Delivery | None:
        """The publisher puts the file before the wrong one back."""
        return self._again(planned, self.original)

    def _still(self, planned: Planned) -> Draft:
        return self.desk.draft(planned.day, self.current, fresh=False)

    def _unknown_heading(self, planned: Planned) -> Delivery:
        """A new column that nobody announced."""
        draft, separator = self._still(planned), self.form.separator
        data = to_bytes(
            self.form,
            [*self._headings(), "reviewed_by"],
            [text.removesuffix(self.form.line_end) + separator + "7" + self.form.line_end for text in draft.lines],
        )
        return self._delivery(planned, data, "held", "unknown_headings")

    def _missing_heading(self, planned: Planned) -> Delivery:
        """A mapped column is gone."""
        columns = self.form.columns(self.desk.layout)
        usual = self.form.columns(self.form.first_layout)
        fact = next(column.fact for column in usual if column.heading == self.form.losable)
        at = next(i for i, column in enumerate(columns) if column.fact == fact)
        lines = []
        for row in self._still(planned).rows:
            facts = self.desk.entries[row.uid].versions[row.version][1]
            fields = line(self.form, self.desk.layout, facts).cells
            lines.append(as_line(self.form, fields[:at] + fields[at + 1 :]))
        headings = self._headings()
        return self._delivery(
            planned, to_bytes(self.form, headings[:at] + headings[at + 1 :], lines), "held", "missing_headings"
        )

    def _wrong_layout(self, planned: Planned) -> Delivery:
        """The file of another feed altogether."""
        data = to_bytes(self.form, ["EMP_NO", "SHIFT", "HOURS"], [as_line(self.form, ("114", "B", "8"))])
        return self._delivery(planned, data, "held", "unknown_headings")

    def _truncated(self, planned: Planned) -> Delivery | None:
        """The transfer broke off in the middle of a row."""
        draft = self._still(planned)
        half = len(draft.lines) // 2
        if half < 2 or self.last_rows is None or half + 1 >= self.last_rows * MIN_ROW_RATIO:
            return None
        stump = draft.lines[half].split(self.form.separator)[0].replace('"', "")
        data = to_bytes(self.form, self._headings(), [*draft.lines[:half], stump])
        made = self._delivery(planned, data, "held", "row_floor")
        made.rows = half + 1
        return made

    def _header_only(self, planned: Planned) -> Delivery:
        """Headings and no rows."""
        nothing: list[SentRow] = []
        data = to_bytes(self.form, self._headings(), [])
        return self._judged(planned, data, nothing, judge(self.form, nothing), {})

    def _empty(self, planned: Planned) -> Delivery:
        return self._delivery(planned, b"", "refused", "empty_file")

    def _unreadable(self, planned: Planned) -> Delivery:
        """Bytes that are no text in the agreed encoding."""
        data = to_bytes(self.form, self._headings(), self._still(planned).lines)
        at = len(data) // 2
        return self._delivery(planned, data[:at] + b"\xc3\x28\xff" + data[at:], "refused", "unreadable")

    def _broken_archive(self, planned: Planned) -> Delivery:
        data = to_bytes(self.form, self._headings(), self._still(planned).lines)
        return self._delivery(planned, data[: len(data) * 2 // 3] or packed(b"")[:10], "refused", "unreadable")

    def _quarantine_limit(self, planned: Planned) -> Delivery | None:
        """A change in the agency's software spoils one column of every fourth row."""
        draft = self._still(planned)
        if len(draft.rows) < _ENOUGH_ROWS:
            return None
        rows = []
        for number, row in enumerate(draft.rows):
            facts = self.desk.entries[row.uid].versions[row.version][1]
            fault = injector.make("impossible_date", self.rng, self.form, facts)
            if number % 4 == 0 and not row.faults and not row.extra and fault:
                _, meant = injector.spoiled(facts, (fault,))
                row = replace(row, line=Line((), records(self.form, meant)), faults=(fault,))
            rows.append(row)
        lines = self.desk.write(rows, draft.harmless)
        return self._judged(
            planned, to_bytes(self.form, self._headings(), lines), rows, judge(self.form, rows), draft.harmless
        )
