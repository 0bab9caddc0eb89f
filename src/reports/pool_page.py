"""The page of a pool of evaluations. Every number on it comes from the result, as ``result.json`` has it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from outcomes import pool, rule
from reports import evaluation_charts as charts
from reports.content import Figure, Page, Section, Table
from reports.evaluation_page import published
from reports.evaluation_sections import Result, registrations
from reports.evaluation_words import amount, change, interval, ratio, reasons, say_of, small
from reports.wording import Words

_LIMITS = {name: value for module in (rule, pool) for name, value in vars(module).items() if name.isupper()}


def page(result: Result, effects: Sequence[dict[str, str]], told: Words) -> Page:
    """The page in one language."""
    sections = [
        _sites(result, told),
        _checks(result, told),
        *_without(result, told),
        _registered(result, told),
        published(effects, told),
    ]
    return Page("index", result["title"][told.language], _lead(result, told), sections)


def _lead(result: Result, told: Words) -> str:
    say, e, verdict = partial(say_of, told), result["estimate"], result["verdict"]
    if e is None:
        return say("pool.nothing", reasons=reasons(result, told))
    return say(f"pool.said.{verdict['word']}", change=change(told, e["ratio"]), low=change(told, e["low"]),
               high=change(told, e["high"]), reasons=reasons(result, told))  # fmt: skip


def _sites(result: Result, told: Words) -> Section:
    say, members, e = partial(say_of, told), result["members"], result["estimate"]
    rows = [[m["title"][told.language], say(f"verdicts.{m['verdict']}"), change(told, m["ratio"]),
             ratio(told, m["ratio"]), interval(told, m), told.percent(m["weight"]), str(m["publication"]),
             _out(m, told)] for m in members]  # fmt: skip
    drawn = [{"design": m["title"][told.language], "is_recommended": False, **_ends(m)}
             for m in members if m["why_out"] is None]  # fmt: skip
    texts = [say("question", question=result["question"][told.language])]
    if e is not None:
        more = result["pooled"]
        further = {
            name: {"low": more[f"{name}_low"], "high": more[f"{name}_high"]} for name in ("predicted", "hartung")
        }
        drawn.append({"design": say("pool.mean"), "is_recommended": True, **_ends(e)})
        drawn.append({"design": say("pool.next"), "is_recommended": False, "ratio": e["ratio"], **further["predicted"]})
        spans = {name: interval(told, ends) for name, ends in further.items()}
        texts.append(say("pool.figures", method=told.note(e["method"]), p=small(told, e["p"]),
                         i2=told.percent(more["i2"]), tau=told.number(more["tau2"] ** 0.5, 2), **spans))  # fmt: skip
    described = "; ".join(f"{row['design']}: {ratio(told, row['ratio'])} ({interval(told, row)})" for row in drawn)
    figure = Figure("designs", say("pool.chart"), say("designs_desc", rows=described),
                    lambda width: charts.designs(drawn, width, say("ratio_axis")))  # fmt: skip
    headings = [say(key) for key in ("pool.site", "verdict", "change", "ratio", "interval", "pool.weight",
                                     "list.publication", "pool.left_out")]  # fmt: skip
    table = Table(say("pool.sites"), headings, rows, frozenset({2, 3, 4, 5, 6}))
    return Section("sites", say("found_heading"), texts, figure if drawn else None, [table])


def _ends(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("ratio", "low", "high")}


def _out(member: dict[str, Any], told: Words) -> str:
    code = member["why_out"]
    return "–" if code is None else say_of(told, f"checks.{code}.name")


def _checks(result: Result, told: Words) -> Section:
    say = partial(say_of, told)
    rows = [[say(f"checks.{d['code']}.name"), say(f"states.{d['state']}"),
             told.percent(d["value"]) if d["code"] == "heterogeneity" else amount(told, d["value"]),
             say(f"checks.{d['code']}.wanted", **_LIMITS)] for d in result["diagnostics"]]  # fmt: skip
    headings = [say(key) for key in ("check", "state", "value", "wanted")]
    return Section(
        "checks", say("checks_heading"), tables=[Table(say("checks_heading"), headings, rows, frozenset({2}))]
    )


def _without(result: Result, told: Words) -> list[Section]:
    say, titles = partial(say_of, told), {m["name"]: m["title"][told.language] for m in result["members"]}
    if not result["leave_one_out"]:
        return []
    rows = [[titles[row["name"]], change(told, row["ratio"]), interval(told, row), say(f"verdicts.{row['verdict']}")]
            for row in result["leave_one_out"]]  # fmt: skip
    headings = [say(key) for key in ("pool.site", "change", "interval", "verdict")]
    table = Table(say("pool.without"), headings, rows, frozenset({1, 2}))
    return [Section("without", say("pool.without"), tables=[table])]


def _registered(result: Result, told: Words) -> Section:
    say = partial(say_of, told)
    texts = [say("pool.why", why=result["specification"]["why"]), say("pool.digest", digest=result["digest"])]
    texts += [f"{m['name']}: {m['digest']}" for m in result["members"]]
    return Section("registered", say("registered_heading"), texts, None, [registrations(result, told)])
