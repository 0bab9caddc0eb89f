"""Named transitions: the moments between which a kill must not lose or double anything.

A test (or a drill) names one in ``NNSC_KILL_AT`` and the process ends there as SIGKILL would end it.
"""

from __future__ import annotations

import os
import signal

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
    """Mark a transition; ends the process at once when a drill asked for it."""
    if os.environ.get("NNSC_KILL_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
