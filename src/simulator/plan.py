"""When each agency sends what: one regular file a month, and between them everything that goes wrong with files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulator.places import BAJIO, LAGRANGE, MILLBROOK, RIVERMOUTH

#: Which mishaps befall which feed. Together they are all that there are.
MISHAPS: dict[str, tuple[str, ...]] = {
    f"{RIVERMOUTH}/arrest": ("new_layout", "quarantine_limit"),
    f"{RIVERMOUTH}/shooting": ("revert", "unknown_heading", "unreadable"),
    f"{MILLBROOK}/arrest": ("header_only", "broken_archive", "late"),
    f"{MILLBROOK}/shooting": ("truncated", "repeat"),
    f"{LAGRANGE}/arrest": ("missing_heading", "header_only", "repeat"),
    f"{LAGRANGE}/shooting": ("republished", "empty", "wrong_layout"),
    f"{BAJIO}/arrest": ("header_only", "revert", "late"),
    f"{BAJIO}/shooting": ("repeat", "unknown_heading"),
}
#: What stands in ``truth/deliveries.json`` about a delivery that is nothing special.
REGULAR = "regular"


@dataclass(frozen=True)
class Planned:
    """One delivery to come: ``kind`` is ``regular`` or the mishap; ``overtaken`` arrives after its successor."""

    feed_id: str
    day: date
    kind: str
    overtaken: bool = False


def month_after(start: date, months: int) -> date:
    """The same day that many months later."""
    months += start.month - 1
    return date(start.year + months // 12, months % 12 + 1, start.day)


def plan(seed: int, feed_id: str, start: date, months: int) -> list[Planned]:
    """The deliveries of one feed, by day. A regular file of a month is dated the first day of the next."""
    rng = Random(f"{seed}/plan/{feed_id}")
    regular = [month_after(start, number) for number in range(1, months + 1)]
    by_month: dict[int, list[str]] = {number: [] for number in range(months)}
    for mishap in MISHAPS[feed_id]:
        number = months - 1 if mishap in ("quarantine_limit", "truncated") else rng.randrange(months)
        if mishap in ("late", "new_layout"):
            number = rng.randrange(max(1, months - 1))
        by_month[number] += ["wrong_export", "taken_back"] if mishap == "revert" else [mishap]
    found = []
    for number, first in enumerate(regular):
        kinds = _late_last(by_month[number])
        days = sorted(rng.sample(range(2, 26), len(kinds)))
        found.append(Planned(feed_id, first, REGULAR))
        found += [
            Planned(feed_id, first + timedelta(days=d), kind, kind == "late")
            for d, kind in zip(days, kinds, strict=True)
        ]
    return found


def _late_last(kinds: list[str]) -> list[str]:
    """A file that is overtaken is overtaken by the next regular one."""
    return [kind for kind in kinds if kind != "late"] + [kind for kind in kinds if kind == "late"]
