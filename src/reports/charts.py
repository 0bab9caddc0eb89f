"""The charts, by Altair, in colours that the colour-blind tell apart (Okabe and Ito); shape says the same as colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

BLUE, VERMILION, ORANGE, SKY, GREEN, GREY, INK = (
    "#0072B2", "#D55E00", "#E69F00", "#56B4E9", "#009E73", "#6b6b6b", "#1b1b1b",
)  # fmt: skip
#: Width below which a chart is drawn for a phone.
NARROW = 480

Rows = Sequence[dict[str, Any]]


def inline(rows: Rows) -> Any:
    """The rows as data that stand in the chart itself."""
    return alt.InlineData(values=[dict(row) for row in rows])


def _sized(chart: Any, width: int, height: int) -> Any:
    return chart.properties(width=width, height=height)


def year_bars(rows: Rows, width: int, heading: str, current: int) -> Any:
    """Victims of each year on the same days; rows: year, victims. The present year stands out by colour and bold."""
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y("year:O", title=None, sort="descending"),
        x=alt.X("victims:Q", title=heading, axis=alt.Axis(tickMinStep=1, tickCount=5)),
    )
    is_now = f"datum.year == {current}"
    bars = base.mark_bar().encode(color=alt.condition(is_now, alt.value(BLUE), alt.value("#9a9a9a")))
    numbers = base.mark_text(align="left", dx=4, color=INK, fontSize=13).encode(text="label:N")
    return _sized(alt.layer(bars, numbers), width, max(60, 28 * len(rows)))


def sums(rows: Rows, width: int, heading: str, names: Sequence[str]) -> Any:
    """Lines over months; rows: month, series (one of two names), value. The line breaks where a value is missing."""
    shapes = alt.Scale(domain=list(names), range=[[1, 0], [5, 3]])
    colours = alt.Scale(domain=list(names), range=[BLUE, VERMILION])
    chart = (
        alt.Chart(inline(rows))
        .mark_line(strokeWidth=2.5, point=len(rows) <= 2)
        .encode(
            x=alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", labelOverlap=True, tickCount=5)),
            y=alt.Y("value:Q", title=heading, axis=alt.Axis(tickMinStep=1, tickCount=5)),
            color=alt.Color("series:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            strokeDash=alt.StrokeDash("series:N", title=None, scale=shapes, legend=alt.Legend(orient="top")),
        )
    )
    return _sized(chart, width, 240)


def small_multiples(rows: Rows, width: int, places: Sequence[str]) -> Any:
    """A small line chart for each place, each with its own scale from zero; rows: place, month, value, is_newest.

    Scales differ because places differ in size: shapes are compared, not heights. The newest value has a dot.
    """
    columns = 1 if width < NARROW else min(3, len(places))
    each = (width - 62 * (columns - 1)) // columns
    base = alt.Chart().encode(
        x=alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", labelOverlap=True, tickCount=3)),
        y=alt.Y(
            "value:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickMinStep=1, tickCount=3, minExtent=40)
        ),
    )
    line = base.mark_line(color=BLUE, strokeWidth=2)
    dot = base.transform_filter("datum.is_newest").mark_point(filled=True, size=60, color=VERMILION, opacity=1)
    header = alt.Header(title=None, labelFontSize=13, labelFontWeight="bold", labelAnchor="start", labelLimit=each + 40)
    facet = alt.Facet("place:N", title=None, header=header, sort=list(places))
    layered = _sized(alt.layer(line, dot), each, 110)
    return (
        layered.facet(facet=facet, columns=columns, data=inline(rows))
        .resolve_scale(x="shared", y="independent")
        .resolve_axis(x="independent")
    )


def recent_weeks(rows: Rows, width: int, heading: str, names: Sequence[str]) -> Any:
    """Stacked bars of what was told and what is expected; rows: week, series, value, and low and high of the total."""
    colours = alt.Scale(domain=list(names), range=[BLUE, ORANGE])
    base = alt.Chart(inline(rows)).encode(x=alt.X("week:O", title=None, axis=alt.Axis(labelOverlap=True)))
    bars = base.mark_bar().encode(
        y=alt.Y("value:Q", title=heading, stack=True, axis=alt.Axis(tickMinStep=1, tickCount=5)),
        color=alt.Color("series:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
        order=alt.Order("rank:Q"),
    )
    span = base.transform_filter("isValid(datum.low)").mark_rule(color=INK, strokeWidth=1.5)
    return _sized(alt.layer(bars, span.encode(y="low:Q", y2="high:Q")), width, 240)


def intervals(rows: Rows, width: int, heading: str) -> Any:
    """A point and its interval for each place; rows: place, rate, low, high (null rates are not drawn)."""
    base = alt.Chart(inline(rows)).encode(y=alt.Y("place:N", title=None, sort=None, axis=alt.Axis(labelLimit=140)))
    spans = base.mark_rule(color=BLUE, strokeWidth=2).encode(
        x=alt.X("low:Q", title=heading, axis=alt.Axis(tickCount=6)), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(x="rate:Q")
    return _sized(alt.layer(spans, points), width, max(60, 30 * len(rows)))


#: Of limit_rise, limit_fall, change_rise and change_fall: worse is vermilion, better green, and no two look alike.
_COLOURS = (VERMILION, GREEN, VERMILION, GREEN)
_SHAPES = ("triangle-up", "triangle-down", "diamond", "square")


def control(rows: Rows, width: int, heading: str, alarms: Sequence[str], places: Sequence[str]) -> Any:
    """Control charts in a grid; rows: place, month, rate, low, high, centre, lower, upper, alarm (a label or null).

    ``alarms`` are the labels of limit_rise, limit_fall, change_rise and change_fall.
    """
    columns = 1 if width < NARROW or len(places) == 1 else 2
    data = inline(rows)
    base = alt.Chart().encode(
        x=alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", labelOverlap=True, tickCount=4))
    )
    band = base.mark_area(color="#dcdcdc", interpolate="step").encode(
        y=alt.Y("lower:Q", title=heading, axis=alt.Axis(tickCount=4)), y2="upper:Q"
    )
    centre = base.mark_line(color=GREY, strokeDash=[4, 3]).encode(y="centre:Q")
    spans = base.mark_rule(color=SKY).encode(y="low:Q", y2="high:Q")
    line = base.mark_line(color=BLUE, strokeWidth=1.5).encode(y="rate:Q")
    dots = base.mark_point(filled=True, size=28, color=BLUE, opacity=1).encode(y="rate:Q")
    present = {row["alarm"] for row in rows}
    shown = [sign for sign in zip(alarms, _COLOURS, _SHAPES, strict=True) if sign[0] in present]
    scale = alt.Scale(domain=[label for label, _, _ in shown], range=[colour for _, colour, _ in shown])
    shape = alt.Scale(domain=[label for label, _, _ in shown], range=[form for _, _, form in shown])
    legend = alt.Legend(orient="top", columns=columns, labelLimit=260)
    signs = (
        base.transform_filter("isValid(datum.alarm)")
        .mark_point(filled=True, size=130, opacity=1, stroke=INK, strokeWidth=1)
        .encode(
            y="rate:Q",
            color=alt.Color("alarm:N", title=None, scale=scale, legend=legend),
            shape=alt.Shape("alarm:N", title=None, scale=shape, legend=legend),
        )
    )
    each = width if columns == 1 else (width - 70) // 2
    parts = [band, centre, spans, line, dots, *([signs] if shown else [])]
    layered = _sized(alt.layer(*parts), each, 170)
    header = alt.Header(title=None, labelFontSize=14, labelFontWeight="bold", labelAnchor="start")
    return layered.facet(
        facet=alt.Facet("place:N", title=None, header=header, sort=list(places)), columns=columns, data=data
    ).resolve_axis(x="independent")


def shares(rows: Rows, width: int, heading: str) -> Any:
    """Horizontal bars of shares from 0 to 1; rows: name, share."""
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=150)),
        x=alt.X("share:Q", title=heading, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=5)),
    )
    numbers = base.mark_text(align="right", dx=-4, color="white", fontSize=12).encode(text="label:N")
    return _sized(alt.layer(base.mark_bar(color=BLUE), numbers), width, max(60, 26 * len(rows)))
