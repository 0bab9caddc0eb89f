"""Site dashboard: shootings of the year to date against earlier years, twelve-month sums, and what is still to come."""

from __future__ import annotations

from datetime import date

from outcomes.exact import rate_ratio
from reports import charts
from reports.content import Figure, Page, Section, Table
from reports.nowcast import LEAST_VICTIMS, LEAST_WEEKS, Nowcast, nowcast
from reports.shootings import COUNTS, REPORTING, TO_DATE, areas, name_of, places, twelve_month_sums, whole_months
from reports.source import Source
from reports.wording import Words

#: Years of the comparison and months of the chart, the present ones included.
_YEARS, _MONTHS = 8, 120


def pages(source: Source, words: Words, site: str | None = None) -> list[Page]:
    """A page for each jurisdiction of which shootings are known, or for one."""
    return [page(source, words, place) for place in places(source) if site in (None, place)]


def page(source: Source, words: Words, jurisdiction_id: str) -> Page:
    """The page of one jurisdiction."""
    name = name_of(source, jurisdiction_id)
    sections = [*_to_date(source, words, jurisdiction_id), *_sums(source, words, jurisdiction_id)]
    sections += _recent(source, words, jurisdiction_id)
    lead = words("site.lead_suppressed" if source.is_suppressed else "site.lead", name=name)
    return Page(f"site-{jurisdiction_id}", words("site.title", name=name), lead, sections)


def compared(
    words: Words, now: int | None, before: int | None, form: str = "short", times: float = 1, is_open: bool = False
) -> str:
    """A change with its exact interval, ``short`` or ``said``; what the interval does not exclude is not claimed.

    ``before`` was counted over ``times`` as long a time as ``now``. Where more is still to be told of ``now``
    (``is_open``), fewer are fewer so far.
    """
    if now is None or before is None:
        return words("change.left_out")
    if not before:
        return words("change.no_base" if now else "change.none")
    found = rate_ratio(before, now, times)
    verdict = "fewer" if found.high < 1 else "more" if found.low > 1 else "unclear"
    low, high = words.change(found.low), words.change(found.high)
    told = words(f"change.verdicts.{'so_far' if is_open and verdict == 'fewer' else verdict}")
    return words(f"change.{form}", change=words.change(found.ratio), low=low, high=high, verdict=told)


def _to_date(source: Source, words: Words, jurisdiction_id: str) -> list[Section]:
    if TO_DATE not in source.tables:
        return []
    rows = source.ask(f"select * from {TO_DATE} where jurisdiction_id = ? order by year desc", jurisdiction_id)[:_YEARS]
    if not rows:
        return []
    now, earlier = rows[0], [row for row in rows[1:] if row["is_comparable"]]
    until = words.day(now["known_on"])
    said = [words("site.to_date", year=now["year"], until=until, victims=words.number(now["victims"]),
                  fatal=words.number(now["fatal_victims"]), incidents=words.number(now["incidents"]))]  # fmt: skip
    if earlier:
        before = earlier[0]
        change = compared(words, now["victims"], before["victims"], "said")
        said.append(words("site.against", year=before["year"], victims=words.number(before["victims"]), change=change))
    if not all(row["is_comparable"] for row in rows):
        said.append(words("site.first_year", year=rows[-1]["year"]))
    drawn = [
        {"year": r["year"], "victims": r["victims"], "label": words.number(r["victims"]) + _mark(r["is_comparable"])}
        for r in rows
    ]
    heading = words("site.victims")
    title = words("site.to_date_title", until=until)
    description = words("site.to_date_desc", years=", ".join(f"{row['year']}: {row['victims']}" for row in rows))
    table = Table(
        title,
        [words("year"), words("site.incidents"), heading, words("site.fatal"), words("site.change_to_now")],
        [
            [f"{r['year']}{_mark(r['is_comparable'])}", *(words.number(r[c]) for c in COUNTS),
             "–" if r is now or not r["is_comparable"] else compared(words, now["victims"], r["victims"])]
            for r in rows
        ],
        frozenset({1, 2, 3}),
    )  # fmt: skip
    figure = Figure(
        "to-date", title, description, lambda width: charts.year_bars(drawn, width, heading, now["year"])
    )  # fmt: skip
    return [Section("year-to-date", words("site.to_date_heading"), said, figure, [table])]


def _mark(is_comparable: bool) -> str:
    return "" if is_comparable else "*"


