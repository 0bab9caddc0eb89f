"""Displacement of a market from a published mart: the golden counts, their windows, and what is not defined."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from commands.evaluate import evaluate
from outcomes.markets import MART, displaced, told
from settings import Settings
from support.evaluation_world import publish
from support.world import settings_in
from warehouse.errors import QueryError

PLACE, MARKET = "us_aa_first", "corner"
NOTIFIED = pd.Timestamp("2024-07-01")
#: Counts of half a year before and after whose figures are published: R, D and C of Bowers and Johnson's quotient.
GOLDEN = {"market": (207, 110), "ring": (178, 157), "comparison": (308, 318)}
CELLS = {"market": 2, "ring": 3, "comparison": 10}


def mart(counts: Mapping[str, tuple[int, int]], notified: Any = NOTIFIED, version: int = 1) -> pd.DataFrame:
    """Fourteen months around July: six before, the month itself, six after, and one that is not whole."""
    rows = []
    for ring, totals in counts.items():
        for n, month in enumerate(pd.date_range("2024-01-01", periods=14, freq="MS")):
            total = totals[0] if n < 6 else totals[1]
            value = total // 6 + (n % 7 < total % 6) if n != 6 else 999  # what happens in the month itself is left out
            rows.append((PLACE, MARKET, version, version == 1, ring, month.date(), n < 13, notified, CELLS[ring],
                         value, value if n > 2 else None))  # fmt: skip
    frame = pd.DataFrame(rows, columns=[
        "jurisdiction_id", "market_id", "market_version", "is_newest", "ring_code", "month", "is_whole", "notified_month",
        "cells", "drug_calls", "drug_arrests",
    ])  # fmt: skip
    frame["notified_month"] = pd.to_datetime(frame["notified_month"]).dt.date
    return frame


def spread(total: int, first: int) -> int:
    """What ``mart`` lays into six months from the ``first``."""
    return sum(total // 6 + (n % 7 < total % 6) for n in range(first, first + 6))


def installation(folder: Path, rows: pd.DataFrame) -> Settings:
    settings = settings_in(folder)
    publish(settings, 1, {MART: rows})
    return settings


def test_golden_numbers_from_equal_windows_without_the_month_of_notification(tmp_path: Path) -> None:
    settings = installation(tmp_path, pd.concat([mart(GOLDEN), mart(dict.fromkeys(GOLDEN, (6, 6)), version=2)]))
    assert spread(207, 0) == 207
    assert spread(110, 7) == 110
    found = displaced(settings, PLACE, MARKET, 6)
    assert {ring: (change.before, change.after) for ring, change in found.changes.items()} == GOLDEN
    assert [f"{m:%Y-%m}" for m in (*found.before[::5], *found.after[::5])] == [
        "2024-01",
        "2024-06",
        "2024-08",
        "2025-01",
    ]
    assert found.quotient.wdq == pytest.approx(0.2582, abs=5e-5)
    assert found.quotient.net == pytest.approx(130.5, abs=0.05)
    assert found.ratio is not None
    assert [round(v, 3) for v in (found.ratio.ratio, found.ratio.low, found.ratio.high)] == [0.515, 0.389, 0.681]
    # (110 - 207) + (157 - 178) - (318 - 308) / 2, as two cells of the comparison stand for one of market and ring
    assert (found.weight, found.weighted.events) == (2.0, -123.0)
    assert found.weighted.error**2 == pytest.approx(110 + 207 + 157 + 178 + (318 + 308) / 4)
    assert "diffusion" in " ".join(told(found))
    assert displaced(settings, PLACE, MARKET, 6, version=2).changes["ring"].after == 6


def test_what_is_not_defined_is_not_told_as_a_figure(tmp_path: Path) -> None:
    worse = displaced(installation(tmp_path / "worse", mart(GOLDEN | {"market": (100, 130)})), PLACE, MARKET, 6)
    assert not worse.quotient.readable
    assert any(line.startswith("WDQ: not read") for line in told(worse))
    empty = displaced(installation(tmp_path / "empty", mart(GOLDEN | {"comparison": (12, 0)})), PLACE, MARKET, 6)
    assert (empty.quotient.wdq, empty.quotient.net, empty.ratio) == (None, None, None)
    lines = " ".join(told(empty))
    assert all(f"{name}: not defined" in lines for name in ("comparison", "WDQ", "TNE"))
    closed = displaced(installation(tmp_path / "closed", mart(GOLDEN | {"market": (60, 0)})), PLACE, MARKET, 6)
    assert closed.ratio is None
    assert closed.quotient.readable, "a market that closed altogether is the success itself"
    moved = displaced(installation(tmp_path / "moved", mart(GOLDEN | {"ring": (60, 200)})), PLACE, MARKET, 6)
    assert "(displacement)" in " ".join(told(moved))


def test_what_cannot_be_compared_says_why_and_what_to_do(tmp_path: Path) -> None:
    settings = installation(tmp_path / "one", mart(GOLDEN))
    with pytest.raises(QueryError, match="use --months 6"):
        displaced(settings, PLACE, MARKET, 7)
    with pytest.raises(QueryError, match="use --months 3"):  # arrests were not known in the first three months
        displaced(settings, PLACE, MARKET, 6, "drug_arrests")
    with pytest.raises(QueryError, match=f"{PLACE} {MARKET}"):
        displaced(settings, PLACE, "elsewhere", 6)
    with pytest.raises(QueryError, match="no drawing 3"):
        displaced(settings, PLACE, MARKET, 6, version=3)
    with pytest.raises(QueryError, match="Use one of drug_calls"):
        displaced(settings, PLACE, MARKET, 6, "cells")
    planned = installation(tmp_path / "two", mart(GOLDEN, notified=None))
    with pytest.raises(QueryError, match=f"phases.notified in jurisdictions/{PLACE}"):
        displaced(planned, PLACE, MARKET, 6)


def test_the_command_tells_counts_windows_and_figures(tmp_path: Path) -> None:
    settings = installation(tmp_path, mart(GOLDEN))
    done = CliRunner().invoke(evaluate, ["displacement", PLACE, MARKET, "--months", "6"], obj=settings)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "corner (drawing 1) of us_aa_first: drug_calls, notified 2024-07"
    assert lines[1].split() == ["cells", "2024-01", "to", "2024-06", "2024-08", "to", "2025-01"]
    assert [line.split() for line in lines[2:5]] == [
        ["market", "2", "207", "110"], ["ring", "3", "178", "157"], ["comparison", "10", "308", "318"],
    ]  # fmt: skip
    assert "WDQ: 0.2582" in done.output
    assert "TNE: 130.5" in done.output
