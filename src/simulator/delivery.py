"""One delivery with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from simulator.forms import Form
from simulator.judging import Quarantined, SentRow
from simulator.plan import Planned


@dataclass
class Delivery:
    """One file as sent, with the truth about it. ``rows`` are data rows; ``of`` is the delivery with the same bytes."""

    planned: Planned
    file_name: str
    known_at: datetime
    arrival: datetime
    data: bytes
    state: str
    reason: str | None = None
    rows: int = 0
    accepted: dict[str, int] = field(default_factory=dict)
    changes: dict[str, dict[str, int]] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)
    harmless: dict[str, int] = field(default_factory=dict)
    of: Delivery | None = None
    sent: list[SentRow] = field(default_factory=list)


def end_of_day(day: date, form: Form) -> datetime:
    """The next local midnight, as an instant."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=form.zone)
