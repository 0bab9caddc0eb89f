"""Incremental builds equal a full refresh, whatever is delivered, corrected, taken back or late."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as rules

from support.engines import contents, differences, made_anew, models_only
from support.sequences import Deliveries, Step, steps
from support.warehouse_truth import fold
from support.warehouse_world import SHOOTINGS, World, copy_of
from warehouse import api
from warehouse import transform as transforming

from .test_warehouse_history import FOLDED, versions

#: Every sort of trouble in one feed: corrected twice, reverted, deleted, late before all of it, and one taken back.
TROUBLE = [
    Step(SHOOTINGS, wants=((0, "correct", "ROBBERY"), (1, "correct", "ROBBERY"), (2, "correct", "ROBBERY"))),
    Step(SHOOTINGS, wants=((0, "correct", "MURDER"), (1, "correct", "MURDER"), (2, "mark", ""))),
    Step(SHOOTINGS, wants=((0, "correct", "Zoning"), (1, "revert", ""), (2, "delete", ""))),
    Step(SHOOTINGS, back=2, wants=((0, "delete", ""), (2, "correct", "Zoning"), (3, "correct", "MURDER"))),
    Step(SHOOTINGS, back=1, withdraw=True, wants=((0, "clear", ""),)),
]


def run(world: World, sequence: list[Step]) -> Deliveries:
    """Load and transform after each step; at the end everything equals a walk by hand and a full refresh."""
    deliveries = Deliveries(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transforming, "run_dbt", models_only)
        for step in sequence:
            deliveries.take(step)
            api.load(world.settings, world.active)
            api.transform(world.settings)
    for kind, content in FOLDED.items():
        assert versions(world.settings, kind, content) == fold(world.active, kind, content)
    incremental = contents(world.settings)
    made_anew(world.settings)
    assert differences(incremental, contents(world.settings)) == {}
    return deliveries


@pytest.mark.slow
@given(sequence=steps(4))
@example(sequence=TROUBLE)
@rules(max_examples=7, deadline=None, derandomize=True, database=None)
def test_incremental_equals_a_full_refresh(built_once: World, sequence: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(copy_of(built_once, Path(folder) / "home"), sequence)


def test_the_troubled_sequence_holds_every_trouble(world: World) -> None:
    """Nothing is built: only that the sequence above is what it says."""
    deliveries = Deliveries(world)
    for step in TROUBLE:
        deliveries.take(step)
    assert deliveries.seen >= {"out of order", "withdrawn", "delete", "mark", "revert", "correction of a correction"}
