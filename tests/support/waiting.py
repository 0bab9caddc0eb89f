"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def wait_for(what: Callable[[], Any], seconds: float = 180) -> Any:
    """The first true answer.

    Raises:
        AssertionError: time is up.
    """
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "time is up"
        time.sleep(0.05)
    return found
