"""Eight processes, one SQLite ledger: no lock error, nothing lost, nothing doubled."""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable

import pytest

from ingest.api import active_change_sets, current_records, drain, fetch, outcomes
from ingest.gx import session
from ingest.ledger import LeaseBusy, lease
from settings import Settings
from support.world import ARREST, drop, rows, write_feed

#: Of each process's deliveries every ``APPLIED``-th is a file of records. All others are no text, so that the ledger's own
#: work, which is what the processes do to each other, is nearly all there is to do: judging records takes ten times as long.
PROCESSES, DELIVERIES, APPLIED = 8, 100, 5


def in_children(count: int, work: Callable[[int], None]) -> None:
    """Run ``work(number)`` in forked children at once; all must end well."""
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            try:
                work(number)
                os._exit(0)
            except BaseException:  # a child must never return into the test runner
                traceback.print_exc()
                os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * count


def feed_of(number: int) -> str:
    return f"us_test/arrest{number}"


def prepare(settings: Settings, text: str) -> None:
    for number in range(PROCESSES):
        write_feed(settings, feed_of(number), text.replace("us_test/arrest", feed_of(number)))


@pytest.mark.slow
def test_eight_processes_land_and_judge_a_hundred_deliveries_each(settings: Settings) -> None:
    prepare(settings, ARREST.replace("mode: full", "mode: append"))
    session()

    def work(number: int) -> None:
        told = []
        for delivery in range(DELIVERIES):
            # no two processes apply at the same place in their turn
            is_text = (delivery + number) % APPLIED == 0
            data = rows(f"{number}-{delivery},2024-01-02,30") if is_text else f"{number}-{delivery}\0"
            drop(settings, f"f{delivery:03}.csv", data, feed_of(number))
            told.append(("applied", 1) if is_text else ("refused", 0))
            fetch(settings, feed_of(number))
            if len(told) == APPLIED:
                found = [(o.state, o.inserted) for o in drain(settings, feed_of(number)).deliveries]
                assert sorted(found) == sorted(told)
                told = []

    in_children(PROCESSES, work)
    found = outcomes(settings)
    assert Counter(o.feed_id for o in found) == {feed_of(n): DELIVERIES for n in range(PROCESSES)}
    assert {o.reason for o in found if o.state == "refused"} == {"unreadable"}
    sets = active_change_sets(settings)
    assert len({s.load_seq for s in sets}) == len(sets) == PROCESSES * DELIVERIES // APPLIED
    for number in range(PROCESSES):
        records = current_records(settings, feed_of(number), "arrest")
        assert {r["arrest_id"] for r in records} == {
            f"{number}-{d}" for d in range(DELIVERIES) if (d + number) % APPLIED == 0
        }


def test_two_processes_do_not_work_on_one_feed_at_once(settings: Settings) -> None:
    feed_id = write_feed(settings)
    with lease(settings, feed_id), pytest.raises(LeaseBusy, match="is being worked on by"):
        drain(settings, feed_id)
    assert drain(settings, feed_id).deliveries == []


def test_a_lease_of_a_dead_process_is_taken_over_at_once(settings: Settings) -> None:
    feed_id = write_feed(settings)

    def die_holding(number: int) -> None:
        lease(settings, feed_id).__enter__()

    in_children(1, die_holding)
    assert drain(settings, feed_id).deliveries == []
