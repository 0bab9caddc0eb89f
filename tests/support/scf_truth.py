"""Answers to violations of supervision by slow counting: of random small worlds, and of the simulator's books in pandas."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from simulator.agencies.probation import ANSWERS, BREACHES
from simulator.places import BAJIO
from support.custody_world import Place, month_days

COLUMNS = (
    "violation_class_code, month, detected, responded, not_responded, response_not_told, certainty, responses_with_days, "
    "median_days_to_response, surely_within_72h, perhaps_within_72h, responses_with_custody_told, custody_days, "
    "custody_days_per_response, revocations, supervised_days, revocations_per_100_supervised_years"
)
#: What a recorded answer means: whether there was one (None: nobody says), and custody where no number of days is given.
MEANS: dict[str | None, tuple[bool | None, int | None]] = {
    "Jail days": (True, None), "Warning": (True, 0), "Revocation": (True, None), "None": (False, None),
    "Pending": (False, None), "Unknown": (None, None), None: (False, None),
}  # fmt: skip
KINDS = {"technical": "technical", "new offense": "new_offense", None: "not_recorded"}


def _measures(
    answered: list[bool | None], lags: list[int], custody: list[int], revoked: int, supervised: int | None
) -> tuple[Any, ...]:
    told = [a for a in answered if a is not None]
    yes = sum(told)
    return (
        len(answered), yes if told else None, len(told) - yes if told else None, len(answered) - len(told),
        yes / len(told) if told else None, len(lags), median(lags) if lags else None,
        sum(n <= 2 for n in lags) if lags else None, sum(n <= 3 for n in lags) if lags else None,
        len(custody), sum(custody) if custody else None, sum(custody) / len(custody) if custody else None,
        revoked if told else None, supervised,
        revoked * 36525 / supervised if told and supervised else None,
    )  # fmt: skip


def supervised_days(place: Place, month: date) -> int | None:
    """Days of all terms in a month, each term and day one by one; None where the month is not known as a whole."""
    days = month_days(month)
    terms = [t for t in place.terms if t["ended_on"] is None or t["ended_on"] >= t["started_on"]]
    begun = any(t["started_on"] <= days[-1] for t in terms)
    if not begun or days[-1] > place.known_on or days[-1] < place.first_known_on:
        return None
    return sum(t["started_on"] <= d and (t["ended_on"] is None or d <= t["ended_on"]) for t in terms for d in days)


def responses(place: Place) -> dict[tuple[str, date], tuple[Any, ...]]:
    """Of a random place: (class, month) -> the measures of ``COLUMNS``."""
    cells = defaultdict(list)
    for row in place.violations:
        cells[KINDS[row["violation_type"]], row["violated_on"].replace(day=1)].append(row)
    found = {}
    for (kind, month), rows in cells.items():
        answered, lags, custody, revoked = [], [], [], 0
        for row in rows:
            was, none_is = MEANS[row["response"]]
            if row["response"] in (None, "Unknown") and (row["responded_on"] or row["custody_days"]):
                was = True
            answered.append(was)
            if was:
                days = none_is if row["custody_days"] is None else row["custody_days"]
                custody += [] if days is None else [days]
                revoked += row["response"] == "Revocation"
                if row["responded_on"] and row["detected_on"] and row["responded_on"] >= row["detected_on"]:
                    lags.append((row["responded_on"] - row["detected_on"]).days)
        found[kind, month] = _measures(answered, lags, custody, revoked, supervised_days(place, month))
    return found


def bajio(world: Path) -> pd.DataFrame:
    """What Bajío's office recorded, by class and month of the violation; its words are the simulator's."""
    books = json.loads((world / "truth" / "current.json").read_text())[f"{BAJIO}/violations"]["probation_violation"]
    told = pd.DataFrame(books["rows"], columns=books["columns"])
    for name in ("violated_on", "detected_on", "responded_on"):
        told[name] = pd.to_datetime(told[name])
    told["violation_class_code"] = told["violation_type"].map({text: code for code, text in BREACHES.items()})
    told["violation_class_code"] = told["violation_class_code"].fillna("not_recorded")
    told["month"] = told["violated_on"].dt.to_period("M").astype(str)
    answer = told["response"].map({text: code for code, text in ANSWERS.items()})
    told["responded"] = answer.notna()
    told["revocations"] = answer == "revocation"
    lag = (told["responded_on"] - told["detected_on"]).dt.days.where(answer.notna())
    told["lag"] = lag.where(lag >= 0)
    told["surely"], told["perhaps"] = told["lag"] <= 2, told["lag"] <= 3
    told["custody"] = told["custody_days"].astype(float).where(answer.notna())
    told["custody"] = told["custody"].where(told["custody"].notna() | ~answer.isin(["warning", "reporting"]), 0)
    return told.groupby(["violation_class_code", "month"]).agg(
        detected=("responded", "size"), responded=("responded", "sum"), revocations=("revocations", "sum"),
        responses_with_days=("lag", "count"), median_days_to_response=("lag", "median"),
        surely_within_72h=("surely", "sum"), perhaps_within_72h=("perhaps", "sum"),
        responses_with_custody_told=("custody", "count"), custody_days=("custody", "sum"),
    )  # fmt: skip
