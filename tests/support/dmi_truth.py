"""Calls for service and drug markets as the simulator wrote them down, to compare with the warehouse."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from settings import Settings
from simulator.agencies.calls import ENDS, TYPES
from simulator.places import RIVERMOUTH
from warehouse import api

#: A call as it is compared: local instant, what it was about, how it ended, who began it, where.
Told = Counter[tuple[Any, ...]]


def current(world: Path, feed: str, kind: str) -> pd.DataFrame:
    """Records of a Rivermouth feed that must be current."""
    told = json.loads((world / "world" / "truth" / "current.json").read_text())[f"{RIVERMOUTH}/{feed}"][kind]
    return pd.DataFrame(told["rows"], columns=told["columns"])


def calls_of_the_books(world: Path) -> Told:
    """Current calls by what dispatchers mean, not by what rules read."""
    meant = {text: about or None for about, texts in TYPES.items() for text in texts}
    ended = {text: end for end, text in ENDS.items() if text}
    calls = current(world, "calls", "call_for_service")
    return Counter(
        (str(pd.Timestamp(call.received_at)), meant[call.call_type], ended.get(call.disposition),
         call.is_officer_initiated, None if pd.isna(call.latitude) else call.latitude, call.area_id)
        for call in calls.itertuples()
    )  # fmt: skip


def calls_told(settings: Settings) -> Told:
    """The same of the publication."""
    found = api.query(
        settings,
        "select received_at_local::varchar, call_type_code, disposition_code, is_officer_initiated, latitude, area_id "
        "from core.fct_call_for_service",
    )
    return Counter(map(tuple, found.rows))