def _sums(source: Source, words: Words, jurisdiction_id: str) -> list[Section]:
    months = whole_months(source, jurisdiction_id)
    summed = twelve_month_sums(months)[-_MONTHS:]
    heading = words("site.sums_heading")
    if not summed:
        return [Section("twelve-months", heading, [words("site.sums_short", months=len(months))])]
    newest = summed[-1]
    said = [words("site.sums", month=_month(newest.month), victims=_count(words, newest.victims),
                  fatal=_count(words, newest.fatal_victims))]  # fmt: skip
    if len(summed) > 12:
        before = summed[-13]
        change = compared(words, newest.victims, before.victims, "said")
        said.append(words("site.sums_against", month=_month(before.month), victims=_count(words, before.victims),
                          change=change))  # fmt: skip
    if any(month.victims is None for month in summed):
        said.append(words("site.sums_gaps"))
    names = [words("site.victims"), words("site.fatal")]
    drawn = [
        {"month": _month(m.month), "series": name, "value": value}
        for m in summed
        for name, value in zip(names, (m.victims, m.fatal_victims), strict=True)
    ]
    title = words("site.sums_title")
    description = words("site.sums_desc", first=_month(summed[0].month), last=_month(newest.month),
                        start=_count(words, summed[0].victims), end=_count(words, newest.victims))  # fmt: skip
    rows = [[_month(m.month), *(_count(words, n) for n in (m.incidents, m.victims, m.fatal_victims))] for m in summed]
    headings = [words("site.through"), words("site.incidents"), *names]
    table = Table(title, headings, rows[::-1], frozenset({1, 2, 3}))
    figure = Figure(
        "twelve-months", title, description, lambda width: charts.sums(drawn, width, words("people"), names)
    )
    by_area = _areas(source, words, jurisdiction_id, len(summed) > 12)
    return [Section("twelve-months", heading, said, figure, [table], is_folded=True), *by_area]


def _areas(source: Source, words: Words, jurisdiction_id: str, has_year_before: bool) -> list[Section]:
    """Twelve-month sums by area, where there is more than one."""
    rows = []
    for area in areas(source, jurisdiction_id):
        summed = twelve_month_sums(whole_months(source, jurisdiction_id, area))
        now, before = summed[-1], summed[-13] if has_year_before else None
        rows.append([words.note(area), *(_count(words, n) for n in (now.incidents, now.victims, now.fatal_victims)),
                     compared(words, now.victims, before.victims) if before else "–"])  # fmt: skip
    if len(rows) < 2:
        return []
    headings = [words("site.area"), words("site.incidents"), words("site.victims"), words("site.fatal")]
    headings += [words("site.change_to_year_before")]
    table = Table(words("site.areas_title"), headings, rows, frozenset({1, 2, 3}))
    return [Section("areas", words("site.areas_heading"), [words("site.areas_note")], None, [table])]


def _recent(source: Source, words: Words, jurisdiction_id: str) -> list[Section]:
    """What the bitemporal history says of the newest weeks, feed by feed."""
    if REPORTING not in source.tables:
        return []
    rows = source.ask(f"select * from {REPORTING} where jurisdiction_id = ? order by feed_id, week", jurisdiction_id)
    feeds = sorted({row["feed_id"] for row in rows})
    sections = []
    for number, feed_id in enumerate(feeds):
        own = [row for row in rows if row["feed_id"] == feed_id]
        found = nowcast(own, own[0]["known_on"])
        if found is not None:
            sections.append(_recent_weeks(words, found, feed_id, own[0]["known_on"], number))
    if sections:
        return sections
    text = words("site.no_nowcast", weeks=LEAST_WEEKS, victims=LEAST_VICTIMS)
    return [Section("recent", words("site.recent_heading"), [text])]


def _recent_weeks(words: Words, found: Nowcast, feed_id: str, known: date, number: int) -> Section:
    shares = [words("site.known_within", days=7 * (lag + 1), share=words.percent(found.known[lag]))
              for lag in (0, 1, 2, 4, 8) if lag < len(found.known)]  # fmt: skip
    said = [words("site.recent", feed=feed_id, day=known.isoformat()), words("site.known", shares="; ".join(shares))]
    names = [words("site.told"), words("site.expected_more")]
    drawn = [
        {"week": w.week.isoformat(), "series": name, "value": value, "rank": rank,
         "low": w.low if not rank else None, "high": w.high}
        for w in found.weeks
        for rank, (name, value) in enumerate(zip(names, (w.told, (w.expected or w.told) - w.told), strict=True))
    ]  # fmt: skip
    rows = [
        [w.week.isoformat(), words.number(w.told),
         words("site.too_recent") if w.expected is None else words.number(w.expected, 1),
         "–" if w.low is None else f"{w.low}–{w.high}"]
        for w in found.weeks
    ]  # fmt: skip
    headings = [words("site.week"), words("site.told"), words("site.expected"), words("interval")]
    title = words("site.recent_title", feed=feed_id)
    table = Table(title, headings, rows[::-1], frozenset({1, 2, 3}))
    newest = next((w for w in reversed(found.weeks) if w.expected is not None), None)
    description = words("site.recent_desc", week=newest.week if newest else "–", told=newest.told if newest else "–",
                        expected=words.number(newest.expected, 1) if newest else "–")  # fmt: skip
    figure = Figure(f"recent-{number}", title, description,
                    lambda width: charts.recent_weeks(drawn, width, words("site.victims"), names))  # fmt: skip
    return Section(f"recent-weeks-{number}", words("site.recent_heading"), said, figure, [table], is_folded=True)


def _month(month: date) -> str:
    return f"{month:%Y-%m}"


def _count(words: Words, value: int | None) -> str:
    return words("left_out") if value is None else words.number(value)
