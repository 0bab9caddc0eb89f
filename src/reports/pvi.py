"""Monthly report of prison violence: rates by facility and unit with exact intervals, control limits, alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reports import charts
from reports.content import Figure, Page, Section, Table
from reports.rates import Point, point
from reports.shootings import name_of
from reports.source import Source
from reports.wording import Words

RATES, SERIES, ALARMS = "marts.mart_pvi__rate", "marts.mart_pvi__person_time", "marts.mart_pvi__alarm"
_KEYS = ("jurisdiction_id", "level", "facility_id", "unit_id", "month", "class_code")
_JUDGED = f"""select s.*, a.expected_incidents, a.limit_alarm, a.change_alarm from {SERIES} as s join {ALARMS} as a
    on {" and ".join(f"s.{key} is not distinct from a.{key}" for key in _KEYS)}
    where s.measure = 'incidents' and s.jurisdiction_id = ? order by s.level, s.facility_id, s.unit_id, s.month"""
#: Months that are shown, and of which alarms are listed.
_MONTHS, _LISTED = 36, 12
#: How the mart judges a month; the stronger first.
_SIGNS = ("limit_rise", "limit_fall", "change_rise", "change_fall")


def pages(source: Source, words: Words, site: str | None = None) -> list[Page]:
    """A page for each jurisdiction with prison incidents or counts, or for one; none where a recipient has no rates."""
    if source.is_suppressed or not {RATES, SERIES, ALARMS} <= set(source.tables):
        return []
    places = source.ask(f"select distinct jurisdiction_id as id from {RATES} order by id")
    return [page(source, words, row["id"]) for row in places if site in (None, row["id"])]


def page(source: Source, words: Words, jurisdiction_id: str) -> Page:
    """The page of one jurisdiction."""
    judged = source.ask(_JUDGED, jurisdiction_id)
    everything = [row for row in judged if row["class_code"] == "all"]
    months = sorted({row["month"] for row in everything})[-_MONTHS:]
    found = {place: _points(own, months, words) for place, own in _by_place(everything).items()}
    name = name_of(source, jurisdiction_id)
    # the month that has begun has no rate yet
    newest = max((p.month for points in found.values() for p in points if p.rate is not None), default=months[-1])
    sections = [_alarms(words, judged, found, months[-_LISTED:]), _newest(words, found, newest)]
    facilities = sorted({place[1] for place in found if place[1]})
    sections += [_charts(words, found, facility) for facility in [None, *facilities]]
    sections += [_classes(source, words, jurisdiction_id, newest), _method(words)]
    lead = words("pvi.lead", name=name, month=f"{newest:%Y-%m}")
    return Page(f"pvi-{jurisdiction_id}", words("pvi.title", name=name), lead, sections)


_Place = tuple[str, str | None, str | None]


def _place(row: Mapping[str, Any]) -> _Place:
    return row["level"], row["facility_id"], row["unit_id"]


def _by_place(rows: Sequence[Mapping[str, Any]]) -> dict[_Place, list[Mapping[str, Any]]]:
    found: dict[_Place, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(_place(row), []).append(row)
    order = {"system": 0, "facility": 1, "unit": 2}
    return dict(sorted(found.items(), key=lambda one: (one[0][1] or "", order[one[0][0]], one[0][2] or "")))


def _points(rows: Sequence[Mapping[str, Any]], months: Sequence[date], words: Words) -> list[Point]:
    """One point a month; a month without a row, or without a rate, says why."""
    told = {row["month"]: row for row in rows}
    return [
        point(told[month], words.note(told[month]["rate_note"])) if month in told
        else Point(month, note=words("pvi.no_row"))
        for month in months
    ]  # fmt: skip


def _label(words: Words, place: _Place) -> str:
    level, facility, unit = place
    return (
        words("pvi.system") if level == "system" else f"{facility}" if level == "facility" else f"{facility} · {unit}"
    )


def _alarms(
    words: Words, judged: Sequence[Mapping[str, Any]], found: Mapping[_Place, list[Point]], months: Sequence[date]
) -> Section:
    """Every alarm of these months, all incidents and each targeted class apart, the newest first."""
    shown = [
        (row["month"], _label(words, _place(row)), row["class_code"], point(row, ""))
        for row in judged
        if row["month"] in months
    ]
    rows = [one for one in shown if one[3].alarms]
    rows.sort(key=lambda one: (-one[0].toordinal(), *one[1:3]))
    said = [words("pvi.alarms" if rows else "pvi.no_alarms", count=len(rows))]
    if without := [_label(words, place) for place, points in found.items() if not any(p.upper for p in points)]:
        said.append(words("pvi.no_limits", places=", ".join(without)))
    if not rows:
        return Section("alarms", words("pvi.alarms_heading"), said)
    headings = [words("month"), words("pvi.place"), words("pvi.class"), words("pvi.alarm"), words("pvi.rate"),
                words("pvi.limits")]  # fmt: skip
    table = Table(words("pvi.alarms_title"), headings, [
        [f"{month:%Y-%m}", label, words(f"pvi.classes.{code}"), _signs(words, p), words.number(p.rate, 2),
         _between(words, p.lower, p.upper)]
        for month, label, code, p in rows
    ], frozenset({4, 5}))  # fmt: skip
    return Section("alarms", words("pvi.alarms_heading"), said, None, [table])


def _signs(words: Words, point: Point) -> str:
    return "; ".join(words(f"pvi.alarm_{sign}") for sign in point.alarms)


def _between(words: Words, low: float | None, high: float | None) -> str:
    return "–" if low is None else f"{words.number(low, 2)}–{words.number(high, 2)}"


def _newest(words: Words, found: Mapping[_Place, list[Point]], month: date) -> Section:
    newest = [(_label(words, place), p) for place, points in found.items() for p in points if p.month == month]
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
    return [
        words.number(point.events),
        words.number(point.population, 1),
        words.number(point.rate, 2),
        _between(words, point.low, point.high),
        point.note,
    ]


def _charts(words: Words, found: Mapping[_Place, list[Point]], facility: str | None) -> Section:
    """Control charts of a facility and its units, or of the system."""
    own = {_label(words, place): points for place, points in found.items() if place[1] == facility}
    drawn = [
        {"place": name, "month": f"{p.month:%Y-%m}", "rate": p.rate, "low": p.low, "high": p.high, "centre": p.centre,
         "lower": p.lower, "upper": p.upper, "alarm": words(f"pvi.alarm_{p.alarms[0]}") if p.alarms else None}
        for name, points in own.items()
        for p in points
    ]  # fmt: skip
    heading = words("pvi.system") if facility is None else words("pvi.facility", facility=facility)
    labels = [words(f"pvi.alarm_{sign}") for sign in _SIGNS]
    title = words("pvi.chart_title", place=heading)
    counted = sum(d["alarm"] is not None for d in drawn)
    description = words("pvi.chart_desc", places=", ".join(own), first=drawn[0]["month"], last=drawn[-1]["month"],
                        alarms=counted)  # fmt: skip
    name = "system" if facility is None else f"facility-{list(dict.fromkeys(p[1] for p in found)).index(facility)}"
    figure = Figure(name, title, description,
                    lambda width: charts.control(drawn, width, words("pvi.short"), labels, list(own)))  # fmt: skip
    return Section(name, heading, [], figure, [_table(words, n, points) for n, points in own.items()], is_folded=True)


def _table(words: Words, name: str, points: Sequence[Point]) -> Table:
    headings = [words("month"), words("pvi.incidents"), words("pvi.adp"), words("pvi.rate"), words("interval"),
                words("pvi.limits"), words("pvi.alarm"), words("pvi.why")]  # fmt: skip
    rows = []
    for p in reversed(points):
        *numbers, note = _told(words, p)
        rows.append([f"{p.month:%Y-%m}", *numbers, _between(words, p.lower, p.upper), _signs(words, p), note])
    return Table(name, headings, rows, frozenset({1, 2, 3, 4, 5}))


def _classes(source: Source, words: Words, jurisdiction_id: str, month: date) -> Section:
    """Incidents of the newest month by class, of the whole system; incidents, participants and victims apart."""
    own = source.ask(
        f"select * from {RATES} where jurisdiction_id = ? and level = 'system' and month = ? "
        "order by class_code <> 'all', class_code", jurisdiction_id, month,
    )  # fmt: skip
    counts = ("incidents", "participants", "victims")
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
    texts = [words(f"pvi.method_{name}") for name in ("rate", "limits", "change", "harm")]
    return Section("method", words("pvi.method_heading"), texts)
