"""The demo from beginning to end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from demo.home import demo_settings, wipe
from demo.summary import differences, tell_answers, tell_feeds, tell_marts
from demo.watch import Watch, unexpected
from settings import Settings
from simulator.api import deliver, simulate
from stack.api import down, up
from stack.rest import Rest

Say = Callable[[str], None]
#: Share of the schedule that is delivered before the feeds run for the first time.
_FIRST_ROUND = 0.7
#: The demo's DAG files do not change while it runs.
_REPARSE_SECONDS = 3600


def run_demo(settings: Settings, seed: int, people: int, months: int, say: Say) -> bool:
    """Simulate agencies, run the real DAGs to the end, tell what happened; True when everything went as planted.

    Raises:
        StackError: Airflow could not be started or did not get through in time.
    """
    started, own = time.monotonic(), demo_settings(settings)

    def progress(text: str) -> None:
        say(f"{time.monotonic() - started:4.0f} s  {text}")

    wipe(own)
    world = own.home / "world"
    try:
        problems = _run(own, world, (seed, people, months), progress)
    finally:
        down(own)
    progress("[4/4] Airflow has ended; the publication stays")
    problems += _tell(own, world, say)
    say(f"\nThe demo took {time.monotonic() - started:.0f} s.")
    for problem in problems:
        say(f"NOT AS PLANNED: {problem}")
    return not problems


def _run(settings: Settings, world: Path, size: tuple[int, int, int], say: Say) -> list[str]:
    """Simulate while Airflow starts, then play; returns problems."""
    say(f"[1/4] Simulating agencies while Airflow starts (home: {settings.home})")
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(up, settings, None, lambda text: say(f"  airflow: {text}"), _REPARSE_SECONDS)
        made = simulate(world, *size)
        say(
            f"  {made.people:,} people, {made.months} months, {len(made.feeds)} feeds of 4 agencies: "
            f"{made.deliveries} deliveries with {made.rows:,} rows (seed {made.seed})"
        )
        url = starting.result()
    say(f"  Airflow is ready at {url}")
    with Rest(url) as rest:
        problems = rest.import_errors() + _play(settings, rest, world, made.feeds, say) + unexpected(settings, rest)
        say(f"  {len(rest.task_instances())} tasks, all ended as they should" if not problems else "  NOT AS PLANNED")
    return problems


def _play(settings: Settings, rest: Rest, world: Path, feeds: list[str], say: Say) -> list[str]:
    """Two rounds of deliveries through the feeds' DAGs; the warehouse follows by itself. Returns problems."""
    watch = Watch(settings, rest, say)
    schedule = json.loads((world / "schedule.json").read_text(encoding="utf-8"))
    dags = ["feed__" + feed_id.replace("/", "__") for feed_id in feeds]
    missing = sorted({*dags, "warehouse"} - rest.dag_ids())
    if missing:
        return [f"there is no DAG {dag_id}" for dag_id in missing]
    for number, until in ((1, round(len(schedule) * _FIRST_ROUND)), (2, None)):
        files = deliver(world, settings.buckets, until)
        say(f"[{number + 1}/4] Round {number}: agencies drop {len(files)} files, the feeds' DAGs run")
        watch.feeds({dag_id: rest.trigger(dag_id) for dag_id in dags})
    watch.warehouse_settled()
    return []


def _tell(settings: Settings, world: Path, say: Say) -> list[str]:
    """The summary; returns what differs from the plan."""
    from warehouse.api import pending

    manifest = settings.published / "manifest.json"
    if not manifest.is_file():
        return [f"nothing was published; see {settings.home / 'airflow'}"]
    tell_feeds(settings, say)
    tell_marts(settings, json.loads(manifest.read_text(encoding="utf-8"))["tables"], say)
    tell_answers(settings, say)
    wrong = differences(settings, world)
    if not wrong:
        say("\nEvery delivery ended as the simulator's own books say: state, reason, accepted and quarantined records.")
    left = pending(settings)
    _tell_next(settings, say)
    return wrong + ([f"{left} change sets were not loaded"] if left else [])


def _tell_next(settings: Settings, say: Say) -> None:
    home = settings.home
    say(f"""
Where to look next
  ask a question      .venv/bin/nnsc --home {home} query "select * from marts.mart_ops__feed_freshness"
  quarantine, held    .venv/bin/nnsc --home {home} held
  receipts            {home / "outbox"}
  the truth           {world_truth(home)}
  the Airflow UI      .venv/bin/nnsc --home {home} up   (and: down)
  add a feed          README.md""")


def world_truth(home: Path) -> Path:
    """Where the simulator wrote what is true."""
    return home / "world" / "truth"
