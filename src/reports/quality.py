"""Data quality: what arrived, how late, what waits, which rules were broken, and how much is understood."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.api import FeedSummary
from reports import charts
from reports.content import Figure, Page, Section, Table
from reports.shootings import name_of
from reports.source import Source
from reports.wording import Words

FEEDS, MAPPING, RULES = "marts.mart_ops__feed_freshness", "marts.mart_ops__mapping", "marts.mart_ops__rule_results"


def pages(source: Source, words: Words, ledger: Mapping[str, FeedSummary], site: str | None = None) -> list[Page]:
    """The page of all feeds, or of one jurisdiction's; none where a recipient does not get these marts.

    ``ledger`` is what ingest did so far, by feed: deliveries that wait or were refused are in no publication.
    """
    if not {FEEDS, MAPPING, RULES} <= source.tables:
        return []
    feeds = [
        row for row in source.ask(f"select * from {FEEDS} order by feed_id") if site in (None, row["jurisdiction_id"])
    ]
    if not feeds:
        return []
    sections = [_feeds(source, words, feeds, ledger), _mapped(source, words, site), _rules(source, words, site)]
    name = "data-quality" if site is None else f"data-quality-{site}"
    title = words("quality.title") if site is None else words("quality.title_of", site=name_of(source, site))
    return [Page(name, title, words("quality.lead"), sections)]


def state_of(feed: Mapping[str, Any], published_at: datetime) -> str:
    """``never``, ``silent``, ``late`` or ``fresh`` at the time of the publication, by what the feed file expects."""
    if feed["last_known_at"] is None:
        return "never"
    age = published_at - feed["last_known_at"].replace(tzinfo=UTC)
    for state, limit in (("silent", feed["error_after_hours"]), ("late", feed["warn_after_hours"])):
        if limit is not None and age > timedelta(hours=limit):
            return state
    return "fresh"


def _feeds(
    source: Source, words: Words, feeds: list[dict[str, Any]], ledger: Mapping[str, FeedSummary]
) -> Section:  # fmt: skip
    states = [state_of(feed, source.published_at) for feed in feeds]
    headings = [words(f"quality.{key}") for key in ("feed", "state", "last", "deliveries", "records", "pending")]
    if ledger:
        headings += [words(f"quality.{key}") for key in ("quarantined", "held", "refused")]
    rows = []
    for feed, state in zip(feeds, states, strict=True):
        last = "–" if feed["last_known_at"] is None else f"{feed['last_known_at']:%Y-%m-%d %H:%M}"
        row = [feed["feed_id"], words(f"quality.states.{state}"), last]
        row += [words.number(feed[column]) for column in ("batches", "records_current", "records_pending")]
        if ledger:
            told = ledger.get(feed["feed_id"])
            row += [words.number(getattr(told, column) if told else 0) for column in ("quarantined", "held", "refused")]
        rows.append(row)
    said = [words("quality.feeds", feeds=len(feeds), fresh=states.count("fresh"), late=states.count("late"),
                  silent=states.count("silent"), never=states.count("never"))]  # fmt: skip
    said.append(words("quality.from_ledger" if ledger else "quality.without_ledger"))
    table = Table(words("quality.feeds_title"), headings, rows, frozenset(range(3, len(headings))))
    return Section("feeds", words("quality.feeds_heading"), said, None, [table])


def _mapped(source: Source, words: Words, site: str | None) -> Section:
    rows = source.ask(
        f"select feed_id, terminology_id, records, records_unmapped, source_values_unmapped, share_mapped "
        f"from {MAPPING} "
        "where coalesce(jurisdiction_id = ?, true) order by feed_id, terminology_id",
        site,
    )  # fmt: skip
    heading = words("quality.mapped_heading")
    if not rows:
        return Section("mapped", heading, [words("quality.nothing_mapped")])
    by_feed: dict[str, list[int]] = {}
    for row in rows:
        sums = by_feed.setdefault(row["feed_id"], [0, 0])
        sums[0] += row["records"] - row["records_unmapped"]
        sums[1] += row["records"]
    drawn = [
        {"name": feed, "share": ok / of, "label": words.percent(ok / of, 1)} for feed, (ok, of) in by_feed.items() if of
    ]
    title = words("quality.mapped_title")
    headings = [words(f"quality.{key}") for key in ("feed", "list", "values", "unmapped", "unmapped_words", "share")]
    shown = [
        [r["feed_id"], r["terminology_id"], words.number(r["records"]), words.number(r["records_unmapped"]),
         words.number(r["source_values_unmapped"]), words.percent(r["share_mapped"], 1)]
        for r in rows
    ]  # fmt: skip
    text = "; ".join(f"{d['name']}: {d['label']}" for d in drawn)
    figure = Figure("mapped", title, text, lambda width: charts.shares(drawn, width, words("quality.share")))
    table = Table(title, headings, shown, frozenset(range(2, 6)))
    return Section("mapped", heading, [words("quality.mapped")], figure, [table], is_folded=True)


def _rules(source: Source, words: Words, site: str | None) -> Section:
    """Rules that the newest delivery of each feed broke."""
    rows = source.ask(
        f"select * from {RULES} where coalesce(jurisdiction_id = ?, true) "
        "qualify rank() over (partition by feed_id order by known_at desc, batch_id) = 1 order by feed_id, rule",
        site,
    )
    broken = [row for row in rows if not row["is_passed"]]
    heading = words("quality.rules_heading")
    if not broken:
        return Section("rules", heading, [words("quality.no_rules_broken")])
    headings = [words(f"quality.{key}") for key in ("feed", "rule", "severity", "failed", "judged")]
    shown = [
        [r["feed_id"], f"{r['record_kind']}: {r['rule']}", words(f"quality.severities.{r['severity']}"),
         words.number(r["records_failed"]), words.number(r["records"])]
        for r in broken
    ]  # fmt: skip
    table = Table(words("quality.rules_title"), headings, shown, frozenset({3, 4}))
    return Section("rules", heading, [words("quality.rules")], None, [table])
