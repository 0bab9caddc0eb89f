"""``simulate`` writes a world and its truth; ``deliver`` plays its files into the agencies' buckets."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any

from simulator.agencies import AGENCIES, FORMS
from simulator.agencies.common import Agency
from simulator.call_entries import calls_truth
from simulator.delivery import Delivery
from simulator.desk import Desk
from simulator.entries import Entry, arrest_entries, shooting_entries
from simulator.events import Arrest, History, make_history
from simulator.forms import Form
from simulator.partners import partners_truth
from simulator.plan import month_after, plan
from simulator.population import make_population
from simulator.practice_entries import practice_truth
from simulator.sending import Sender
from simulator.services import make_services
from simulator.survey_entries import survey_truth
from simulator.tallies import pvi_truth, stays_truth, supervision_truth
from simulator.truth import (
    current_truth,
    delivery_truth,
    instant,
    intervention_truth,
    write_json,
    write_mentions,
    write_people,
)

_OUTPUTS = ("deliveries", "truth", "schedule.json", "manifest.json")


class SimulationError(Exception):
    """The simulator was asked for something it cannot do; the message says what to change."""


@dataclass(frozen=True)
class Manifest:
    """What was simulated: the parameters, deliveries and their data rows, bytes, and the feeds."""

    seed: int
    people: int
    months: int
    start: str
    deliveries: int
    rows: int
    bytes: int
    feeds: list[str]


def simulate(out: Path, seed: int, people: int, months: int, start: date = date(2025, 1, 1)) -> Manifest:
    """Write ``out/deliveries``, ``out/schedule.json`` and ``out/truth``: the same bytes for the same arguments.

    ``people`` are those whom events can find, ``months`` of regular deliveries begin with the month after ``start``.

    Raises:
        SimulationError: too few people or months, a start that is not the first of a month, or files are in the way.
    """
    _check(out, people, months, start)
    with _no_collector():
        return _simulate(out, seed, people, months, start)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Hundreds of thousands of small objects, none of them in a cycle: looking for cycles takes a third of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _simulate(out: Path, seed: int, people: int, months: int, start: date) -> Manifest:
    population = make_population(seed, people, start)
    history = make_history(seed, population, start, month_after(start, months))
    told = make_services(seed, population, history, start, months)
    arrests = history.arrests | told.arrests
    senders = [
        sender for agency in AGENCIES.values() for sender in _agency(seed, agency, history, arrests, start, months)
    ]
    senders += [_sent(seed, FORMS[feed_id], entries, start, months) for feed_id, entries in told.entries.items()]
    everything = [delivery for sender in senders for delivery in sender.deliveries]
    ordered = sorted(everything, key=lambda d: (d.arrival, d.planned.feed_id, d.planned.day))
    _write_deliveries(out, ordered)
    _write_truth(out / "truth", senders, ordered)
    write_people(out / "truth" / "people.csv", population)
    write_json(out / "truth" / "intervention.json", intervention_truth(history))
    by_feed = {sender.form.feed_id: sender for sender in senders}
    write_json(out / "truth" / "pvi.json", pvi_truth(told.custody, by_feed))
    write_json(out / "truth" / "stays.json", stays_truth(told.custody))
    write_json(out / "truth" / "supervision.json", supervision_truth(told.supervision, by_feed, start, months))
    write_json(out / "truth" / "practice.json", practice_truth(told.practice, told.enforcement))
    write_json(out / "truth" / "ipv.json", partners_truth(told.partners))
    write_json(out / "truth" / "calls.json", calls_truth(told.calls))
    write_json(out / "truth" / "survey.json", survey_truth(told.survey))
    manifest = Manifest(
        seed, people, months, start.isoformat(), len(ordered), sum(d.rows for d in ordered),
        sum(len(d.data) for d in ordered), sorted(sender.form.feed_id for sender in senders),
    )  # fmt: skip
    write_json(out / "manifest.json", asdict(manifest))
    return manifest


def _check(out: Path, people: int, months: int, start: date) -> None:
    if people < 100 or months < 1 or start.day != 1:
        raise SimulationError(
            f"people={people}, months={months}, start={start}: a world needs at least 100 people, one month, and a start "
            "on the first of a month."
        )
    in_the_way = [name for name in _OUTPUTS if (out / name).exists()]
    if in_the_way:
        raise SimulationError(f"{out} holds {', '.join(in_the_way)} already: name an empty folder, or remove them.")


def _agency(
    seed: int, agency: Agency, history: History, arrested: Mapping[str, list[Arrest]], start: date, months: int
) -> list[Sender]:
    place = agency.place.jurisdiction_id
    shootings, cases = shooting_entries(seed, agency, history.shootings[place])
    arrests = arrest_entries(seed, agency, arrested[place], cases)
    return [
        _sent(seed, form, entries, start, months)
        for form, entries in ((agency.arrest, arrests), (agency.shooting, shootings))
    ]


def _sent(seed: int, form: Form, entries: list[Entry], start: date, months: int) -> Sender:
    sender = Sender(seed, form, Desk(seed, form, entries))
    planned = plan(seed, form.feed_id, start, months)
    for here, following in zip(planned, [*planned[1:], None], strict=True):
        sender.send(here, following.day if following else None)
    return sender


def _place_of(number: int, delivery: Delivery) -> str:
    stamp = delivery.known_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"deliveries/{delivery.planned.feed_id}/{number:04d}_{stamp}/{delivery.file_name}"


def _write_deliveries(out: Path, ordered: list[Delivery]) -> None:
    numbers = {id(delivery): number for number, delivery in enumerate(ordered, start=1)}
    schedule = []
    for number, delivery in enumerate(ordered, start=1):
        file = _place_of(number, delivery)
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        (out / file).write_bytes(delivery.data)
        schedule.append({
            "n": number, "feed_id": delivery.planned.feed_id, "file": file, "known_at": instant(delivery.known_at),
            "arrives_at": instant(delivery.arrival),
            "content_of": numbers[id(delivery.of)] if delivery.of is not None else None,
        })  # fmt: skip
    write_json(out / "schedule.json", schedule)


def _write_truth(truth: Path, senders: list[Sender], ordered: list[Delivery]) -> None:
    numbered = list(enumerate(ordered, start=1))
    write_json(truth / "deliveries.json", [delivery_truth(n, _place_of(n, d), d) for n, d in numbered])
    write_json(truth / "current.json", {s.form.feed_id: current_truth(s.form, s) for s in senders})
    write_mentions(truth / "mentions.csv", numbered)


def deliver(out: Path, buckets: Path, until: int | None = None, feeds: Collection[str] | None = None) -> list[str]:
    """Copy the deliveries, up to the ``until``-th of the schedule, into ``<buckets>/<feed_id>/``; the paths of new files.

    ``feeds`` limits that to some feeds.

    A file appears whole or not at all. One that lies there already is left alone, so that it is not taken for new.

    Raises:
        SimulationError: ``out`` holds no simulated world, or another file of that name lies in the bucket.
    """
    try:
        schedule: list[dict[str, Any]] = json.loads((out / "schedule.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SimulationError(f"{out} holds no schedule.json: run `nnsc simulate --out {out}` first.") from None
    placed = []
    for entry in schedule[:until]:
        if feeds is not None and entry["feed_id"] not in feeds:
            continue
        source = out / entry["file"]
        target = buckets / entry["feed_id"] / source.name
        if target.exists():
            if target.read_bytes() != source.read_bytes():
                raise SimulationError(f"{target} holds something else: deliver another world into another folder.")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.tmp")
        shutil.copyfile(source, unfinished)
        unfinished.replace(target)
        placed.append(str(target))
    return placed
