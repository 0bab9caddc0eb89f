"""Exceptions that a feed file makes from a rule or a limit: with a reason, until a day, and loudly over after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from feeds.catalogue import LoadedFeed, feed_ids, load_feed
from feeds.contracts import load_contracts
from feeds.limits import DeliverySpec, Tolerance
from ingest.rules import Rule
from settings import Settings

#: Days before its end from which a tolerance is spoken of.
_SOON = 30


def in_force(feed: LoadedFeed, known_at: datetime) -> list[Tolerance]:
    """The tolerances that a delivery enjoys."""
    day = local_day(feed, known_at)
    return [tolerance for tolerance in feed.spec.tolerances if day <= tolerance.until]


def tolerated(feed: LoadedFeed, kind: str, rules: list[Rule], known_at: datetime) -> list[Rule]:
    """The rules of one kind for one delivery: those of a tolerance in force only warn."""
    mild = {e.rule for e in in_force(feed, known_at) if e.rule and e.kind in (None, kind)}
    return [replace(rule, severity="warn") if rule.name in mild else rule for rule in rules]


def limits(feed: LoadedFeed, known_at: datetime) -> DeliverySpec:
    """The limits of one delivery: the feed's, or a looser one where a tolerance is in force."""
    looser: dict[str, Any] = {e.limit: e.value for e in in_force(feed, known_at) if e.limit and e.limit != "bad_bytes"}
    return DeliverySpec.model_construct(**{**feed.spec.delivery.__dict__, **looser})


def reader_options(feed: LoadedFeed, known_at: datetime) -> dict[str, Any]:
    """The options of the feed's reader for one delivery, with the bytes that may be undecodable."""
    budget: dict[str, Any] = {e.limit: int(e.value or 0) for e in in_force(feed, known_at) if e.limit == "bad_bytes"}
    return {**feed.spec.reader.options, **budget}


def expired(feed: LoadedFeed, day: date) -> list[Tolerance]:
    """Tolerances that are over on a day; the rule or the usual limit holds again."""
    return [tolerance for tolerance in feed.spec.tolerances if tolerance.until < day]


def endings(settings: Settings, only: list[str] | None = None) -> list[str]:
    """One sentence for each tolerance of a feed file that is over, or that ends within 30 days."""
    contracts, now, found = load_contracts(settings.contracts), settings.now(), []
    for feed_id in only or feed_ids(settings):
        feed = load_feed(settings, feed_id, contracts)
        for tolerance in feed.spec.tolerances:
            left = (tolerance.until - local_day(feed, now)).days
            if left < _SOON:
                over = f"{ENDED} {tolerance.until}; the {'rule' if tolerance.rule else 'usual limit'} holds again"
                when = over if left < 0 else f"ends on {tolerance.until}"
                found.append(f"{feed.file}: the tolerance of {tolerance.name} {when} ({tolerance.reason}).")
    return found


#: How a sentence of ``endings`` tells that a tolerance is over.
ENDED = "ended on"


def unknown(feed: LoadedFeed, rules: list[tuple[str, Rule]]) -> list[Tolerance]:
    """Tolerances of rules that the feed's records do not have."""
    known = {(kind, rule.name) for kind, rule in rules} | {(None, rule.name) for _, rule in rules}
    return [e for e in feed.spec.tolerances if e.rule and (e.kind, e.rule) not in known]


def local_day(feed: LoadedFeed, known_at: datetime) -> date:
    """The last local day that a delivery can speak of."""
    return (known_at.astimezone(feed.spec.zone) - timedelta(microseconds=1)).date()
