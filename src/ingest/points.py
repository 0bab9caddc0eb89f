"""Named transitions: the moments between which a kill must not lose or double anything.

A test (or a drill) names one in ``DRILL_KILL_AT`` and the process ends there as SIGKILL would end it.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

#: Every transition of a delivery, in order.
POINTS = (
    "landing.written",
    "landing.recorded",
    "parse.read",
    "parse.mapped",
    "parse.judged",
    "parse.stored",
    "changes.written",
    "changes.before_commit",
    "changes.committed",
    "receipt.written",
)


def reached(point: str) -> None:
    """Mark a transition; ends the process at once when a drill asked for it.

    ``DRILL_KILL_AT`` names one or more points (separated by commas). Where ``DRILL_KILL_ONCE`` names a folder, each
    point ends only one process, and leaves a file there.
    """
    wanted = os.environ.get("DRILL_KILL_AT")
    if wanted is None or point not in wanted.split(","):
        return
    once = os.environ.get("DRILL_KILL_ONCE")
    if once is not None:
        try:
            Path(once, point).touch(exist_ok=False)
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
