"""Who spent how long where in a simulated department's prisons, by pandas over the simulator's own books."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

DEPARTMENT = "sim_us_oh_state"
FEEDS = tuple(f"{DEPARTMENT}/{name}" for name in ("movements", "population", "incidents"))
KEYS = ["level", "facility_id", "unit_id", "month"]
#: Columns of the marts that are compared.
SPENT = ["days_known", "person_days", "person_days_unread", "restrictive_person_days", "restrictive_people"]


def known_until(truth: Path) -> date:
    """The last whole local day before the newest log of movements was written."""
    told = json.loads((truth / "deliveries.json").read_text())
    newest = max(d["known_at"] for d in told if d["feed_id"] == FEEDS[0] and d["state"] == "applied")
    return pd.Timestamp(newest).tz_convert("America/New_York").date() - timedelta(days=1)


def stretches_of_movements(truth: Path, known_on: date) -> pd.DataFrame:
    """What the records say that are current after the last delivery: each lasts until the next of its time in custody."""
    told = json.loads((truth / "current.json").read_text())[FEEDS[0]]["prison_movement"]
    moves = pd.DataFrame(told["rows"], columns=told["columns"])
    moves = moves.assign(since=pd.to_datetime(moves["moved_at"])).sort_values(["booking_id", "since"])
    following = moves.groupby("booking_id")[["since", "from_facility_id", "from_unit_id"]].shift(-1)
    # each movement of these books is to another unit, so its own reason says what the stay there is
    here, left = (moves[["to_facility_id", "to_unit_id"]].fillna(""), following.iloc[:, 1:].fillna(""))
    missing = following["since"].notna() & (here.to_numpy() != left.to_numpy()).any(axis=1)
    found = pd.DataFrame({
        "person": moves["booking_id"], "facility_id": moves["to_facility_id"], "unit_id": moves["to_unit_id"],
        "since": moves["since"], "until": following["since"],
        "restrictive": moves["movement_reason"].eq("Placed in RHU") & ~missing, "unread": missing,
    })  # fmt: skip
    return _ended(found.dropna(subset="facility_id"), known_on)


def stretches_of_stays(truth: Path, known_on: date) -> pd.DataFrame:
    """What truly happened."""
    stays = pd.DataFrame(json.loads((truth / "stays.json").read_text())[DEPARTMENT])
    found = stays.rename(columns={"facility": "facility_id", "unit": "unit_id"})
    found = found.assign(person=found["booking"].map("B{:05d}".format))
    times = {name: pd.to_datetime(found[name]) for name in ("since", "until")}
    return _ended(found.assign(**times, unread=False), known_on)


def whole(truth: Path) -> set[str]:
    """Times in custody of which every movement is recorded: one for each stay, and the release."""
    told = json.loads((truth / "current.json").read_text())[FEEDS[0]]["prison_movement"]
    recorded = pd.DataFrame(told["rows"], columns=told["columns"]).groupby("booking_id").size()
    stays = pd.DataFrame(json.loads((truth / "stays.json").read_text())[DEPARTMENT])
    stays = stays.assign(booking=stays["booking"].map("B{:05d}".format))
    happened = stays.groupby("booking").size() + stays.groupby("booking")["until"].agg(lambda ends: ends.notna().all())
    return set(happened.index[happened.eq(recorded.reindex(happened.index, fill_value=0))])


def _ended(found: pd.DataFrame, known_on: date) -> pd.DataFrame:
    end = pd.Timestamp(known_on) + pd.Timedelta(days=1)
    return found.assign(until=found["until"].fillna(end).clip(upper=end))


def exposure(stretches: pd.DataFrame, known_on: date) -> pd.DataFrame:
    """Days spent by level, place and month, from the month after the first departure."""
    first = (stretches["until"].min() + pd.offsets.MonthBegin(1)).normalize()
    parts = []
    for month in pd.date_range(first, pd.Timestamp(known_on), freq="MS"):
        end = month + pd.offsets.MonthBegin(1)
        days = (stretches["until"].clip(upper=end) - stretches["since"].clip(lower=month)) / pd.Timedelta(days=1)
        known = (min(end, pd.Timestamp(known_on) + pd.Timedelta(days=1)) - month).days
        parts.append(stretches.assign(days=days, month=month.date(), days_known=known)[days > 0])
    pieces = pd.concat(parts)
    units = pieces.assign(level="unit")
    facilities = pieces.assign(level="facility", unit_id=None)
    everything = pieces.assign(level="system", unit_id=None, facility_id=None)
    placed = pd.concat([units, facilities, everything])
    return placed.groupby(KEYS, dropna=False).apply(_sums).sort_index()


def _sums(rows: pd.DataFrame) -> pd.Series[Any]:
    unread = rows.loc[rows["unread"], "days"].sum()
    isolated = rows[rows["restrictive"]]
    told = rows["days_known"].iloc[0] >= 0.8 * pd.Period(rows.name[3], "M").days_in_month
    shown = (isolated["days"].sum(), isolated["person"].nunique())
    if not told or unread > 0.2 * rows["days"].sum():
        shown = (float("nan"), float("nan"))
    return pd.Series(dict(zip(SPENT, (rows["days_known"].iloc[0], rows["days"].sum(), unread, *shown), strict=True)))
