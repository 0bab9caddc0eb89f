"""Simulated worlds through ingest: accepted, quarantined, held, refused and current records equal the truth exactly."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.api import current_records, outcomes, quarantined
from settings import Settings, load_settings
from simulator.agencies import ENFORCEMENT, FORMS, ZONES
from simulator.api import deliver, simulate
from simulator.places import BAJIO, MILLBROOK
from simulator.plan import MISHAPS
from support.simulated import take_in, taken_in

MOMENTS = ("occurred_at", "arrested_at", "admitted_at", "released_at", "received_at", "moved_at")


def truth_of(world: Path, name: str) -> Any:
    return json.loads((world / "truth" / name).read_text(encoding="utf-8"))


def verdicts(settings: Settings) -> dict[str, Any]:
    """What ingest says of each delivery, by feed and file name, in the truth's words."""
    found = {}
    for outcome in outcomes(settings):
        rows = quarantined(settings, outcome.delivery_id) if outcome.reason != "row_floor" else []
        found[f"{outcome.feed_id}/{outcome.file_name}"] = {
            "state": outcome.state,
            "reason": outcome.reason,
            "accepted": outcome.accepted,
            "changes": (outcome.inserted, outcome.updated, outcome.deleted),
            "quarantined": {(r.row_number, r.record_kind, r.record_no, tuple(sorted(r.rules))) for r in rows},
        }
    return found


def expected_verdicts(world: Path) -> dict[str, Any]:
    found = {}
    for entry in truth_of(world, "deliveries.json"):
        kinds = entry["kinds"].values()
        found[f"{entry['feed_id']}/{Path(entry['file']).name}"] = {
            "state": entry["state"],
            "reason": entry["reason"],
            "accepted": sum(k["accepted"] for k in kinds),
            "changes": tuple(sum(k[op] for k in kinds) for op in ("insert", "update", "delete")),
            "quarantined": {
                (q["row_number"], q["kind"], q["record_no"], tuple(q["rules"])) for q in entry["quarantined"]
            },
        }
    return found


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def check_current(settings: Settings, world: Path, feeds: set[str]) -> None:
    """Every current record of these feeds, value by value; moments as wall clock and as instant."""
    for feed_id, kinds in truth_of(world, "current.json").items():
        if feed_id not in feeds:
            continue
        zone = ZONES[feed_id.partition("/")[0]]
        for kind, expected in kinds.items():
            columns = expected["columns"][1:]
            moments = [c for c in columns if c in MOMENTS]
            records = current_records(settings, feed_id, kind)
            got = Counter(tuple(plain(r[f"{c}_local" if c in moments else c]) for c in columns) for r in records)
            assert got == Counter(tuple(row[1:]) for row in expected["rows"]), f"{feed_id} {kind}"
            for record in records:
                for column in moments:
                    assert record[column] == in_utc(record[f"{column}_local"], zone)


def in_utc(local: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if local is None else local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def world_of(folder: Path, seed: int, people: int = 1200) -> Path:
    """One month with every mishap; two of the first seed, three of every fifth, where corrections reach further back."""
    world = folder / "world"
    simulate(world, seed=seed, people=people, months={1: 2}.get(seed, 3 if seed % 5 == 0 else 1))
    return world


def check_all(settings: Settings, world: Path) -> None:
    """The verdict on every delivery and every current record."""
    got, expected = verdicts(settings), expected_verdicts(world)
    assert got.keys() == expected.keys()
    for name, verdict in expected.items():
        assert got[name] == verdict, name
    check_current(settings, world, set(FORMS))


def test_ingest_agrees_with_the_truth_of_a_small_world(tmp_path: Path) -> None:
    """Two months of almost all feeds, with all that goes wrong in them; tests of the warehouse build on it."""
    world, settings = taken_in(tmp_path / "var")
    told = truth_of(world, "deliveries.json")
    assert set(FORMS) - {entry["feed_id"] for entry in told} <= set(ENFORCEMENT)
    assert {"applied", "held", "refused"} <= {entry["state"] for entry in told}
    check_all(settings, world)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 21))
def test_ingest_agrees_with_the_truth(tmp_path: Path, seed: int) -> None:
    world, settings = world_of(tmp_path, seed), load_settings(home=tmp_path / "var")
    deliver(world, settings.buckets)
    take_in(settings, set(FORMS))
    check_all(settings, world)


@pytest.mark.slow
def test_every_mishap_of_every_feed_happens_in_the_twenty(tmp_path: Path) -> None:
    """Nothing is taken in: only that the worlds hold what their deliveries are to be judged by."""
    met = {
        (entry["feed_id"], entry["planned"])
        for seed in range(1, 21)
        for entry in truth_of(world_of(tmp_path / str(seed), seed), "deliveries.json")
    }
    # a revert is two files under other names
    assert met >= {(feed, what) for feed, told in MISHAPS.items() for what in told if what != "revert"}


def test_files_that_arrive_one_by_one_and_overtaken_end_in_the_same_records(tmp_path: Path) -> None:
    """In the order of arrival, late files behind their successors; known-at order decides all the same."""
    feeds = {f"{MILLBROOK}/arrest", f"{BAJIO}/arrest", *(feed for feed, what in MISHAPS.items() if "late" in what)}
    world, settings = world_of(tmp_path, 1, people=600), load_settings(home=tmp_path / "var")
    truth = [entry for entry in truth_of(world, "deliveries.json") if entry["feed_id"] in feeds]
    late = [entry for entry in truth if entry["overtaken"]]
    assert late
    assert all(any(o["n"] < e["n"] and o["known_at"] > e["known_at"] for o in of_feed(truth, e)) for e in late)
    for entry in truth:
        deliver(world, settings.buckets, until=entry["n"])
        take_in(settings, feeds)
    got = verdicts(settings)
    expected = {name: v for name, v in expected_verdicts(world).items() if name.rpartition("/")[0] in feeds}
    kept = ("state", "reason", "accepted", "quarantined")  # the changes told are those of the moment of arrival
    assert {n: [v[k] for k in kept] for n, v in got.items()} == {n: [v[k] for k in kept] for n, v in expected.items()}
    check_current(settings, world, feeds)


def of_feed(truth: list[dict[str, Any]], entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [other for other in truth if other["feed_id"] == entry["feed_id"]]
