"""Monthly report of prison violence: rates by facility and unit with exact intervals, control limits, alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reports import charts
from reports.content import Figure, Page, Section, Table
from reports.rates import BASELINE_MONTHS, RUN, Control, Point, control
from reports.shootings import name_of
from reports.source import Source
from reports.wording import Words

RATES = "marts.mart_pvi__rate"
#: Months that are shown; the baseline is the first of them.
_MONTHS = 36
_ALARMS = ("above", "below", "run_above", "run_below")


def pages(source: Source, words: Words, site: str | None = None) -> list[Page]:
    """A page for each jurisdiction with prison incidents or counts, or for one; none where a recipient has no rates."""
    if RATES not in source.tables or source.is_suppressed:
        return []
    places = source.ask(f"select distinct jurisdiction_id as id from {RATES} order by id")
    return [page(source, words, row["id"]) for row in places if site in (None, row["id"])]


def page(source: Source, words: Words, jurisdiction_id: str) -> Page:
    """The page of one jurisdiction."""
    rows = source.ask(
        f"select * from {RATES} where jurisdiction_id = ? order by level, facility_id, unit_id, month", jurisdiction_id
    )
    everything = [row for row in rows if row["class_code"] == "all"]
    months = sorted({row["month"] for row in everything})[-_MONTHS:]
    found = {place: control(_points(own, months, words)) for place, own in _by_place(everything).items()}
    name = name_of(source, jurisdiction_id)
    # the month that has begun has no rate yet
    newest = max((p.month for c in found.values() for p in c.points if p.rate is not None), default=months[-1])
    sections = [_alarms(words, found), _newest(words, found, newest)]
    facilities = sorted({place[1] for place in found if place[1]})
    sections += [_charts(words, found, facility) for facility in [None, *facilities]]
    sections += [_classes(words, rows, newest), _method(words)]
    lead = words("pvi.lead", name=name, month=f"{newest:%Y-%m}")
    return Page(f"pvi-{jurisdiction_id}", words("pvi.title", name=name), lead, sections)


_Place = tuple[str, str | None, str | None]


def _by_place(rows: Sequence[Mapping[str, Any]]) -> dict[_Place, list[Mapping[str, Any]]]:
    found: dict[_Place, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["level"], row["facility_id"], row["unit_id"]), []).append(row)
    order = {"system": 0, "facility": 1, "unit": 2}
    return dict(sorted(found.items(), key=lambda one: (one[0][1] or "", order[one[0][0]], one[0][2] or "")))


def _points(rows: Sequence[Mapping[str, Any]], months: Sequence[date], words: Words) -> list[Point]:
    """One point a month; a month without a row, or without a rate, says why."""
    told = {row["month"]: row for row in rows}
    points = []
    for month in months:
        row = told.get(month)
        if row is None:
            points.append(Point(month, None, None, None, note=words("pvi.no_row")))
            continue
        rate = row["incidents_per_100_adp_monthly"]
        note = "" if rate is not None else words.note(row["rate_note"])
        points.append(Point(month, row["incidents"], row["adp"], rate, note=note))
    return points


def _label(words: Words, place: _Place) -> str:
    level, facility, unit = place
    return (
        words("pvi.system") if level == "system" else f"{facility}" if level == "facility" else f"{facility} · {unit}"
    )


def _alarms(words: Words, found: Mapping[_Place, Control]) -> Section:
    """Every alarm of the last twelve months, the newest first."""
    rows = [
        (p.month, _label(words, place), p)
        for place, chart in found.items()
        for p in chart.points[-12:]
        if p.alarm
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row[0].toordinal(), row[1]))
    said = [words("pvi.alarms" if rows else "pvi.no_alarms", count=len(rows))]
    without = [_label(words, place) for place, chart in found.items() if chart.dispersion is None]
    if without:
        said.append(words("pvi.no_limits", places=", ".join(without), months=BASELINE_MONTHS))
    if not rows:
        return Section("alarms", words("pvi.alarms_heading"), said)
    headings = [words("month"), words("pvi.place"), words("pvi.alarm"), words("pvi.rate"), words("pvi.limits")]
    shown = [
        [f"{month:%Y-%m}", label, words(f"pvi.alarm_{p.alarm}"), words.number(p.rate, 2),
         f"{words.number(p.lower, 2)}–{words.number(p.upper, 2)}"]
        for month, label, p in rows
    ]  # fmt: skip
    table = Table(words("pvi.alarms_title"), headings, shown, frozenset({3, 4}))
    return Section("alarms", words("pvi.alarms_heading"), said, None, [table])


def _newest(words: Words, found: Mapping[_Place, Control], month: date) -> Section:
    newest = [(_label(words, place), p) for place, chart in found.items() for p in chart.points if p.month == month]
    rated = [(name, p) for name, p in newest if p.rate is not None]
    drawn = [{"place": name, "rate": p.rate, "low": p.low, "high": p.high} for name, p in rated]
    title = words("pvi.newest_title", month=f"{month:%Y-%m}")
    headings = [words("pvi.place"), words("pvi.incidents"), words("pvi.adp"), words("pvi.rate"), words("interval"),
                words("pvi.why")]  # fmt: skip
    table = Table(title, headings, [[name, *_told(words, p)] for name, p in newest], frozenset({1, 2, 3, 4}))
    figure = None
    if drawn:
        text = "; ".join(f"{name}: {words.number(p.rate, 2)}" for name, p in rated)
        figure = Figure("newest", title, words("pvi.newest_desc", rates=text),
                        lambda width: charts.intervals(drawn, width, words("pvi.per_100")))  # fmt: skip
    said = [words("pvi.newest")] if drawn else [words("pvi.newest_none", month=f"{month:%Y-%m}")]
    return Section("newest-month", words("pvi.newest_heading", month=f"{month:%Y-%m}"), said, figure, [table])


def _told(words: Words, point: Point) -> list[str]:
    interval = "–" if point.low is None else f"{words.number(point.low, 2)}–{words.number(point.high, 2)}"
    return [
        words.number(point.events),
        words.number(point.population, 1),
        words.number(point.rate, 2),
        interval,
        point.note,
    ]


def _charts(words: Words, found: Mapping[_Place, Control], facility: str | None) -> Section:
    """Control charts of a facility and its units, or of the system."""
    own = {_label(words, place): chart for place, chart in found.items() if place[1] == facility}
    drawn = [
        {"place": name, "month": f"{p.month:%Y-%m}", "rate": p.rate, "low": p.low, "high": p.high, "centre": p.centre,
         "lower": p.lower, "upper": p.upper, "alarm": words(f"pvi.alarm_{p.alarm}") if p.alarm else None}
        for name, chart in own.items()
        for p in chart.points
    ]  # fmt: skip
    heading = words("pvi.system") if facility is None else words("pvi.facility", facility=facility)
    labels = [words(f"pvi.alarm_{alarm}") for alarm in _ALARMS]
    title = words("pvi.chart_title", place=heading)
    counted = sum(d["alarm"] is not None for d in drawn)
    description = words("pvi.chart_desc", places=", ".join(own), first=drawn[0]["month"], last=drawn[-1]["month"],
                        alarms=counted)  # fmt: skip
    name = "system" if facility is None else f"facility-{list(dict.fromkeys(p[1] for p in found)).index(facility)}"
    figure = Figure(name, title, description,
                    lambda width: charts.control(drawn, width, words("pvi.short"), labels, list(own)))  # fmt: skip
    said = [
        words("pvi.dispersion", place=n, value=words.number(c.dispersion, 2)) for n, c in own.items() if c.dispersion
    ]
    return Section(name, heading, said, figure, [_table(words, n, c) for n, c in own.items()], is_folded=True)


def _table(words: Words, name: str, chart: Control) -> Table:
    headings = [words("month"), words("pvi.incidents"), words("pvi.adp"), words("pvi.rate"), words("interval"),
                words("pvi.limits"), words("pvi.alarm"), words("pvi.why")]  # fmt: skip
    rows = []
    for p in reversed(chart.points):
        *numbers, note = _told(words, p)
        limits = "–" if p.lower is None else f"{words.number(p.lower, 2)}–{words.number(p.upper, 2)}"
        rows.append([f"{p.month:%Y-%m}", *numbers, limits, words(f"pvi.alarm_{p.alarm}") if p.alarm else "", note])
    return Table(name, headings, rows, frozenset({1, 2, 3, 4, 5}))


def _classes(words: Words, rows: Sequence[Mapping[str, Any]], month: date) -> Section:
    """Incidents of the newest month by class, of the whole system; incidents, participants and victims apart."""
    own = [row for row in rows if row["level"] == "system" and row["month"] == month]
    counts = ("incidents", "participants", "victims")
    own.sort(key=lambda row: (row["class_code"] != "all", row["class_code"]))
    headings = [words("pvi.class"), words("pvi.incidents"), words("pvi.participants"), words("pvi.victims"),
                words("pvi.rate"), words("pvi.why")]  # fmt: skip
    shown = [
        [words(f"pvi.classes.{r['class_code']}"), *(words.number(r[c]) for c in counts),
         words.number(r["incidents_per_100_adp_monthly"], 2), words.note(r["rate_note"])]
        for r in own
    ]  # fmt: skip
    table = Table(words("pvi.classes_title", month=f"{month:%Y-%m}"), headings, shown, frozenset({1, 2, 3, 4}))
    return Section("classes", words("pvi.classes_heading"), [words("pvi.classes_note")], None, [table])


def _method(words: Words) -> Section:
    texts = [
        words("pvi.method_rate"),
        words("pvi.method_limits", months=BASELINE_MONTHS),
        words("pvi.method_run", run=RUN),
    ]
    return Section("method", words("pvi.method_heading"), [*texts, words("pvi.method_harm")])
