"""From change sets through the built warehouse to an evaluation: its numbers are those of the rows that were sent."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from outcomes.registration import register
from outcomes.series import MissingMonths
from outcomes.specification import load
from reports.evaluation import run_evaluation
from support.engines import no_data_tests
from support.evaluation_world import SPEC
from support.html_tables import tables_of
from support.warehouse_world import SHOOTINGS, VICTIMS_ONLY, World, make_world
from warehouse import api

TREATED, OTHER = (feed.split("/")[0] for feed in (SHOOTINGS, VICTIMS_ONLY))
MONTHS = pd.date_range("2020-12-01", "2023-12-01", freq="MS")
START = pd.Timestamp("2023-01-01")
#: A month in which nobody was shot in the treated city.
QUIET = pd.Timestamp("2022-03-01")


def people_shot() -> pd.DataFrame:
    """City and local moment of each; the treated city's rate is halved from the start on."""
    rng, rows = np.random.default_rng(20230101), []
    for city in (TREATED, OTHER):
        for month in MONTHS:
            rate = (
                0.0 if (city, month) == (TREATED, QUIET) else 24.0 * (0.5 if city == TREATED and month >= START else 1)
            )
            days = rng.integers(1, 28, rng.poisson(rate))
            rows += [(city, month + timedelta(days=int(day), hours=12)) for day in days]
    return pd.DataFrame(rows, columns=["city", "at"])


def deliver(world: World, shot: pd.DataFrame) -> None:
    for feed in (SHOOTINGS, VICTIMS_ONLY):
        mine = shot.loc[shot["city"] == feed.split("/")[0], "at"]
        incidents = [incident(f"{feed}-{n}", at.to_pydatetime()) for n, at in enumerate(mine)]
        victims = [row | {"record_key": f"v-{row['record_key']}", "is_fatal": False} for row in incidents]
        others = {"shooting_incident": incidents, "shooting_suspect": []} if feed == SHOOTINGS else {}
        world.deliver(feed, 1, {"shooting_victim": victims, **others})


def incident(key: str, at: datetime) -> dict[str, Any]:
    return {"op": "insert", "record_key": key, "incident_key": key, "incident_id": key, "area_id": "North",
            "occurred_at_local": at, "occurred_at": at + timedelta(hours=5)}  # fmt: skip


@pytest.mark.slow
def test_an_evaluation_counts_what_was_sent(tmp_path: Path) -> None:
    world, shot = make_world(tmp_path / "home"), people_shot()
    deliver(world, shot)
    with no_data_tests():  # what is counted is looked at here
        api.build(world.settings, world.active)
    spec = deepcopy(SPEC) | {"name": "halved", "intervention": {"starts": f"{START:%Y-%m}"},
                             "window": {"first": "2021-01", "last": "2023-12"}}  # fmt: skip
    spec["units"] = {"level": "site", "treated": [TREATED], "comparison": [OTHER]}
    file = tmp_path / "halved.yml"
    file.write_text(yaml.safe_dump(spec))
    register(world.settings, load(file), "Ana", "before the run")
    with pytest.raises(MissingMonths, match=f"{TREATED} {QUIET:%Y-%m}"):
        run_evaluation(world.settings, str(file))

    spec["outcome"] |= {"feeds": [SHOOTINGS, VICTIMS_ONLY], "zero_months": "Both departments tell every shooting."}
    file.write_text(yaml.safe_dump(spec))
    register(world.settings, load(file), "Ana", "a quiet month has no row in the mart")
    done = run_evaluation(world.settings, str(file))

    months = shot["at"].dt.to_period("M")
    counts = (
        shot.groupby(["city", months]).size().unstack("city").reindex(pd.period_range("2021-01", "2023-12", freq="M"))
    )
    counts = counts.fillna(0)
    before, after = counts[:"2022-12"], counts["2023-01":]
    result = json.loads((done.folder / "result.json").read_text())
    assert result["treated"] == counts[TREATED].tolist()
    assert result["comparison"] == counts[OTHER].tolist()
    assert result["events"] == {"before": before[TREATED].sum(), "after": after[TREATED].sum(),
                                "months_before": 24, "months_after": 12}  # fmt: skip
    assert result["extract"]["zeros"] == 1
    assert result["extract"]["publication_id"] == 1
    assert result["verdict"]["word"] == "reduction"
    odds = (after[TREATED].sum() / after[OTHER].sum()) / (before[TREATED].sum() / before[OTHER].sum())
    assert result["estimate"]["ratio"] == pytest.approx(odds, rel=1e-5)
    table = tables_of(done.folder / "index.html")["The months"][1:]
    assert [row[1] for row in table] == [str(int(value)) for value in counts[TREATED]]
    changed = {change["field"] for change in result["registrations"][1]["changed"]}
    assert changed == {"outcome.feeds", "outcome.zero_months"}
