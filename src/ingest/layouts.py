"""Which layout a file has, and what to write into the feed file when none fits."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from feeds.catalogue import LoadedFeed, layout_headings
from feeds.spec import Layout
from ingest.errors import HeldBatch


@dataclass(frozen=True)
class _Fit:
    layout: Layout
    unknown: list[str]
    missing: list[str]


def choose_layout(feed: LoadedFeed, headings: tuple[str, ...], tolerate: bool = False) -> Layout:
    """The first layout that names every heading and misses none.

    ``tolerate`` accepts unknown headings (a person released the batch).

    Raises:
        HeldBatch: ``unknown_headings`` or ``missing_headings``, with the YAML to add.
    """
    twice = sorted(name for name, count in Counter(headings).items() if count > 1)
    if twice:
        raise HeldBatch("unknown_headings", f"The headings {_list(twice)} stand twice in the file: {_where(feed)}")
    fits = [_fit(layout, headings) for layout in feed.spec.layouts if _applies(layout, set(headings))]
    for fit in fits:
        if not fit.missing and (tolerate or not fit.unknown):
            return fit.layout
    if not fits:
        named = "; ".join(f"{layout.name}: {_list(layout.when.has_columns)}" for layout in feed.spec.layouts)
        raise HeldBatch("unknown_headings", f"No layout's `when` matches this file (they want {named}). {_where(feed)}")
    raise _misfit(feed, min(fits, key=lambda fit: len(fit.unknown) + len(fit.missing)))


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
    known = used | set(layout.ignore) | set(layout.never_load)
    return _Fit(layout, [h for h in headings if h not in known], sorted(used - set(headings)))


def _misfit(feed: LoadedFeed, fit: _Fit) -> HeldBatch:
    if fit.missing:
        likely = f" The file has instead: {_list(fit.unknown)}." if fit.unknown else ""
        return HeldBatch(
            "missing_headings",
            f"The layout {fit.layout.name!r} uses the headings {_list(fit.missing)}, which the file lacks.{likely} "
            f"If the agency renamed them, add a layout for the new headings. {_where(feed)}",
        )
    remedy = f"ignore: [{', '.join(fit.unknown)}]"
    return HeldBatch(
        "unknown_headings",
        f"The file has headings that the layout {fit.layout.name!r} does not name: {_list(fit.unknown)}. "
        f"Map them, or add to this layout: {remedy}. {_where(feed)}",
    )


def _where(feed: LoadedFeed) -> str:
    return f"Edit jurisdictions/{feed.spec.feed_id}.yml."


def _list(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
