"""Incremental builds equal a full refresh, whatever is delivered, corrected, taken back or late."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.engines import contents, differences, made_anew
from support.sequences import Deliveries, Step, drawn
from support.warehouse_truth import fold
from support.warehouse_world import SHOOTINGS, World, make_world
from warehouse import api

from .test_warehouse_history import FOLDED, versions

#: Every sort of trouble in one feed: corrected twice, reverted, deleted, late before all of it, and one taken back.
TROUBLE = [
    Step(SHOOTINGS, wants=((0, "correct", "ROBBERY"), (1, "correct", "ROBBERY"), (2, "correct", "ROBBERY"))),
    Step(SHOOTINGS, wants=((0, "correct", "MURDER"), (1, "correct", "MURDER"), (2, "mark", ""))),
    Step(SHOOTINGS, wants=((0, "correct", "Zoning"), (1, "revert", ""), (2, "delete", ""))),
    Step(SHOOTINGS, back=2, wants=((0, "delete", ""), (2, "correct", "Zoning"), (3, "correct", "MURDER"))),
    Step(SHOOTINGS, back=1, withdraw=True, wants=((0, "clear", ""),)),
]
#: Random sequences besides the troubled one. Each run of dbt takes ten seconds of a processor and each full refresh
#: twenty: two sequences of six deliveries, two a run, have late ones and withdrawals (asserted below).
DRAWN = (5, 10)
LENGTH, AT_ONCE = 6, 2


def run(world: World, sequence: list[Step], at_once: int = 1) -> None:
    """Load and transform after each so many steps, equal to a walk by hand; at the end everything equals a full refresh."""
    deliveries = Deliveries(world)
    for first in range(0, len(sequence), at_once):
        for step in sequence[first : first + at_once]:
            deliveries.take(step)
        api.load(world.settings, world.active)
        api.transform(world.settings)
        for kind, content in FOLDED.items():
            assert versions(world.settings, kind, content) == fold(world.active, kind, content)
    incremental = contents(world.settings)
    made_anew(world.settings)
    assert differences(incremental, contents(world.settings)) == {}


@pytest.mark.slow
@pytest.mark.usefixtures("without_data_tests")
def test_incremental_equals_a_full_refresh_after_every_trouble(built: World) -> None:
    run(built, TROUBLE)


@pytest.mark.slow
@pytest.mark.usefixtures("without_data_tests")
@pytest.mark.parametrize("seed", DRAWN)
def test_incremental_equals_a_full_refresh_of_random_deliveries(built: World, seed: int) -> None:
    run(built, drawn(seed, LENGTH), AT_ONCE)


def test_the_troubled_sequence_holds_every_trouble(world: World) -> None:
    """Nothing is built: only that the sequence above is what it says."""
    deliveries = Deliveries(world)
    for step in TROUBLE:
        deliveries.take(step)
    assert deliveries.seen >= {"out of order", "withdrawn", "delete", "mark", "revert", "correction of a correction"}


def test_the_random_sequences_hold_trouble_too(tmp_path: Path) -> None:
    seen: set[str] = set()
    for seed in DRAWN:
        deliveries = Deliveries(make_world(tmp_path / str(seed)))
        for step in drawn(seed, LENGTH):
            deliveries.take(step)
        assert len({feed_id for feed_id, made in deliveries.made.items() if made}) > 1, seed
        assert "out of order" in deliveries.seen, seed
        seen |= deliveries.seen
    assert seen >= {"withdrawn", "delete", "mark", "clear", "correction of a correction"}
