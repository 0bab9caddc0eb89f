"""Which layout a file has, and what to write into the feed file when none fits."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import yaml

from feeds.catalogue import LoadedFeed, layout_headings
from feeds.spec import Layout, RecordSpec
from ingest.conditions import lacking
from ingest.drift import UNUSED, changed_layout
from ingest.errors import HeldBatch
from ingest.lookalike import other_feed


@dataclass(frozen=True)
class _Fit:
    layout: Layout
    unknown: list[str]
    missing: list[str]


def choose_layout(feed: LoadedFeed, headings: tuple[str, ...], tolerate: bool = False) -> Layout:
    """The first layout that names every heading and misses none.

    ``tolerate`` accepts unknown headings (a person released the batch).

    Raises:
        HeldBatch: ``wrong_feed``; ``unknown_headings`` or ``missing_headings``, with the YAML to add. Where the first
            line shares no heading with any layout it may be a row of people: it is not quoted.
    """
    fits_one = any(names_all(layout, headings) for layout in feed.spec.layouts)
    other = None if fits_one or tolerate else other_feed(feed, lambda layout: names_all(layout, headings))
    if other is not None:
        raise HeldBatch(
            "wrong_feed",
            f"These are the headings of {other}: the file was probably put into the wrong folder. Reject it here "
            f"(`nnsc reject`) and let the agency put it into the folder of {other}.",
        )
    known = set().union(*(_known(layout) for layout in feed.spec.layouts))
    if not known & set(headings):
        raise HeldBatch(
            "unknown_headings",
            f"None of the {len(headings)} fields of the first line is a heading that a layout names: is the heading "
            f"line missing, or the separator another one? {_where(feed)}",
        )
    counts = Counter(heading.casefold() for heading in headings if heading)
    twice = sorted({heading for heading in headings if counts[heading.casefold()] > 1})
    if twice:
        raise HeldBatch("unknown_headings", f"The headings {_list(twice)} cannot be told apart. {_where(feed)}")
    fits = [_fit(layout, headings) for layout in feed.spec.layouts if _applies(layout, set(headings))]
    for fit in fits:
        if not fit.missing and (tolerate or not fit.unknown):
            return fit.layout
    if not fits:
        wanted = "; ".join(f"{layout.name}: {_list(layout.when.has_columns)}" for layout in feed.spec.layouts)
        raise HeldBatch(
            "unknown_headings", f"No layout's `when` matches this file (they want {wanted}). {_where(feed)}"
        )
    raise _misfit(feed, min(fits, key=lambda fit: len(fit.unknown) + len(fit.missing)))


def names_all(layout: Layout, headings: tuple[str, ...]) -> bool:
    """True when a layout applies to these headings, names every one and misses none."""
    fit = _fit(layout, headings)
    return _applies(layout, set(headings)) and not fit.unknown and not fit.missing


def _known(layout: Layout) -> set[str]:
    return layout_headings(layout) | {*layout.ignored, *layout.never_load, *layout.when.has_columns}


def drift(feed: LoadedFeed, headings: tuple[str, ...]) -> tuple[str | None, list[str], list[str]]:
    """The layout nearest to these headings, those it does not name, and those it uses that are not there."""
    applying = [layout for layout in feed.spec.layouts if _applies(layout, set(headings))]
    fits = [_fit(layout, headings) for layout in applying or feed.spec.layouts]
    best = min(fits, key=lambda fit: (len(fit.missing), len(fit.unknown)))
    return best.layout.name, best.unknown, best.missing


def used_headings(layout: Layout, headings: tuple[str, ...]) -> set[str]:
    """Headings of the file that the layout's records use, those in ``where`` included."""
    conditions = " ".join(record.where or "" for record in layout.records)
    named = {heading for heading in headings if heading and _mentions(conditions, heading)}
    return layout_headings(layout) | named


def _mentions(condition: str, heading: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(heading)}(?!\w)", condition, re.IGNORECASE) is not None


def _applies(layout: Layout, headings: set[str]) -> bool:
    return set(layout.when.has_columns) <= headings and not set(layout.when.lacks_columns) & headings


def _fit(layout: Layout, headings: tuple[str, ...]) -> _Fit:
    used = used_headings(layout, headings)
    known = used | set(layout.ignored) | set(layout.never_load)
    return _Fit(
        layout, [h for h in headings if h not in known], sorted(used - set(headings) | _lacking(layout, headings))
    )


def _lacking(layout: Layout, headings: tuple[str, ...]) -> set[str]:
    """Headings that a ``where`` needs and the file does not bring."""
    loaded = set(headings) - set(layout.never_load)
    conditions = [(record.where, loaded | set(unpivoted(record))) for record in layout.records if record.where]
    return {name for where, known in conditions for name in lacking(where, known)}


def unpivoted(record: RecordSpec) -> list[str]:
    """Columns that a record's ``unpivot`` makes."""
    return [*record.unpivot.names, *filter(None, [record.unpivot.position])] if record.unpivot else []


def _misfit(feed: LoadedFeed, fit: _Fit) -> HeldBatch:
    if fit.missing:
        likely = f" The file has instead: {_list(fit.unknown)}." if fit.unknown else ""
        return HeldBatch(
            "missing_headings",
            f"The layout {fit.layout.name!r} uses the headings {_list(fit.missing)}, which the file lacks.{likely} "
            f"{_where(feed)} If the agency means it, add at the end of `layouts:` and look through it:\n"
            f"{changed_layout(fit.layout, fit.missing, fit.unknown)}",
            missing_headings=fit.missing,
            new_headings=fit.unknown,
        )
    reasoned = {UNUSED: fit.unknown}
    remedy = f"ignore: {yaml.safe_dump(reasoned, default_flow_style=True, allow_unicode=True, width=10_000).strip()}"
    return HeldBatch(
        "unknown_headings",
        f"The file has headings that the layout {fit.layout.name!r} does not name: {_list(fit.unknown)}. "
        f"Map them, or add to this layout: {remedy}. {_where(feed)}",
        new_headings=fit.unknown,
    )


def _where(feed: LoadedFeed) -> str:
    return f"Edit jurisdictions/{feed.spec.feed_id}.yml."


def _list(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
