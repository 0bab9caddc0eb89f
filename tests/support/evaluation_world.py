"""Kept publications with marts of a few cities and a planted effect, and specifications that ask about it."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import yaml

from settings import Settings
from support.world import PROJECT, settings_in

MONTHS = pd.date_range("2021-01-01", periods=60, freq="MS")
START = 36  # 2024-01
CITIES = ["us_aa_treated", *(f"us_bb_other{n}" for n in range(5))]
SHOOTINGS, ARRESTS, FRESH = (
    "marts.mart_gvi__shootings_by_area_month", "marts.mart_gvi__arrests_by_offense_month", "marts.mart_ops__feed_freshness",
)  # fmt: skip

SPEC: dict[str, Any] = {
    "name": "planted",
    "title": {"en": "People shot", "es": "Personas baleadas"},
    "question": {"en": "Were fewer people shot than expected?", "es": "¿Hubo menos personas baleadas?"},
    "units": {"level": "site", "treated": CITIES[:1], "comparison": CITIES[1:]},
    "outcome": {"mart": SHOOTINGS.split(".")[1], "column": "victims", "unit_column": "jurisdiction_id"},
    "intervention": {"starts": "2024-01"},
    "window": {"first": "2021-01", "last": "2025-12"},
    "selection": {"how": "not on the outcome", "why": "The test plants its effect wherever it likes."},
}
ZERO = {"feeds": [f"{city}/shooting" for city in CITIES], "zero_months": "The departments tell every shooting."}
HARM = {"name": "arrests", "title": {"en": "Arrests", "es": "Arrestos"}, "mart": ARRESTS.split(".")[1],
        "column": "arrests", "unit_column": "jurisdiction_id", "where": {"offense_group_code": ["weapons"]}}  # fmt: skip


def shootings(effect: float, level: float = 60, seed: int = 7) -> pd.DataFrame:
    """Two areas of each city; the first city's rate is changed from the start on."""
    rng, rows = np.random.default_rng(seed), []
    for city in CITIES:
        for n, month in enumerate(MONTHS):
            rate = level * (1 + effect if city == CITIES[0] and n >= START else 1)
            rows += [(city, area, month.date(), int(rng.poisson(rate / 2))) for area in ("North", "South")]
    return pd.DataFrame(rows, columns=["jurisdiction_id", "area_id", "month", "victims"])


def arrests(effect: float, level: float = 80, seed: int = 11) -> pd.DataFrame:
    """Arrests for weapons that change by ``effect``, and others that a filter must leave out."""
    weapons = shootings(effect, level, seed).groupby(["jurisdiction_id", "month"], as_index=False)["victims"].sum()
    weapons = weapons.rename(columns={"victims": "arrests"}).assign(offense_group_code="weapons")
    return pd.concat([weapons, weapons.assign(offense_group_code="drugs", arrests=7)])


def freshness(until: str = "2026-01-02") -> pd.DataFrame:
    """Every city's feed has spoken until that day."""
    return pd.DataFrame({"feed_id": [f"{city}/shooting" for city in CITIES], "last_known_at": pd.Timestamp(until)})


def installation(folder: Path, tables: dict[str, pd.DataFrame], spec: dict[str, Any] | None = None) -> Settings:
    """An installation with one publication, and the specification in its own ``evaluations/``."""
    settings = settings_in(folder, project=folder, policies=PROJECT / "policies", contracts=PROJECT / "expectations")
    (folder / "evaluations").mkdir(exist_ok=True)
    effects = "published_effects.csv"
    (folder / "evaluations" / effects).write_bytes((PROJECT / "evaluations" / effects).read_bytes())
    publish(settings, 1, tables)
    write_spec(settings, spec or SPEC)
    return settings


def publish(
    settings: Settings, number: int, tables: dict[str, pd.DataFrame], tiers: dict[str, Any] | None = None
) -> None:
    """A kept publication as ``warehouse.kept`` reads it: Parquet files and a manifest that names them."""
    folder = settings.private_dir(settings.published / "tables")
    files = {}
    with duckdb.connect() as db:
        for name, rows in tables.items():
            files[name] = f"{name}.{number}.parquet"
            db.register("given", rows)
            db.execute(f"copy (select * from given) to '{folder / files[name]}' (format parquet)")
    manifest = {
        "tables": {name: len(rows) for name, rows in tables.items()}, "files": files, "tiers": tiers or {},
        "published_at": datetime(2026, 1, number, 12).isoformat() + "+00:00",
    }  # fmt: skip
    kept = settings.private_dir(settings.published / "publications") / f"{number:06}.json"
    kept.write_text(json.dumps(manifest))


def write_spec(settings: Settings, spec: dict[str, Any]) -> Path:
    """The specification as its file."""
    file = settings.project / "evaluations" / f"{spec['name']}.yml"
    file.write_text(yaml.safe_dump(spec, allow_unicode=True, sort_keys=False))
    return file


def changed(path: str, value: Any, spec: dict[str, Any] | None = None) -> dict[str, Any]:
    """The specification with one field set (``units.treated``), or removed where the value is None."""
    found = deepcopy(spec or SPEC)
    *parents, last = path.split(".")
    at: Any = found
    for name in parents:
        at = at[name]
    if value is None:
        at.pop(last)
    else:
        at[last] = value
    return found
