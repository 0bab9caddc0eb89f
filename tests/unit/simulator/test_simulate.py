"""A simulated world: the same bytes for the same seed, everything in it that it promises, and nothing it must not know."""

from __future__ import annotations

import ast
import csv
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.agencies import AGENCIES, FORMS
from simulator.api import SimulationError, deliver, simulate
from simulator.events import make_history
from simulator.faults import MAKERS
from simulator.places import RIVERMOUTH
from simulator.plan import MISHAPS
from simulator.population import make_population

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "world"
    simulate(out, seed=7, people=4000, months=8)
    return out


def truth(world: Path, name: str) -> Any:
    return json.loads((world / "truth" / name).read_text(encoding="utf-8"))


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_one_seed_is_one_world_byte_for_byte(tmp_path: Path) -> None:
    for name in ("one", "same"):
        simulate(tmp_path / name, seed=11, people=600, months=2)
    simulate(tmp_path / "other", seed=12, people=600, months=2)
    assert digest(tmp_path / "one") == digest(tmp_path / "same")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")


def test_every_mishap_and_every_fault_occurs(world: Path) -> None:
    deliveries = truth(world, "deliveries.json")
    wanted = {kind for kinds in MISHAPS.values() for kind in kinds} - {"revert"} | {
        "wrong_export",
        "taken_back",
        "regular",
    }
    assert {d["planned"] for d in deliveries} == wanted
    reasons = {d["reason"] for d in deliveries}
    assert reasons == {
        None, "empty_file", "unreadable", "unknown_headings", "missing_headings", "row_floor", "quarantine_limit",
    }  # fmt: skip
    planted = {label for d in deliveries for q in d["quarantined"] for label in q["faults"]}
    offered = {label for form in FORMS.values() for label in form.faults}
    assert offered <= MAKERS.keys()
    assert planted >= offered - {"blank_number"}, "a shooting feed's number is its case: the label is blank_case"
    harmless = {label for d in deliveries for label in d["harmless"]}
    assert harmless == {"stray_blanks", "null_marker", "flag_case", "spreadsheet_number", "identical_duplicate"}
    assert any(len(q["faults"]) > 1 for d in deliveries for q in d["quarantined"])


def test_quarantine_stays_under_the_limit_but_for_the_planted_batch(world: Path) -> None:
    for d in truth(world, "deliveries.json"):
        bad = Counter(q["kind"] for q in d["quarantined"])
        for kind, counts in d["kinds"].items():
            total = counts["accepted"] + bad[kind]
            assert total < 20 or bad[kind] / total <= 0.1, (d["file"], kind)


def test_sent_again_means_the_same_bytes(world: Path) -> None:
    schedule = json.loads((world / "schedule.json").read_text())
    files = {entry["n"]: (world / entry["file"]).read_bytes() for entry in schedule}
    again = [entry for entry in schedule if entry["content_of"] is not None]
    assert len(again) >= 3
    assert all(files[entry["n"]] == files[entry["content_of"]] for entry in again)
    names = Counter((entry["feed_id"], Path(entry["file"]).name) for entry in schedule)
    assert set(names.values()) == {1}
    late = [e for e in schedule if any(o["n"] < e["n"] and o["known_at"] > e["known_at"] for o in of_feed(schedule, e))]
    assert late, "no delivery is overtaken"


