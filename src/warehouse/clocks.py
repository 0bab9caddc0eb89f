"""When clocks are changed: the wall clock times that a zone has twice, and those it never has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1990, 2040
#: (kind, first wall clock time, first one after) of one change.
ClockChange = tuple[str, datetime, datetime]


@lru_cache
def clock_changes(time_zone: str) -> tuple[ClockChange, ...]:
    """The changes of a zone's clocks in these years, in order; times are wall clock without a zone.

    ``repeated``: times that occur twice, because the clock was put back. ``skipped``: times that never occur.
    """
    zone, found = ZoneInfo(time_zone), []
    day, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=1)
        before, after = _offset(zone, day), _offset(zone, following)
        if before != after:
            instant = _moment_of_change(zone, day, following).replace(tzinfo=None)
            first, last = sorted((instant + before, instant + after))
            found.append(("skipped" if after > before else "repeated", first, last))
        day = following
    return tuple(found)


def _moment_of_change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second with the later offset, between two instants with different offsets."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == _offset(zone, low) else (low, middle)
    return high


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
