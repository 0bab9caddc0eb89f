"""What is current after a delivery: which records it adds, changes, deletes and leaves waiting for a correction."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from simulator.forms import Form, Rec
from simulator.judging import AmbiguousPlanError, Judgement

Slots = dict[Any, Rec]


@dataclass
class Settlement:
    """The records that are current after a delivery, those of them that wait for a correction, and what changed."""

    current: dict[str, Slots]
    pending: dict[str, set[Any]]
    changes: dict[str, dict[str, int]]


def settle(form: Form, current: dict[str, Slots], judged: dict[str, Judgement]) -> Settlement:
    """Apply a delivery to what is current.

    Raises:
        AmbiguousPlanError: which record of an incident a quarantined row stands for cannot be known.
    """
    result = Settlement({}, {}, {})
    for kind in form.kinds:
        before, judgement = current.get(kind.kind, {}), judged[kind.kind]
        ordinal = kind.mode == "ordinal"
        if ordinal:
            _check_places(before, judgement)
        new = {(c.row.uid if ordinal else c.rec.key): c.rec for c in judgement.accepted}
        held_back = {(c.row.uid if ordinal else c.rec.key) for c in judgement.bad}
        gone = _gone(form, before, new, held_back, judgement)
        after = {slot: rec for slot, rec in before.items() if slot not in gone} | new
        result.current[kind.kind] = after
        result.pending[kind.kind] = held_back & after.keys()
        result.changes[kind.kind] = _changes(before, after) if ordinal else _changes_by_key(before, new, gone)
    return result


def _gone(form: Form, before: Slots, new: Slots, held_back: set[Any], judgement: Judgement) -> set[Any]:
    missing = before.keys() - new.keys() - held_back
    if form.mode == "full":
        return missing
    if form.mode == "append" or not new:
        return set()
    dates = [rec.values[form.window_column] for rec in new.values()]
    low, high = min(dates), max(dates)
    _check_edges(form, judgement, low, high)
    return {slot for slot in missing if low <= before[slot].values[form.window_column] <= high}


def _check_edges(form: Form, judgement: Judgement, low: Any, high: Any) -> None:
    """A quarantined record with a true date must not be the first or last of its window."""
    bad = [c for c in (*judgement.bad, *judgement.unkeyed) if not any(f.fact == "at" for f in c.row.faults)]
    outside = [c.row.uid for c in bad if not low <= c.rec.values[form.window_column] <= high]
    if outside:
        raise AmbiguousPlanError(outside)


def _check_places(before: Slots, judgement: Judgement) -> None:
    """Without ids, a quarantined row's place among its incident's rows must follow from the others."""
    bad: dict[Any, set[int]] = defaultdict(set)
    for c in judgement.bad:
        bad[c.rec.key].add(c.row.uid)
    left: dict[Any, Counter[Any]] = defaultdict(Counter)
    own: dict[Any, Counter[Any]] = defaultdict(Counter)
    for uid, rec in before.items() if bad else ():
        if rec.key in bad:
            left[rec.key][_content(rec)] += 1
            own[rec.key][_content(rec)] += uid in bad[rec.key]
    fresh: dict[Any, Counter[Any]] = defaultdict(Counter)
    for c in judgement.accepted if bad else ():
        if c.rec.key in bad:
            fresh[c.rec.key][_content(c.rec)] += 1
    for key, uids in bad.items():
        mine = +own[key]
        if mine != left[key] - fresh[key] or (mine and fresh[key] - left[key]):
            raise AmbiguousPlanError(uids)


def _content(rec: Rec) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(rec.values.items(), key=lambda item: item[0]))


def _changes_by_key(before: Slots, new: Slots, gone: set[Any]) -> dict[str, int]:
    both = ((before[slot], rec) for slot, rec in new.items() if slot in before)
    updates = sum(old is not rec and old.values != rec.values for old, rec in both)
    return {"insert": len(new.keys() - before.keys()), "update": updates, "delete": len(gone)}


def _changes(before: Slots, after: Slots) -> dict[str, int]:
    """The smallest number of changes that leads from one multiset of records to the other, key by key."""
    left: dict[Any, Counter[Any]] = defaultdict(Counter)
    right: dict[Any, Counter[Any]] = defaultdict(Counter)
    for slots, others, side in ((before, after, left), (after, before, right)):
        for slot, rec in slots.items():
            if others.get(slot) is not rec:
                side[rec.key][_content(rec)] += 1
    found = {"insert": 0, "update": 0, "delete": 0}
    for key in left.keys() | right.keys():
        old, new = (left[key] - right[key]).total(), (right[key] - left[key]).total()
        found["update"] += min(old, new)
        found["insert"] += max(0, new - old)
        found["delete"] += max(0, old - new)
    return found
