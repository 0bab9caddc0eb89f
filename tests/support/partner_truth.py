"""The simulator's books about violence between partners, as pandas reads them: what must be current, and what follows."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from simulator.places import MILLBROOK

EVENTS, NOTICES = f"{MILLBROOK}/ipv_event", f"{MILLBROOK}/ipvi_notice"


def records(truth: Path, feed_id: str, kind: str) -> pd.DataFrame:
    """The records of a kind that must be current; those whose newest row waits for a correction say ``pending``."""
    told = json.loads((truth / "current.json").read_text())[feed_id][kind]
    found = pd.DataFrame(told["rows"], columns=told["columns"])
    found["pending"] = [key in told["pending"] for key in found["key"]]
    return found
