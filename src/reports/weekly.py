"""Weekly shooting review: the last 7, 14 and 30 days against the same days of earlier years, and what is not known yet.

Counts only: nobody is named, and no incident. What a review has to know about people stays with those who may read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports import charts
from reports.content import Figure, Page, Section, Table
from reports.nowcast import LEAST_VICTIMS, LEAST_WEEKS, nowcast
from reports.shootings import REPORTING, name_of
from reports.site import compared
from reports.source import Source
from reports.wording import Words

NAME = "weekly"
RECENT, GROUPS = "marts.mart_gvi__shootings_recent", "marts.mart_gvi__group_involvement"
#: What the mart counts back to, the years of a mean, and the newest weeks and months that are shown.
LENGTHS, _YEARS, _WEEKS, _MONTHS = (7, 14, 30), (1, 2, 3), 5, 6
_NOWHERE = "not recorded"


@dataclass(frozen=True)
class Period:
    """Shootings from one day to another, both included; not comparable where the feed may begin within."""

    first: date
    last: date
    is_comparable: bool
    incidents: int
    victims: int
    killed: int

    @property
    def survived(self) -> int:
        """People shot who did not die, as known now."""
        return self.victims - self.killed


#: Periods by length and years before.
Periods = dict[tuple[int, int], Period]
_COUNTS: dict[str, Callable[[Period], int]] = {
    "site.incidents": lambda period: period.incidents,
    "site.victims": lambda period: period.victims,
    "site.fatal": lambda period: period.killed,
    "weekly.survived": lambda period: period.survived,
}


def pages(source: Source, words: Words, site: str | None = None) -> list[Page]:
    """A page for each jurisdiction with shootings, or for one; none where a recipient has whole months only."""
    if source.is_suppressed or RECENT not in source.tables:
        return []
    found = source.ask(f"select distinct jurisdiction_id as id from {RECENT} order by id")
    return [page(source, words, row["id"]) for row in found if site in (None, row["id"])]


def page(source: Source, words: Words, jurisdiction_id: str) -> Page:
    """The page of one jurisdiction."""
    by_area = _by_area(source, jurisdiction_id)
    everywhere = {key: _sum([periods[key] for periods in by_area.values()]) for key in next(iter(by_area.values()))}
    name, until = name_of(source, jurisdiction_id), everywhere[LENGTHS[0], 0].last
    sections = [_newest(words, everywhere), _areas(words, by_area), *_late(source, words, jurisdiction_id)]
    sections += [_groups(source, words, jurisdiction_id)]
    sections += [_unknown(words, by_area, f"{source.published_at:%Y-%m-%d}")]
    lead = words("weekly.lead", name=name, until=until.isoformat())
    return Page(f"{NAME}-{jurisdiction_id}", words("weekly.title", name=name), lead, sections)


def mean(periods: Periods, length: int, count: Callable[[Period], int]) -> float | None:
    """The mean of the same days of the last three years; None unless all of them can be compared."""
    earlier = [periods[length, year] for year in _YEARS]
    return sum(map(count, earlier)) / len(earlier) if all(one.is_comparable for one in earlier) else None


def _by_area(source: Source, jurisdiction_id: str) -> dict[str, Periods]:
    found: dict[str, Periods] = {}
    for row in source.ask(f"select * from {RECENT} where jurisdiction_id = ? order by area_id", jurisdiction_id):
        counts = (int(row[name]) for name in ("incidents", "victims", "fatal_victims"))
        period = Period(row["first_on"], row["last_on"], row["is_comparable"], *counts)
        found.setdefault(row["area_id"], {})[row["length_days"], row["years_before"]] = period
    return found


def _sum(parts: Sequence[Period]) -> Period:
    totals = (sum(count(part) for part in parts) for count in list(_COUNTS.values())[:3])
    return Period(parts[0].first, parts[0].last, parts[0].is_comparable, *totals)


def _newest(words: Words, periods: Periods) -> Section:
    said = [
        words("weekly.said", days=length, victims=words.number(now.victims), incidents=words.number(now.incidents),
              fatal=words.number(now.killed))
        for length in LENGTHS for now in [periods[length, 0]]
    ]  # fmt: skip
    said.append(words("weekly.beware", count=2 * len(LENGTHS) * len(_COUNTS)))
    if not all(period.is_comparable for period in periods.values()):
        said.append(words("weekly.not_comparable"))
    tables = [_compared(words, periods, length) for length in LENGTHS]
    return Section("newest", words("weekly.heading"), said, _figure(words, periods), tables)


def _compared(words: Words, periods: Periods, length: int) -> Table:
    """The counts of one length against a year before and the mean of three."""
    now, before = periods[length, 0], periods[length, 1]
    rows = []
    for key, count in _COUNTS.items():
        average = mean(periods, length, count)
        earlier = sum(count(periods[length, year]) for year in _YEARS)
        rows.append([
            words(key), words.number(count(now)),
            words.number(count(before)) if before.is_comparable else "–",
            _change(words, count(now), count(before)) if before.is_comparable else "–",
            words.number(average, 1),
            "–" if average is None else _change(words, count(now), earlier, len(_YEARS)),
        ])  # fmt: skip
    headings = [words("weekly.counted"), words("weekly.now"), words("weekly.year_before"), words("weekly.change_year"),
                words("weekly.mean"), words("weekly.change_mean")]  # fmt: skip
    caption = words("weekly.period", days=length, first=now.first.isoformat(), last=now.last.isoformat())
    return Table(caption, headings, rows, frozenset({1, 2, 4}))


def _change(words: Words, now: int, before: int, years: int = 1) -> str:
    """The last days are never complete: a fall is one so far, while a rise has happened already."""
    return compared(words, now, before, times=years, is_open=True)


def _figure(words: Words, periods: Periods) -> Figure | None:
    """People shot in the longest period of each year that can be compared; one bar alone would be no chart."""
    years = [periods[LENGTHS[-1], year] for year in (0, *_YEARS)]
    shown = [one for one in years if one.is_comparable or one is years[0]]
    if len(shown) < 2:
        return None
    rows = [{"year": one.last.year, "victims": one.victims, "label": words.number(one.victims)} for one in shown]
    title = words("weekly.chart", days=LENGTHS[-1], until=words.day(years[0].last))
    told = ", ".join(f"{row['year']}: {row['victims']}" for row in rows)
    return Figure("by-year", title, words("weekly.chart_desc", years=told),
                  lambda width: charts.year_bars(rows, width, words("site.victims"), years[0].last.year))  # fmt: skip


def _areas(words: Words, by_area: dict[str, Periods]) -> Section:
    """Each area by itself, without a judgement: so many comparisons of small counts find something by chance."""
    tables, victims = [], _COUNTS["site.victims"]
    for length in LENGTHS:
        rows = []
        for area, periods in by_area.items():
            now, before, average = periods[length, 0], periods[length, 1], mean(periods, length, victims)
            if not any(count(now) for count in _COUNTS.values()) and not before.victims and not average:
                continue
            told = words.number(before.victims) if before.is_comparable else "–"
            counts = [words.number(count(now)) for count in _COUNTS.values()]
            rows.append([words.note(area), *counts, told, words.number(average, 1)])
        headings = [words("site.area"), *map(words, _COUNTS), words("weekly.shot_year"), words("weekly.shot_mean")]
        if rows:
            caption = words("weekly.areas_period", days=length)
            tables.append(Table(caption, headings, rows, frozenset(range(1, 7))))
    return Section("areas", words("site.areas_heading"), [words("weekly.areas_note")], None, tables)


def _late(source: Source, words: Words, jurisdiction_id: str) -> list[Section]:
    """How many of the last weeks are still to be told, feed by feed."""
    rows = []
    if REPORTING in source.tables:
        rows = source.ask(
            f"select * from {REPORTING} where jurisdiction_id = ? order by feed_id, week", jurisdiction_id
        )
    tables, said = [], [words("weekly.late")]
    for feed_id in sorted({row["feed_id"] for row in rows}):
        own = [row for row in rows if row["feed_id"] == feed_id]
        found = nowcast(own, own[0]["known_on"], _WEEKS)
        if found is None:
            continue
        shares = [words("site.known_within", days=7 * (lag + 1), share=words.percent(found.known[lag]))
                  for lag in (0, 1, 3) if lag < len(found.known)]  # fmt: skip
        said.append(words("weekly.known", feed=feed_id, shares="; ".join(shares)))
        weeks = [
            [week.week.isoformat(), words.number(week.told),
             words("site.too_recent") if week.expected is None else words.number(week.expected, 1),
             "–" if week.low is None else f"{week.low}–{week.high}"]
            for week in reversed(found.weeks)
        ]  # fmt: skip
        headings = [words("site.week"), words("site.told"), words("site.expected"), words("interval")]
        tables.append(Table(words("site.recent_title", feed=feed_id), headings, weeks, frozenset({1, 2, 3})))
    if not tables:
        said.append(words("site.no_nowcast", weeks=LEAST_WEEKS, victims=LEAST_VICTIMS))
    return [Section("late", words("site.recent_heading"), said, None, tables)]


def _groups(source: Source, words: Words, jurisdiction_id: str) -> Section:
    """The three rates of group involvement, in the newest months."""
    rows: list[dict[str, Any]] = []
    if GROUPS in source.tables:
        sql = f"select * from {GROUPS} where jurisdiction_id = ? order by month desc limit {_MONTHS}"
        rows = source.ask(sql, jurisdiction_id)
    heading = words("weekly.groups_heading")
    if not any(row["reviewed"] for row in rows):
        return Section("groups", heading, [words("weekly.no_reviews")])
    shown = [
        [f"{row['month']:%Y-%m}{'' if row['is_whole_month'] else '*'}",
         *(words.number(row[name]) for name in ("incidents", "reviewed", "unknown")),
         *(words.percent(row[name]) for name in ("share_confirmed", "share_likely", "share_confirmed_of_known"))]
        for row in rows
    ]  # fmt: skip
    headings = [words("month"), words("site.incidents"), *(words(f"weekly.{name}") for name in (
        "reviewed", "unknown", "confirmed", "likely", "confirmed_of_known"))]  # fmt: skip
    table = Table(words("weekly.groups_title"), headings, shown, frozenset(range(1, 7)))
    return Section("groups", heading, [words("weekly.groups")], None, [table])


def _unknown(words: Words, by_area: dict[str, Periods], published: str) -> Section:
    longest = (LENGTHS[-1], 0)
    until = next(iter(by_area.values()))[longest].last.isoformat()
    total = sum(periods[longest].victims for periods in by_area.values())
    nowhere = by_area[_NOWHERE][longest].victims if _NOWHERE in by_area else 0
    said = [
        words("weekly.unknown_since", until=until, published=published),
        words("weekly.unknown_area", count=nowhere, total=total, days=LENGTHS[-1]),
        words("weekly.unknown_deaths"),
        words("weekly.unknown_people"),
    ]
    return Section("unknown", words("weekly.unknown_heading"), said)
