"""The truth beside the deliveries, as files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from simulator.delivery import Delivery
from simulator.events import History
from simulator.forms import Form, Rec
from simulator.population import Person, Population
from simulator.sending import Sender


def instant(moment: datetime) -> str:
    """An instant in UTC, ISO form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_json(path: Path, value: dict[str, Any] | list[Any]) -> None:
    """One JSON file, an element or key a line; the same bytes for the same value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(value, list):
        text = "[\n" + ",\n".join(_json(element) for element in value) + "\n]\n"
    else:
        text = "{\n" + ",\n".join(f"{_json(key)}: {_json(element)}" for key, element in sorted(value.items())) + "\n}\n"
    path.write_text(text, encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep="T")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def delivery_truth(number: int, file: str, delivery: Delivery) -> dict[str, Any]:
    """What must become of one delivery. ``row_number`` counts data rows from 1, ``record_no`` groups within a row."""
    kinds = {
        kind: {"accepted": accepted, **delivery.changes[kind]} for kind, accepted in sorted(delivery.accepted.items())
    }
    return {
        "n": number, "feed_id": delivery.planned.feed_id, "file": file, "known_at": instant(delivery.known_at),
        "planned": delivery.planned.kind, "overtaken": delivery.planned.overtaken, "state": delivery.state,
        "reason": delivery.reason, "rows": delivery.rows, "kinds": kinds,
        "quarantined": [asdict(q) for q in delivery.quarantined], "harmless": delivery.harmless,
    }  # fmt: skip


def current_truth(form: Form, sender: Sender) -> dict[str, Any]:
    """Per kind: the columns, one row of values per current record (with its key first), and keys waiting for correction.

    Times are wall-clock times of the place.
    """
    found = {}
    for kind in form.kinds:
        slots = sender.current.get(kind.kind, {})
        columns = sorted(kind.columns)
        rows = [[list(rec.key or ()), *(rec.values[c] for c in columns)] for rec in slots.values()]
        waiting = [list(slots[slot].key or ()) for slot in sender.pending.get(kind.kind, set())]
        found[kind.kind] = {
            "columns": ["key", *columns],
            "rows": sorted(rows, key=_json),
            "pending": sorted(waiting),
        }
    return found


def write_people(path: Path, population: Population) -> None:
    """``people.csv``: everybody as they truly are."""
    names = [field.name for field in fields(Person) if field.name != "risk"]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([getattr(person, name) for name in names] for person in population.people)


def write_mentions(path: Path, numbered: Iterable[tuple[int, Delivery]]) -> None:
    """``mentions.csv``: the person behind each record, at the place where it first stood in a file."""
    seen: set[tuple[Any, ...]] = set()
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("feed_id", "kind", "source_key", "row_id", "first_n", "row_number", "record_no", "person_id"))
        for number, delivery in numbered:
            for at, row in enumerate(delivery.sent, start=1):
                for rec in row.line.recs if not row.extra else ():
                    mark = (delivery.planned.feed_id, rec.kind, row.uid, rec.no)
                    if rec.person and rec.key and mark not in seen:
                        seen.add(mark)
                        writer.writerow((*mark[:2], _key(rec), row.uid, number, at, rec.no, rec.person))


def _key(rec: Rec) -> str:
    return "|".join(rec.key or ())


def intervention_truth(history: History) -> dict[str, Any]:
    """The planted change, and what truly happened before and after it."""
    planted = history.intervention
    shootings = history.shootings[planted.jurisdiction_id]
    before = [s for s in shootings if s.at.date() < planted.on]
    after = [s for s in shootings if s.at.date() >= planted.on]
    return {
        "jurisdiction_id": planted.jurisdiction_id, "on": planted.on, "multiplier": planted.multiplier,
        "incidents_before": len(before), "incidents_after": len(after),
        "victims_before": sum(len(s.victims) for s in before), "victims_after": sum(len(s.victims) for s in after),
    }  # fmt: skip
