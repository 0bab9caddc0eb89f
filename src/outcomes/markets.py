"""Displacement around a declared drug market: windows of equal length before and after its notification.

A description, not an evaluation: nothing is registered before, and a market is chosen because it is busy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from outcomes.common import Estimate, NotConverged
from outcomes.displacement import Change, Difference, Quotient, difference, quotient, ratio_of_ratios
from settings import Settings
from warehouse.errors import QueryError
from warehouse.kept import Kept, opened, publication

MART = "marts.mart_dmi__market_month"
#: What may be counted. Arrests are what police do; calls of residents stand first.
MEASURES = ("drug_calls", "disorder_calls", "violence_calls", "shootings", "drug_arrests", "officer_drug_events")
RINGS = ("market", "ring", "comparison")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Displaced:
    """What became of a market and of its ring, beside the rest of the site.

    ``before`` and ``after`` are the first days of the months compared, ``changes`` and ``cells`` by ring. ``ratio`` is
    (market after / before) / (comparison after / before), None where a count is zero. ``weighted`` is in events of the
    market and its ring together; the comparison is divided by ``weight``, its cells by theirs.
    """

    jurisdiction_id: str
    market_id: str
    version: int
    publication_id: int
    measure: str
    notified: date
    before: tuple[date, ...]
    after: tuple[date, ...]
    changes: Mapping[str, Change]
    cells: Mapping[str, int]
    quotient: Quotient
    ratio: Estimate | None
    weight: float
    weighted: Difference


def displaced(
    settings: Settings, place: str, market: str, months: int = 12, measure: str = "drug_calls",
    version: int | None = None,
) -> Displaced:  # fmt: skip
    """Compare the ``months`` months before and after the month of notification, which is left out.

    ``version`` is the drawing (default: the newest).

    Raises:
        NoPublication: nothing was published yet.
        QueryError: there is no such market, drawing or measure, the market was not notified, a month of the windows is
            not whole or not told (the message names the longest windows that are), or the publication has no such mart.
    """
    if measure not in MEASURES:
        raise QueryError(f"{measure!r} is not counted of markets.", f"Use one of {', '.join(MEASURES)}.")
    kept = publication(settings)
    rows = _drawn(_rows(settings, kept), place, market, version)
    notified = rows[0]["notified_month"]
    if notified is None:
        raise QueryError(
            f"The market {market!r} has no day of notification, so there is no before and after.",
            f"Write phases.notified in jurisdictions/{place}/jurisdiction.yml, and build.",
        )
    counts = _counts(rows, measure)
    windows = _windows(counts, notified, months)
    changes = {ring: _change(counts[ring], *windows) for ring in RINGS}
    cells = {row["ring_code"]: int(row["cells"]) for row in rows}
    treated, ring, rest = (changes[name] for name in RINGS)
    weight = cells["comparison"] / max(cells["market"] + cells["ring"], 1) or 1.0
    return Displaced(
        place, market, int(rows[0]["market_version"]), kept.publication_id, measure, notified, *windows, changes, cells,
        quotient(treated, ring, rest), _ratio(treated, rest), weight,
        difference(treated, Change(rest.before, rest.after, weight), ring),
    )  # fmt: skip


def _rows(settings: Settings, kept: Kept) -> list[Row]:
    """The whole mart of a publication (a few rows a month)."""
    if MART not in kept.tables:
        raise QueryError(f"The publication has no {MART}.", "Run `nnsc build`, then this again.")
    with opened(kept, settings.threads) as db:
        cursor = db.execute(f"select * from {MART} order by all")
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _drawn(rows: list[Row], place: str, market: str, version: int | None) -> list[Row]:
    """The rows of one drawing of a market."""
    own = [row for row in rows if (row["jurisdiction_id"], row["market_id"]) == (place, market)]
    if not own:
        known = sorted({f"{row['jurisdiction_id']} {row['market_id']}" for row in rows})
        raise QueryError(
            f"The publication has no market {market!r} of {place}.",
            f"It has: {', '.join(known) or 'none'}. Markets are declared in jurisdiction.yml; calls are required.",
        )
    wanted = [r for r in own if (r["is_newest"] if version is None else r["market_version"] == version)]
    if not wanted:
        drawings = sorted({row["market_version"] for row in own})
        raise QueryError(f"{market!r} has no drawing {version}.", f"It has {', '.join(map(str, drawings))}.")
    return wanted


def _counts(rows: list[Row], measure: str) -> dict[str, dict[date, int]]:
    """By ring the count of each whole month in which it is known."""
    counts: dict[str, dict[date, int]] = {ring: {} for ring in RINGS}
    for row in rows:
        if row["is_whole"] and row[measure] is not None:
            counts[row["ring_code"]][row["month"]] = int(row[measure])
    return counts


def _windows(
    counts: Mapping[str, Mapping[date, int]], notified: date, months: int
) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The months before and after, none of which may be missing in any ring."""
    known = set.intersection(*(set(of_ring) for of_ring in counts.values()))
    longest = 0
    while {_month(notified, -longest - 1), _month(notified, longest + 1)} <= known:
        longest += 1
    if not 1 <= months <= longest:
        raise QueryError(
            f"Not all of the {months} months before and after {notified:%Y-%m} are whole and told in each ring.",
            f"The longest windows that are: use --months {longest}." if longest else "Wait for whole months.",
        )
    before = tuple(_month(notified, -step) for step in range(months, 0, -1))
    return before, tuple(_month(notified, step) for step in range(1, months + 1))


