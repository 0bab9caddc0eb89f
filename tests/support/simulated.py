"""The simulated world that several files of tests ask about: written and taken in once a run, then copied."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.api import drain, fetch
from settings import Settings, load_settings
from simulator.agencies import FORMS
from simulator.api import deliver, simulate
from support.templates import template

#: Small, and nearly every feed delivers; the oracle's first seed, twice as large, has neither referrals nor enforcement.
SEED, PEOPLE, MONTHS = 3, 600, 2


def take_in(settings: Settings, feeds: set[str]) -> None:
    """What the feed DAGs do, one feed after the other."""
    for feed_id in sorted(feeds):
        fetch(settings, feed_id)
        drain(settings, feed_id)


def taken_in(home: Path) -> tuple[Path, Settings]:
    """The world's folder with its truth (to be read only), and an installation of one's own that took all of it in."""

    def make(folder: Path) -> Path:
        world, settings = folder / "world", load_settings(home=folder / "home")
        simulate(world, seed=SEED, people=PEOPLE, months=MONTHS)
        deliver(world, settings.buckets)
        take_in(settings, set(FORMS))
        return folder

    folder = template("simulated", make)
    shutil.copytree(folder / "home", home)
    return folder / "world", load_settings(home=home)
