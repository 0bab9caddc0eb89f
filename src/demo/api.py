"""The demo from beginning to end."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from demo.home import demo_settings, wipe
from demo.people import tell_people
from demo.publishers import FILES, TABLES, WAYS, Publishers, running_publishers
from demo.summary import differences, tell_answers, tell_feeds, tell_marts
from demo.watch import LINK, Watch, unexpected
from settings import Settings
from simulator.api import simulate
from simulator.publishing import Publication
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
    with running_publishers(own) as publishers:
        try:
            problems = _run(own, world, (seed, people, months), publishers, progress)
        finally:
            down(own)
    progress("[4/4] Airflow has ended; the publication stays")
    problems += _tell(own, world, publishers.published, say)
    say(f"\nThe demo took {time.monotonic() - started:.0f} s.")
    for problem in problems:
        say(f"NOT AS PLANNED: {problem}")
    return not problems


def _run(settings: Settings, world: Path, size: tuple[int, int, int], publishers: Publishers, say: Say) -> list[str]:
    """Simulate while Airflow starts, then play; returns problems."""
    say(f"[1/4] Simulating agencies while Airflow starts (home: {settings.home})")
    with ThreadPoolExecutor(1) as pool:
        told = partial(_told, say)
        starting = pool.submit(up, settings, None, told, _REPARSE_SECONDS, publishers.connections)
        made = simulate(world, *size)
        say(
            f"  {made.people:,} people, {made.months} months: {made.deliveries} files with {made.rows:,} rows "
            f"(seed {made.seed}); {len(publishers.feeds)} of {len(made.feeds)} feeds take part"
        )
        url = starting.result()
    say(f"  Airflow is ready at {url}")
    with Rest(url) as rest:
        problems = rest.import_errors() + _play(settings, rest, world, publishers, say) + unexpected(settings, rest)
        say(f"  {len(rest.task_instances())} tasks, all ended as they should" if not problems else "  NOT AS PLANNED")
    return problems


def _told(say: Say, text: str) -> None:
    say(f"  airflow: {text}")


def _play(settings: Settings, rest: Rest, world: Path, publishers: Publishers, say: Say) -> list[str]:
    """Two rounds of deliveries through the feeds' DAGs, then the links; the warehouse follows. Returns problems."""
    watch = Watch(settings, rest, say)
    schedule = json.loads((world / "schedule.json").read_text(encoding="utf-8"))
    missing = sorted({*map(_dag, publishers.feeds), "warehouse", LINK} - rest.dag_ids())
    if missing:
        return [f"there is no DAG {dag_id}" for dag_id in missing]
    for number, until in ((1, round(len(schedule) * _FIRST_ROUND)), (2, None)):
        feeds = publishers.deliver(world, until, again=number > 1)
        say(f"[{number + 1}/4] Round {number}: {len(feeds)} feeds deliver, their DAGs run: {_ways(feeds)}")
        watch.feeds({dag_id: rest.trigger(dag_id) for dag_id in map(_dag, feeds)})
    watch.warehouse_settled()
    say("  Records are linked into people; the warehouse takes the links")
    watch.link(rest.trigger(LINK))
    watch.warehouse_settled()
    return []


def _dag(feed_id: str) -> str:
    return "feed__" + feed_id.replace("/", "__")


def _ways(feeds: list[str]) -> str:
    """How many feeds take which way."""
    used = Counter({**FILES, **TABLES}[feed_id] for feed_id in feeds)
    return ", ".join(f"{used[way]} by {WAYS[way]}" for way in WAYS if used[way])


def _tell(settings: Settings, world: Path, published: list[Publication], say: Say) -> list[str]:
    """The summary; returns what differs from the plan."""
    from warehouse.api import pending

    manifest = settings.published / "manifest.json"
    if not manifest.is_file():
        return [f"nothing was published; see {settings.home / 'airflow'}"]
    tell_feeds(settings, {feed_id: WAYS[way] for feed_id, way in {**FILES, **TABLES}.items()}, say)
    tell_marts(settings, json.loads(manifest.read_text(encoding="utf-8"))["tables"], say)
    tell_people(settings, world, say)
    tell_answers(settings, say)
    wrong = differences(settings, world, published)
    if not wrong:
        say("\nEvery delivery ended as the simulator's own books say: state, reason, accepted and quarantined records.")
    left = pending(settings)
    _tell_next(settings, say)
    return wrong + ([f"{left} change sets were not loaded"] if left else [])


def _tell_next(settings: Settings, say: Say) -> None:
    home = settings.home
    say(f"""
Where to look next
  first               export NNSC_HOME={home} NNSC_JURISDICTIONS={settings.jurisdictions}
  ask a question      .venv/bin/nnsc query "select * from marts.mart_ops__feed_freshness"
  quarantine, held    .venv/bin/nnsc held
  receipts            {home / "outbox"}
  the truth           {world_truth(home)}
  the Airflow UI      .venv/bin/nnsc up   (and: down; portals and servers of the agencies have ended)
  add a feed          docs/add-a-feed.md""")


def world_truth(home: Path) -> Path:
    """Where the simulator wrote what is true."""
    return home / "world" / "truth"
