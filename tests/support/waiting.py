"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Asked first and at the longest (seconds). Who asks Airflow twenty times a second keeps its server from its work: the
#: longer it lasts, the more rarely it is asked.
FIRST, LONGEST = 0.05, 1.0


def wait_for(what: Callable[[], Any], seconds: float = 180, longest: float = LONGEST) -> Any:
    """The first true answer; ``longest`` seconds lie between two questions at most.

    Raises:
        AssertionError: time is up.
    """
    began = time.monotonic()
    while not (found := what()):
        waited = time.monotonic() - began
        assert waited < seconds, "time is up"
        time.sleep(min(max(FIRST, waited / 20), longest))
    return found
