"""The part of an evaluation's page about matched groups: their answer, how alike they were, and who is in which set."""

from __future__ import annotations

from functools import partial

from outcomes import matched, matching, rule
from reports.content import Section, Table
from reports.evaluation_sections import Result
from reports.evaluation_words import amount, change, interval, say_of
from reports.wording import Words

_LIMITS = {
    name: value for module in (rule, matching, matched) for name, value in vars(module).items() if name.isupper()
}

#: Of the table of balance.
_COLUMNS = ("treated", "pool", "matched_treated", "matched", "before", "after")


def matched_groups(result: Result, told: Words) -> list[Section]:
    """Nothing where the specification asks for no matching."""
    found = result.get("matched")
    if found is None:
        return []
    say = partial(say_of, told)
    asked = result["specification"]["matching"]
    texts = [say("matched.method", distance=say(f"matched.distance.{asked['distance']}"),
                 caliper=told.number(asked["caliper"], 2), ratio=asked["ratio"])]  # fmt: skip
    if found["why_not"]:
        return [
            Section("matched", say("matched.heading"), [say("matched.none", why=told.note(found["why_not"])), *texts])
        ]
    texts = [_answer(result, told), *texts]
    if found["lost"]:
        texts.append(say("matched.lost", units=", ".join(found["lost"])))
    tables = [_balance(result, told), _checks(result, told), _sets(result, told)]
    return [Section("matched", say("matched.heading"), texts, None, tables)]


def _answer(result: Result, told: Words) -> str:
    say, found = partial(say_of, told), result["matched"]
    row, values = found["design"], {d["code"]: d["value"] for d in found["diagnostics"]}
    answer = say(f"verdicts.{found['verdict']['word']}")
    reasons = [say(f"checks.{code}.reason", value=amount(told, values.get(code)))
               for code in found["verdict"]["reasons"]]  # fmt: skip
    why = f" ({'; '.join(reasons)})" if reasons else ""
    counted = {name: told.number(value) for name, value in found["events"].items()}
    return say("matched.answer", verdict=answer + why, change=change(told, row["ratio"]), interval=interval(told, row),
               **counted)  # fmt: skip


def _balance(result: Result, told: Words) -> Table:
    say = partial(say_of, told)
    titles = {one["name"]: one["title"][told.language] for one in result["specification"]["matching"]["covariates"]}
    rows = [[titles.get(row["name"]) or say(f"matched.traits.{row['name']}"),
             *(told.number(row[key], 2) for key in _COLUMNS)]
            for row in result["matched"]["balance"]]  # fmt: skip
    headings = [say(f"matched.{key}") for key in ("trait", *_COLUMNS)]
    return Table(say("matched.balance_table"), headings, rows, frozenset(range(1, 7)))


def _checks(result: Result, told: Words) -> Table:
    say = partial(say_of, told)
    rows = [[say(f"checks.{d['code']}.name"), say(f"states.{d['state']}"), amount(told, d["value"]),
             say(f"checks.{d['code']}.wanted", **_LIMITS)] for d in result["matched"]["diagnostics"]]  # fmt: skip
    return Table(say("matched.checks_table"), [say(key) for key in ("check", "state", "value", "wanted")], rows,
                 frozenset({2}))  # fmt: skip


def _sets(result: Result, told: Words) -> Table:
    say, sets = partial(say_of, told), result["matched"]["sets"]
    owner = {row["set"]: row["unit"] for row in sets if row["is_treated"]}
    rows = [[owner[row["set"]], row["unit"], told.number(row["weight"], 2), told.number(row["distance"], 2)]
            for row in sets if not row["is_treated"]]  # fmt: skip
    headings = [say(f"matched.{key}") for key in ("treated_unit", "matched_unit", "weight", "apart")]
    return Table(say("matched.sets_table"), headings, rows, frozenset({2, 3}))
