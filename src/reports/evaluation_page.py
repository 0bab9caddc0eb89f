"""The page of one evaluation. Every number on it comes from the result, as ``result.json`` has it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from outcomes import rule
from reports import evaluation_charts as charts
from reports.content import Figure, Page, Section, Table
from reports.evaluation_matched import matched_groups
from reports.evaluation_sections import Result, harms, registered, sensitivity
from reports.evaluation_words import amount, change, interval, ratio, reasons, say_of, small
from reports.wording import Words

_LIMITS = {name: value for name, value in vars(rule).items() if name.isupper()}


def page(result: Result, effects: Sequence[dict[str, str]], told: Words) -> Page:
    """The page in one language."""
    sections = [
        _found(result, told),
        _designs(result, told),
        *matched_groups(result, told),
        _checks(result, told),
        _would_change(result, told),
        *_phases(result, told),
        sensitivity(result, told),
        harms(result, told),
        registered(result, told),
        published(effects, told),
    ]
    return Page("index", result["title"][told.language], _lead(result, told), sections)


def _lead(result: Result, told: Words) -> str:
    e, verdict = result["estimate"], result["verdict"]
    return told(f"evaluation.said.{verdict['word']}", change=change(told, e["ratio"]), low=change(told, e["low"]),
                high=change(told, e["high"]), reasons=reasons(result, told))  # fmt: skip


def _found(result: Result, told: Words) -> Section:
    e, units, zeros = result["estimate"], result["specification"]["units"], result["extract"]["zeros"]
    say = partial(say_of, told)
    texts = [
        say("question", question=result["question"][told.language]),
        say("events", **{name: amount(told, count) for name, count in result["events"].items()}),
        say("method", method=told.note(e["method"]), p=small(told, e["p"])),
        say("zeros", count=zeros, why=result["specification"]["outcome"]["zero_months"]) if zeros else say("no_zeros"),
    ]
    if not units["comparison"]:
        texts.append(say("alone", why=units["no_comparison"]) if units["no_comparison"] else say("alone_without"))
    names, months = [say("treated"), say("compared")], result["months"]
    start = months.index(result["specification"]["intervention"]["starts"])
    lines = {names[0]: result["treated"]}
    if result["comparison"] is not None:
        lines[names[1]] = _scaled(result, start)
    rows = [{"month": f"{month}-01", "series": name, "value": value}
            for name, values in lines.items() for month, value in zip(months, values, strict=True)]  # fmt: skip
    draw = partial(_draw_series, rows, say("series_value"), list(lines), f"{months[start]}-01", say("start"))
    described = say("series_desc", first=months[0], last=months[-1], start=months[start])
    counts = [[month, amount(told, y), amount(told, c)] for month, y, c in
              zip(months, result["treated"], result["comparison"] or [None] * len(months), strict=True)]  # fmt: skip
    table = Table(say("months_table"), [told("month"), names[0], told("evaluation.compared").split(",")[0]], counts,
                  frozenset({1, 2}))  # fmt: skip
    figure = Figure("series", say("series_title"), described, draw)
    return Section("found", say("found_heading"), texts, figure, [table], True)


def _scaled(result: Result, start: int) -> list[float]:
    """Comparison at the level of the treated units before the start, for the eye alone."""
    own, others = sum(result["treated"][:start]), sum(result["comparison"][:start])
    return [round(value * own / others, 3) if others else value for value in result["comparison"]]


def _draw_series(rows: Any, heading: str, names: list[str], start: str, label: str, width: int) -> Any:
    return charts.series(rows, width, heading, names, start, label)


def _designs(result: Result, told: Words) -> Section:
    say = partial(say_of, told)
    best = result["estimate"] | {"name": say("recommended"), "warns": [], "why_not": None}
    every = [best, *({**row, "name": say(f"code.{row['code']}")} for row in result["designs"])]
    rows = [[r["name"], change(told, r["ratio"]), ratio(told, r["ratio"]), interval(told, r), small(told, r["p"]),
             told.note(r["method"]) or "–", told.note(r["why_not"]) or _warned(told, r["warns"])]
            for r in every]  # fmt: skip
    drawn = [{"design": r["name"], "ratio": r["ratio"], "low": r["low"], "high": r["high"],
              "is_recommended": r is best} for r in every if r["ratio"] is not None]  # fmt: skip
    described = "; ".join(f"{r['name']}: {ratio(told, r['ratio'])} ({interval(told, r)})" for r in every if r["ratio"])
    figure = Figure("designs", say("designs_title"), say("designs_desc", rows=described),
                    lambda width: charts.designs(drawn, width, say("ratio_axis")))  # fmt: skip
    headings = [say(key) for key in ("design", "change", "ratio", "interval", "p", "method_short", "beware")]
    table = Table(say("designs_heading"), headings, rows, frozenset({1, 2, 3, 4}))
    return Section("designs", say("designs_heading"), [say("designs")], figure, [table])


def _warned(told: Words, codes: Sequence[str]) -> str:
    return ", ".join(told(f"evaluation.checks.{code}.name") for code in codes) or "–"


def _checks(result: Result, told: Words) -> Section:
    say = partial(say_of, told)
    rows = [[say(f"checks.{d['code']}.name"), say(f"states.{d['state']}"), amount(told, d["value"]),
             say(f"checks.{d['code']}.wanted", **_LIMITS)] for d in result["diagnostics"]]  # fmt: skip
    headings = [say(key) for key in ("check", "state", "value", "wanted")]
    table = Table(say("checks_heading"), headings, rows, frozenset({2}))
    return Section("checks", say("checks_heading"), tables=[table])


def _would_change(result: Result, told: Words) -> Section:
    say, texts = partial(say_of, told), []
    least = {"months_before": rule.MONTHS_BEFORE, "months_after": rule.MONTHS_AFTER, "events": rule.FEW_EVENTS}
    for one in result["would_change"]:
        code = one["code"]
        values = dict(one) | {"least": least.get(code), "value": amount(told, one.get("value"))}
        if code == "interval":
            code = "interval" if one["times"] else "interval_far"
            values["times"] = told.number(one["times"], 1)
        if "verdict" in one:
            values["verdict"] = say(f"verdicts.{one['verdict']}")
        if "shift" in one:
            values["shift"] = f"{one['shift']:+d}"
        texts.append(say(f"would.{code}", **values))
    return Section("change", say("change_heading"), texts)


def _phases(result: Result, told: Words) -> list[Section]:
    say = partial(say_of, told)
    if not result["phases"]:
        return []
    rows = [[p["title"][told.language], p["starts"], str(p["months"]), change(told, p["ratio"]), interval(told, p),
             say(f"verdicts.{p['verdict']}") if p["verdict"] else told.note(p["why_not"])]
            for p in result["phases"]]  # fmt: skip
    headings = [say(key) for key in ("phase", "begins", "length", "change", "interval", "verdict")]
    return [Section("phases", say("phases_heading"),
                    tables=[Table(say("phases_heading"), headings, rows, frozenset({2, 3, 4}))])]  # fmt: skip


def published(effects: Sequence[dict[str, str]], told: Words) -> Section:
    """What others published, as context."""
    say = partial(say_of, told)
    rows = [[e["place"], e[f"about_{told.language}"], e["effect"], say(f"grades.{e['grade']}"), e["source"] or "–"]
            for e in effects]  # fmt: skip
    headings = [say(key) for key in ("place", "about", "effect", "grade", "year")]
    table = Table(say("effects_table"), headings, rows, frozenset({2}))
    return Section("effects", say("effects_heading"), [say("effects")], None, [table], True)