def _month(start: date, steps: int) -> date:
    number = start.year * 12 + start.month - 1 + steps
    return date(number // 12, number % 12 + 1, 1)


def _change(counts: Mapping[date, int], before: tuple[date, ...], after: tuple[date, ...]) -> Change:
    return Change(sum(counts[month] for month in before), sum(counts[month] for month in after))


def _ratio(treated: Change, comparison: Change) -> Estimate | None:
    try:
        return ratio_of_ratios(treated, comparison)
    except NotConverged:
        return None


def told(found: Displaced) -> Iterator[str]:
    """The figures in sentences, each with how to read it."""
    low, high = found.weighted.low, found.weighted.high
    if found.ratio is None:
        yield "Market against comparison: not defined, a count is zero."
    else:
        r = found.ratio
        yield f"Market against comparison: ratio {r.ratio:.3f} (95% {r.low:.3f} to {r.high:.3f}); 1 is no change."
    wdq, net = found.quotient.wdq, found.quotient.net
    if wdq is None:
        yield "WDQ: not defined, the comparison has a zero count or the market did not change against it."
    elif not found.quotient.readable:
        yield "WDQ: not read, as the market did not fall against the comparison; nothing can have moved."
    else:
        yield f"WDQ: {wdq:.4f}; {_read(wdq)}"
    yield (
        "TNE: not defined, the comparison has a zero count."
        if net is None
        else (
            f"TNE: {net:.1f} events fewer in market and ring than the comparison's change foretells (below zero: more)."
        )
    )
    yield (
        f"WDD: {found.weighted.events:.1f} events in market and ring (95% {low:.1f} to {high:.1f}, "
        f"z {found.weighted.z:.2f}), the comparison divided by {found.weight:.2f} (cells)."
    )
    yield "No verdict: a busy place calms down by itself (regression to the mean), and fewer calls may mean fear."


def _read(wdq: float) -> str:
    if wdq > 0:
        return f"the ring calmed down too, {'more' if wdq > 1 else 'less'} than the market (diffusion of benefits)."
    if wdq == 0:
        return "the ring kept its share: neither displacement nor diffusion."
    return f"the ring got busier, by {'more' if wdq < -1 else 'less'} than the market lost (displacement)."
