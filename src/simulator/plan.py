"""When each agency sends what: one regular file a month, and between them everything that goes wrong with files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulator.departments import CA_STATE, OH_STATE
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
    f"{CA_STATE}/incidents": ("repeat", "unknown_heading"),
    f"{CA_STATE}/stays": ("truncated", "late"),
    f"{CA_STATE}/census": ("quarantine_limit", "late"),
    f"{OH_STATE}/incidents": ("revert", "empty"),
    f"{OH_STATE}/population": ("resent", "header_only", "broken_archive"),
    f"{RIVERMOUTH}/probation": ("new_layout", "missing_heading"),
    f"{BAJIO}/probation": ("republished", "wrong_layout"),
    f"{BAJIO}/violations": ("header_only", "unreadable", "late"),
    f"{MILLBROOK}/group_roster": (),
    f"{MILLBROOK}/group_relation": (),
    f"{MILLBROOK}/engagement": (),
    f"{MILLBROOK}/incident_review": (),
    f"{MILLBROOK}/service_referral": (),
    f"{MILLBROOK}/ipv_event": (),
    f"{MILLBROOK}/ipvi_notice": (),
    f"{RIVERMOUTH}/calls": ("repeat",),
    f"{MILLBROOK}/legitimacy_survey": (),
    f"{MILLBROOK}/enforcement_action": (),
    f"{OH_STATE}/movements": ("repeat", "unknown_heading"),
}
#: How many regular files a feed sends at most, however long the story; others send one a month.
AT_MOST: dict[str, int] = {
    f"{CA_STATE}/incidents": 6, f"{CA_STATE}/stays": 4, f"{CA_STATE}/census": 4, f"{OH_STATE}/incidents": 6,
    f"{OH_STATE}/population": 12, f"{RIVERMOUTH}/probation": 4, f"{BAJIO}/probation": 4, f"{BAJIO}/violations": 6, f"{RIVERMOUTH}/calls": 4,
    f"{OH_STATE}/movements": 4,
}  # fmt: skip
#: Lists that an office sends twice in a story, however long: each replaces the one before.
TWICE = tuple(f"{MILLBROOK}/{name}" for name in (
    "group_roster", "group_relation", "engagement", "incident_review", "service_referral", "ipv_event", "ipvi_notice",
    "legitimacy_survey",
    "enforcement_action",
))  # fmt: skip
#: A window of that feed must reach back to the file before.
LONGEST_STEP = 3
#: Feeds whose files are about one day.
SNAPSHOTS = (f"{OH_STATE}/population",)
#: What stands in ``truth/deliveries.json`` about a delivery that is nothing special.
REGULAR = "regular"


@dataclass(frozen=True)
class Planned:
    """One delivery to come: ``kind`` is ``regular`` or the mishap; ``overtaken`` arrives after its successor."""

    feed_id: str
    day: date
    kind: str
    overtaken: bool = False
    #: The day that the file is about, where its form tells one.
    about: date | None = None


def month_after(start: date, months: int) -> date:
    """The same day that many months later."""
    months += start.month - 1
    return date(start.year + months // 12, months % 12 + 1, start.day)


def plan(seed: int, feed_id: str, start: date, months: int) -> list[Planned]:
    """The deliveries of one feed, by day. A regular file is dated the first day of the month after those it is about."""
    rng = Random(f"{seed}/plan/{feed_id}")
    step = min(LONGEST_STEP, -(-months // AT_MOST.get(feed_id, months)))
    step = -(-months // 2) if feed_id in TWICE else step
    regular = [month_after(start, number) for number in range(months, 0, -step)][::-1]
    months = len(regular)
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
        about = first - timedelta(days=rng.randrange(2, 12)) if feed_id in SNAPSHOTS else None
        found.append(Planned(feed_id, first, REGULAR, about=about))
        found += [
            Planned(feed_id, first + timedelta(days=d), kind, kind == "late", about)
            for d, kind in zip(days, kinds, strict=True)
        ]
    return found


def _late_last(kinds: list[str]) -> list[str]:
    """A file that is overtaken is overtaken by the next regular one."""
    return [kind for kind in kinds if kind != "late"] + [kind for kind in kinds if kind == "late"]
