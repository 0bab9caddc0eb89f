"""The two charts of an evaluation: its series, and every design's interval in one panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from reports.charts import BLUE, GREY, INK, NARROW, VERMILION, Rows, inline

#: Intervals are drawn between these ratios; the table beside has their true ends.
DRAWN = (0.1, 10.0)
_TICKS = [0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10]


def series(rows: Rows, width: int, heading: str, names: Sequence[str], start: str, start_label: str) -> Any:
    """Lines by month, the start as a rule; rows: month, series (one of ``names``), value."""
    scale = alt.Scale(domain=list(names), range=[BLUE, VERMILION][: len(names)])
    dashes = alt.Scale(domain=list(names), range=[[1, 0], [5, 3]][: len(names)])
    legend = alt.Legend(orient="top", columns=1 if width < NARROW else 2)
    lines = alt.Chart(inline(rows)).mark_line(strokeWidth=2).encode(
        x=alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", labelOverlap=True, tickCount=5)),
        y=alt.Y("value:Q", title=heading, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5)),
        color=alt.Color("series:N", title=None, scale=scale, legend=legend),
        strokeDash=alt.StrokeDash("series:N", title=None, scale=dashes, legend=legend),
    )  # fmt: skip
    at = alt.Chart(inline([{"month": start, "label": start_label}])).encode(x="month:T")
    rule = at.mark_rule(color=INK, strokeDash=[3, 3])
    label = at.mark_text(align="left", dx=4, y=8, color=INK).encode(text="label:N")
    return alt.layer(lines, rule, label).properties(width=width, height=240)


def designs(rows: Rows, width: int, heading: str) -> Any:
    """A point and its interval by design on a scale of ratios; rows: design, ratio, low, high, is_recommended."""
    shown = [row | {name: _within(row[name]) for name in ("ratio", "low", "high")} for row in rows]
    ends = [row[name] for row in shown for name in ("ratio", "low", "high") if row[name] is not None] or [1.0]
    domain = [min(0.5, *ends), max(1.25, *ends)] if len(ends) > 1 else [0.5, 1.25]
    ticks = [tick for tick in _TICKS if domain[0] <= tick <= domain[1]]
    axis = alt.Axis(values=ticks, format="~g", labelOverlap=True)
    x = alt.X("ratio:Q", title=heading, scale=alt.Scale(type="log", domain=domain, nice=False), axis=axis)
    y = alt.Y("design:N", title=None, sort=None, axis=alt.Axis(labelLimit=300 if width > NARROW else 170))
    colour = alt.condition("datum.is_recommended", alt.value(VERMILION), alt.value(BLUE))
    shape = alt.condition("datum.is_recommended", alt.value("diamond"), alt.value("circle"))
    base = alt.Chart(inline(shown))
    spans = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2).encode(
        y=y, x=alt.X("low:Q", title=heading), x2="high:Q", color=colour
    )  # fmt: skip
    points = base.mark_point(filled=True, size=80, opacity=1).encode(y=y, x=x, color=colour, shape=shape)
    none = alt.Chart(inline([{"ratio": 1}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=x)
    return alt.layer(none, points, spans).properties(width=width, height=max(60, 30 * len(shown)))


def _within(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return DRAWN[1]
    return min(max(float(value), DRAWN[0]), DRAWN[1])
