"""Violence between partners as pandas sees it: what must be current, and what follows from it, read slowly and plainly."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from settings import Settings
from simulator.places import MILLBROOK
from warehouse import api

EVENTS, NOTICES = f"{MILLBROOK}/ipv_event", f"{MILLBROOK}/ipvi_notice"
Row = tuple[Any, ...]


def records(truth: Path, feed_id: str, kind: str) -> pd.DataFrame:
    """The records of a kind that must be current; those whose newest row waits for a correction say ``pending``."""
    told = json.loads((truth / "current.json").read_text())[feed_id][kind]
    found = pd.DataFrame(told["rows"], columns=told["columns"])
    found["pending"] = [key in told["pending"] for key in found["key"]]
    return found


def make_a_minor(drops: Path, truth: Path) -> None:
    """The victim of one event was 17 on the day of it, by the birth date of every file; the story itself has adults only."""
    events = records(truth, EVENTS, "ipv_event")
    waits = {tuple(key) for key in events[events["pending"]]["key"]}
    number = next(
        row.key[0]
        for row in records(truth, EVENTS, "ipv_victim").itertuples()
        if (row.key[0],) not in waits and not row.pending
    )
    for file in drops.glob("*.csv"):
        lines = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        born, day = lines[0].index("Victim Birth"), lines[0].index("Date")
        for line in lines:
            if line[:1] == [number]:
                month, date_of_month, year = line[day].split("/")
                line[born] = f"{month}/{min(int(date_of_month), 28):02d}/{int(year) - 17}"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(lines)


def repeat_calls(truth: Path, last: date) -> list[Row]:
    """Month, calls, repeats, of both, of the couple only, of the address only, not repeated, not told, share repeated."""
    calls = records(truth, EVENTS, "ipv_event").query("event_type == 'Call'")
    calls = calls.assign(day=pd.to_datetime(calls["occurred_on"]))
    months: dict[pd.Timestamp, Counter[str]] = {
        month: Counter() for month in pd.date_range(calls["day"].min().replace(day=1), pd.Timestamp(last), freq="MS")
    }
    for call in calls.itertuples():
        earlier = calls[(calls["day"] < call.day) & (calls["day"] >= call.day - pd.Timedelta(days=365))]
        pair = call.pair_id is not None and (earlier["pair_id"] == call.pair_id).any()
        address = call.address_id is not None and (earlier["address_id"] == call.address_id).any()
        known = call.pair_id is not None or call.address_id is not None
        kind = {(True, True): "both", (True, False): "pair", (False, True): "address"}.get((bool(pair), bool(address)))
        months[call.day.replace(day=1)][kind or ("not repeated" if known else "not told")] += 1
    rows = []
    for month, n in sorted(months.items()):
        repeats, told = n["both"] + n["pair"] + n["address"], n.total() - n["not told"]
        parts = (n["both"], n["pair"], n["address"], n["not repeated"], n["not told"])
        rows.append((month.date(), n.total(), repeats, *parts, repeats / told if told else None))
    return rows


def level(events: pd.DataFrame, first_notice: date | None, today: date) -> str | None:
    """The level of one person on a day, by the words of the strategy and the numbers of this project."""

    def within(months: int) -> pd.DataFrame:
        since = pd.to_datetime(events["occurred_on"]) + pd.DateOffset(months=months)
        return events[since > pd.Timestamp(today)]

    def charged(months: int) -> pd.DataFrame:
        found = within(months)
        return found[found["is_charged"].eq(True)]

    grave = charged(60)
    if len(grave) >= 3 or grave["is_convicted"].eq(True).sum() >= 2:
        return "A"
    if (grave["has_weapon"].eq(True) | grave["is_felony"].eq(True)).any():
        return "A"
    recent = within(36)
    forbidden = recent[recent["is_prohibited"].eq(True)]
    days = [date.fromisoformat(str(day)) for day in forbidden["occurred_on"]]
    if len(charged(36)) >= 2 or (first_notice is not None and any(day > first_notice for day in days)):
        return "B"
    if len(charged(24)):
        return "C"
    return "D" if len(within(12)) else None


def levels(events: pd.DataFrame, notices: pd.DataFrame, today: date) -> Counter[Row]:
    """(level, events, charges, convictions, charges not told, newest event, first notice) of everybody with a level.

    ``events`` and ``notices`` say the ``person`` of each record; those that wait for a correction are left out.
    """
    first = notices.groupby("person")["engaged_on"].min() if len(notices) else pd.Series(dtype=str)
    found: Counter[Row] = Counter()
    for person, mine in events[~events["pending"]].groupby("person"):
        notice = date.fromisoformat(str(first[person])) if person in first.index else None
        code = level(mine, notice, today)
        if code:
            charges = mine[mine["is_charged"].eq(True)]
            silent = mine[mine["event_type"].eq("Arrest") & mine["is_charged"].isna()]
            convicted = int(charges["is_convicted"].eq(True).sum())
            newest = date.fromisoformat(max(map(str, mine["occurred_on"])))
            found[code, len(mine), len(charges), convicted, len(silent), newest, notice] += 1
    return found


def time_to_arrest(events: pd.DataFrame, notices: pd.DataFrame, today: date) -> dict[tuple[str, int], Row]:
    """Level of the first notice (and all), months -> noticed, arrested, still followed, not so long, share arrested.

    The share is that of statsmodels, with the ends of its interval by Greenwood's variance on the scale log(-log).
    """
    arrests = events[~events["pending"] & events["event_type_code"].eq("arrest")]
    people = []
    notices = notices.assign(notice_level=notices["notice_level"].fillna("not_recorded"))
    for person, mine in notices.sort_values(["engaged_on", "notice_level"]).groupby("person"):
        first = mine.iloc[0]
        days = [(day - first["engaged_on"]).days for day in arrests[arrests["person"].eq(person)]["occurred_on"]]
        after = [n for n in days if n > 0]
        people.append((first["notice_level"], min(after, default=(today - first["engaged_on"]).days), bool(after)))
    seen = pd.DataFrame(people, columns=["level", "days", "arrested"])
    found = {}
    for level, those in [("all", seen), *seen.groupby("level")]:
        curve = SurvfuncRight(those["days"], those["arrested"])
        for months, horizon in ((6, 183), (12, 365), (18, 548)):
            by_then = those["days"] <= horizon
            arrested = int((by_then & those["arrested"]).sum())
            short = int(((those["days"] < horizon) & ~those["arrested"]).sum())
            still = len(those) - arrested - short
            passed = curve.surv_times <= horizon
            free = float(curve.surv_prob[passed][-1]) if passed.any() else 1.0
            low, share, high = None, 1 - free if still or free == 0 else None, None
            if share is not None and 0 < free < 1:
                spread = 1.959963984540054 * float(curve.surv_prob_se[passed][-1]) / free / -math.log(free)
                low, high = (1 - free ** math.exp(sign * spread) for sign in (-1, 1))
            found[level, months] = (len(those), arrested, still, short, share, low, high)
    return found


def true_people(truth: Path, feed_id: str, kind: str) -> pd.DataFrame:
    """The current records of a kind, each with the person who truly stands behind it."""
    seen = pd.read_csv(truth / "mentions.csv", dtype=str).query("feed_id == @feed_id and kind == @kind")
    people = dict(zip(seen["source_key"], seen["person_id"], strict=True))
    found = records(truth, feed_id, kind)
    return found.assign(person=["|".join(key) for key in found["key"]]).assign(person=lambda t: t["person"].map(people))


def linked_people(settings: Settings, kind: str, feed_id: str) -> pd.DataFrame:
    """The current records of a kind, each with the person whom linkage holds it to be at the grade action."""
    sql = (
        f"select r.*, m.person_key as person, r.is_pending_correction as pending from core.fct_{kind} as r "
        "join core.person_membership as m using (mention_key) "
        f"where m.known_to is null and m.grade = 'action' and r.feed_id = '{feed_id}'"
    )
    found = api.query(settings, sql)
    return pd.DataFrame(found.rows, columns=found.columns)
