"""Calls for service and drug markets as the simulator wrote them down, to compare with the warehouse."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import h3
import pandas as pd
from esda.getisord import G_Local
from libpysal.weights import W
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from settings import Settings
from simulator.agencies.calls import ENDS, TYPES
from simulator.places import RIVERMOUTH
from warehouse import api

#: A call as it is compared: local instant, what it was about, how it ended, who began it, where.
Told = Counter[tuple[Any, ...]]


def current(world: Path, feed: str, kind: str) -> pd.DataFrame:
    """Records of a Rivermouth feed that must be current."""
    told = json.loads((world / "world" / "truth" / "current.json").read_text())[f"{RIVERMOUTH}/{feed}"][kind]
    return pd.DataFrame(told["rows"], columns=told["columns"])


def calls_of_the_books(world: Path) -> Told:
    """Current calls by what dispatchers mean, not by what rules read."""
    meant = {text: about or None for about, texts in TYPES.items() for text in texts}
    ended = {text: end for end, text in ENDS.items() if text}
    calls = current(world, "calls", "call_for_service")
    return Counter(
        (str(pd.Timestamp(call.received_at)), meant[call.call_type], ended.get(call.disposition),
         call.is_officer_initiated, None if pd.isna(call.latitude) else call.latitude, call.area_id)
        for call in calls.itertuples()
    )  # fmt: skip


def calls_told(settings: Settings) -> Told:
    """The same of the publication."""
    found = api.query(
        settings,
        "select received_at_local::varchar, call_type_code, disposition_code, is_officer_initiated, latitude, area_id "
        "from core.fct_call_for_service",
    )
    return Counter(map(tuple, found.rows))


def located(frame: pd.DataFrame) -> pd.Series[Any]:
    """The cell of each record, nested as in dim_point; None without a point (all of the simulator's lie inside)."""
    points = zip(frame["latitude"], frame["longitude"], strict=True)
    return pd.Series(
        [None if pd.isna(y) else h3.cell_to_parent(h3.latlng_to_cell(y, x, 10), 9) for y, x in points], frame.index
    )


def events(world: Path) -> pd.DataFrame:
    """Everything that counts, one row each: what it counts as, and its cell."""
    calls = current(world, "calls", "call_for_service")
    about = {text: kind for kind, texts in TYPES.items() for text in texts}
    counts = ~calls["disposition"].isin([ENDS["duplicate"], ENDS["cancelled"]])
    calls = calls[counts].assign(about=calls["call_type"].map(about), cell=located(calls))
    called = {
        "drug": "drug_calls",
        "disorder": "disorder_calls",
        "violence": "violence_calls",
        "shots_fired": "violence_calls",
    }
    calls["measure"] = calls["about"].map(called).fillna("other_calls")
    opened = calls["is_officer_initiated"].fillna(False).astype(bool)
    calls.loc[opened, "measure"] = "other_calls"
    calls.loc[opened & (calls["about"] == "drug"), "measure"] = "officer_drug_events"
    charges = current(world, "arrest", "arrest_charge")
    of_drugs = charges[charges["source_offense"].str.contains("CONTROLLED SUBSTANCE", na=False)]["arrest_id"]
    arrests = current(world, "arrest", "arrest")
    arrests = arrests[arrests["arrest_id"].isin(set(of_drugs))].assign(measure="drug_arrests", cell=located(arrests))
    shot = pd.concat([current(world, "shooting", f"shooting_{kind}") for kind in ("incident", "victim")])
    shot = shot.reset_index(drop=True).assign(measure="shootings")
    shot["cell"] = located(shot)
    shot = shot.groupby(["incident_id", "measure"])["cell"].min().reset_index()
    return pd.concat([calls, arrests, shot])[["measure", "cell"]]


def planted_markets(world: Path) -> list[dict[str, Any]]:
    """Where the simulator let drugs be sold, as a site declares it: the cell in the middle, and a ring of one step."""
    markets = json.loads((world / "world" / "truth" / "calls.json").read_text())["markets"]
    return [
        {"id": f"market_{market['number']}", "name": f"Market {market['number']}",
         "phases": {"identified": "2025-01-01", "notified": "2025-01-31"},
         "drawings": [{"version": 1, "cells": [h3.latlng_to_cell(market["latitude"], market["longitude"], 9)]}]}
        for market in markets
    ]  # fmt: skip


def rings(world: Path, known: set[str]) -> dict[tuple[str, str], set[str]]:
    """The cells of each planted market, those beside it, and the rest of the city that is ``known``."""
    homes = {market["id"]: set(market["drawings"][0]["cells"]) for market in planted_markets(world)}
    taken = set().union(*homes.values())
    beside = {name: set().union(*(h3.grid_ring(cell, 1) for cell in cells)) - taken for name, cells in homes.items()}
    rest = known - taken - set().union(*beside.values())
    return {
        (name, ring): cells
        for name, home in homes.items()
        for ring, cells in (("market", home), ("ring", beside[name]), ("comparison", rest))
    }


def hot_cells(located_events: pd.DataFrame) -> set[str]:
    """The fewest cells that hold half of the calls about drugs, those with as many calls as the last of them too."""
    counts = located_events.query("measure == 'drug_calls'")["cell"].value_counts()
    least, reached = 0, 0
    for calls in sorted(counts, reverse=True):
        if reached >= counts.sum() / 2:
            break
        least, reached = calls, reached + calls
    return set(counts[counts >= max(least, 2)].index)


def gi_star(counts: pd.Series[Any]) -> pd.DataFrame:
    """The published statistic (esda) of counts by cell with their adjoining cells, and statsmodels' adjusted values."""
    cells = sorted(counts.index)
    adjoining = {cell: sorted(set(h3.grid_ring(cell, 1)) & set(cells)) for cell in cells}
    weights = W(adjoining, id_order=cells, silence_warnings=True)
    told = G_Local(counts.loc[cells].to_numpy(dtype=float), weights, transform="B", permutations=0, star=True)
    p_values = norm.sf(told.Zs)
    q_values = multipletests(p_values, method="fdr_bh")[1]
    return pd.DataFrame({"gi_star": told.Zs, "p_value": p_values, "q_value": q_values}, index=cells)
