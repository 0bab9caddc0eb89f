"""Parts of the page of an evaluation: sensitivity, harms, and what was registered."""

from __future__ import annotations

from functools import partial
from typing import Any

from reports.content import Section, Table
from reports.evaluation_words import amount, change, interval, say_of, small
from reports.wording import Words

Result = dict[str, Any]


def sensitivity(result: Result, told: Words) -> Section:
    """Moved starts, units left out, decay as tables; placebo dates and the trend before in words."""
    say, tried = partial(say_of, told), result["sensitivity"]
    texts, tables = [], []
    placebo, trend = tried["placebo_dates"], tried["pre_trend"]
    if placebo["why_not"] is None:
        texts.append(say("placebo", dates=placebo["dates"], share=told.percent(placebo["false_alarms"]),
                         p=small(told, placebo["p"])))  # fmt: skip
    if trend["why_not"] is None:
        texts.append(say("pre_trend", p=small(told, trend["p"])))
    texts += [
        say("not_done", what=say(f"what.{name}"), why=told.note(tried[name]["why_not"]))
        for name in ("placebo_dates", "pre_trend", "decay", "leave_one_out")
        if tried[name]["why_not"]
    ]
    for name, first, key in (("start_dates", "shift", "shift"), ("leave_one_out", "unit", "unit")):
        if rows := tried[name]["rows"]:
            cells = [[_first(row[key]), change(told, row["ratio"]), interval(told, row),
                      say(f"verdicts.{row['verdict']}")] for row in rows]  # fmt: skip
            headings = [say(first), say("change"), say("interval"), say("verdict")]
            tables.append(Table(say(name), headings, cells, frozenset({1, 2})))
    if rows := tried["decay"]["rows"]:
        cells = [[str(row["from_month"]), change(told, row["ratio"]), interval(told, row)] for row in rows]
        tables.append(Table(say("decay"), [say("since"), say("change"), say("interval")], cells, frozenset({1, 2})))
    return Section("sensitivity", say("sensitivity_heading"), texts, None, tables)


def harms(result: Result, told: Words) -> Section:
    """Each harm by the same statistics as the outcome."""
    say, found = partial(say_of, told), result["harms"]
    if not found:
        return Section("harms", say("harms_heading"), [say("no_harms")])
    rows = [_harm(one, told) for one in found]
    headings = [say(key) for key in ("outcome", "counted", "change", "interval", "verdict", "p")]
    texts = [say("harms", count=len(found) + 1)]
    texts += [f"{h['title'][told.language]}: {say('zeros', count=h['zeros'], why=_why(result, h))}"
              for h in found if h["zeros"]]  # fmt: skip
    return Section("harms", say("harms_heading"), texts, None,
                   [Table(say("harms_table"), headings, rows, frozenset({2, 3, 5}))])  # fmt: skip


def registered(result: Result, told: Words) -> Section:
    """Units, selection, the frozen extract, and every registration with what it changed."""
    say, spec, extract = partial(say_of, told), result["specification"], result["extract"]
    texts = [say("treated_units", units=", ".join(spec["units"]["treated"]))]
    if spec["units"]["comparison"]:
        texts.append(say("compared_units", units=", ".join(spec["units"]["comparison"])))
    chosen = spec["selection"]
    texts.append(say("selected", how=say(f"how.{chosen['how']}"), why=chosen["why"]))
    texts.append(say("digest", digest=result["digest"], file=extract["file"], sha256=extract["sha256"],
                     publication=extract["publication_id"]))  # fmt: skip
    return Section("registered", say("registered_heading"), texts, None, [registrations(result, told)])


def registrations(result: Result, told: Words) -> Table:
    """Every registration with what it changed."""
    say = partial(say_of, told)
    rows = [[str(one["decision_id"]), one["at"], one["why"], _changed(one, told)] for one in result["registrations"]]
    return Table(say("registrations"), [say(key) for key in ("decision", "when", "why", "changed")], rows)


def _harm(one: dict[str, Any], told: Words) -> list[str]:
    say = partial(say_of, told)
    title = f"{one['title'][told.language]} ({say('harmful.' + one['worse'])})"
    if one["why_not"]:
        return [title, "–", "–", "–", told.note(one["why_not"]), "–"]
    word, e, events = one["verdict"]["word"], one["estimate"], one["events"]
    said = say(f"verdicts.{word}")
    if word == {"up": "increase", "down": "reduction"}[one["worse"]]:
        said = say("is_harm", verdict=said)
    counted = f"{amount(told, events['before'])} / {amount(told, events['after'])}"
    return [title, counted, change(told, e["ratio"]), interval(told, e), said, small(told, e["p"])]


def _why(result: Result, harm: dict[str, Any]) -> str:
    declared = {one["name"]: one["zero_months"] for one in result["specification"]["harms"]}
    return str(declared[harm["name"]])


def _changed(one: dict[str, Any], told: Words) -> str:
    say = partial(say_of, told)
    text = "; ".join(f"{c['field']}: {c['before']} → {c['after']}" for c in one["changed"]) or say("first")
    return text + (say("after_result") if one["result_seen"] else "")


def _first(value: Any) -> str:
    return f"{value:+d}" if isinstance(value, int) else str(value)