def of_feed(schedule: list[dict[str, Any]], entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [other for other in schedule if other["feed_id"] == entry["feed_id"]]


def test_a_revert_restores_every_record(world: Path) -> None:
    by_feed = defaultdict(list)
    for d in sorted(truth(world, "deliveries.json"), key=lambda d: d["known_at"]):
        by_feed[d["feed_id"]].append(d)
    seen = 0
    for entries in by_feed.values():
        for wrong, back in pairwise(entries):
            if wrong["planned"] == "wrong_export":
                seen += 1
                for kind, there in wrong["kinds"].items():
                    here = back["kinds"][kind]
                    assert (here["insert"], here["update"], here["delete"]) == (
                        there["delete"], there["update"], there["insert"],
                    )  # fmt: skip
    assert seen == 3


def test_last_full_file_is_what_is_current(world: Path) -> None:
    """Counted by the csv module: rows of the last applied full file = current + quarantined - pending (unique keys)."""
    feed_id = "sim_mx_bajio/arrest"
    applied = [d for d in truth(world, "deliveries.json") if d["feed_id"] == feed_id and d["state"] == "applied"]
    last = max(applied, key=lambda d: d["known_at"])
    text = (world / last["file"]).read_bytes().decode("cp1252")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    ids = {row[0].strip() for row in rows[1:] if len(row) == len(rows[0]) and row[0].strip() not in ("", "S/D")}
    current = truth(world, "current.json")[feed_id]["arrest"]
    never_good = {
        row for q in last["quarantined"] if q["kind"] == "arrest" for row in (rows[q["row_number"]][0].strip(),)
    }
    assert {row[0][0] for row in current["rows"]} <= ids
    assert ids - {row[0][0] for row in current["rows"]} <= never_good
    assert len(rows) - 1 == last["rows"]


def test_violence_is_concentrated_and_the_same_people_meet_several_agencies(world: Path) -> None:
    with (world / "truth" / "mentions.csv").open(encoding="utf-8") as lines:
        mentions = list(csv.DictReader(lines))
    shot = Counter(m["person_id"] for m in mentions if m["kind"].startswith("shooting"))
    people = sum(1 for _ in (world / "truth" / "people.csv").open(encoding="utf-8")) - 1
    top = sum(n for _, n in shot.most_common(people // 20))
    assert top / shot.total() >= 0.6, "the top 5% of people must hold most mentions in shootings"
    places = defaultdict(set)
    for mention in mentions:
        places[mention["person_id"]].add(mention["feed_id"].partition("/")[0])
    assert sum(len(found) > 1 for found in places.values()) >= 20


def test_twins_seniors_groups_and_spanish_names(world: Path) -> None:
    with (world / "truth" / "people.csv").open(encoding="utf-8") as lines:
        people = {p["person_id"]: p for p in csv.DictReader(lines)}
    twins = [p for p in people.values() if p["twin_of"]]
    assert twins
    assert all(p["birth"] == people[p["twin_of"]]["birth"] for p in twins)
    assert all(p["first"] != people[p["twin_of"]]["first"] for p in twins)
    juniors = [p for p in people.values() if p["parent"]]
    assert juniors
    assert all((p["first"], p["last"]) == (people[p["parent"]]["first"], people[p["parent"]]["last"]) for p in juniors)
    members = sum(bool(p["group"]) for p in people.values())
    assert 0.04 <= members / len(people) <= 0.09
    mexican = [p for p in people.values() if p["home"] == "sim_mx_bajio"]
    assert all(p["second"] for p in mexican)
    assert any(" " in p["last"] for p in mexican), "no particles"
    assert any(not p["last"].isascii() for p in mexican)


def test_the_planted_change_is_there(world: Path) -> None:
    planted = truth(world, "intervention.json")
    assert (planted["jurisdiction_id"], planted["on"], planted["multiplier"]) == (RIVERMOUTH, "2025-05-01", 0.65)
    start, end = date(2025, 1, 1), date(2026, 1, 1)
    counts: Counter[tuple[str, bool]] = Counter()
    for seed in range(6):
        history = make_history(seed, make_population(seed, 4000, start), start, end)
        for place, shootings in history.shootings.items():
            counts.update((place, s.at.date() >= history.intervention.on) for s in shootings)
    change = {place: counts[place, True] / counts[place, False] * 181 / 184 for place in AGENCIES}
    others = sum(change[place] for place in AGENCIES if place != RIVERMOUTH) / 3
    assert change[RIVERMOUTH] / others == pytest.approx(0.65, abs=0.09)


def test_files_are_as_the_agencies_write_them(world: Path) -> None:
    seen = {}
    for entry in truth(world, "deliveries.json"):
        if entry["state"] == "applied" and entry["rows"]:
            seen[entry["feed_id"]] = (world / entry["file"]).read_bytes()
    assert seen["sim_mx_bajio/shooting"].startswith(b"\xef\xbb\xbfcarpeta;")
    assert "edad_años".encode("cp1252") in seen["sim_mx_bajio/arrest"].splitlines()[0]
    assert gzip.decompress(seen["sim_us_oh_millbrook/arrest"]).startswith(b"BookingNum,")
    assert seen["sim_us_tx_lagrange/arrest"].startswith(b"ARREST_ID|")
    assert seen["sim_us_ca_rivermouth/arrest"].startswith(b"Arrest No,"), "the new records system writes other headings"


def test_deliver_is_atomic_ordered_and_repeatable(world: Path, tmp_path: Path) -> None:
    schedule = json.loads((world / "schedule.json").read_text())
    first = deliver(world, tmp_path, until=5)
    assert [Path(path).name for path in first] == [Path(entry["file"]).name for entry in schedule[:5]]
    assert deliver(world, tmp_path, until=5) == []
    assert len(deliver(world, tmp_path)) == len(schedule) - 5
    assert not list(tmp_path.rglob("*.tmp"))
    Path(first[0]).write_bytes(b"other")
    with pytest.raises(SimulationError, match="something else"):
        deliver(world, tmp_path)


@pytest.mark.parametrize("wrong", [{"people": 10}, {"months": 0}, {"start": date(2025, 1, 15)}])
def test_impossible_worlds_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(SimulationError, match="at least 100 people"):
        simulate(tmp_path / "w", **{"seed": 1, "people": 200, "months": 1, **wrong})


def test_a_world_is_not_written_over_another(world: Path) -> None:
    with pytest.raises(SimulationError, match="name an empty folder"):
        simulate(world, seed=7, people=4000, months=8)


def test_the_simulator_imports_nothing_of_what_it_judges() -> None:
    forbidden = {"feeds", "ingest", "connectors", "warehouse", "settings", "commands", "cli"}
    for path in (PROJECT / "src" / "simulator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.partition(".")[0] for name in names} & forbidden, path.name
