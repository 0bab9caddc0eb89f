"""Names that the simulator planted are searched in everything that a demo leaves behind."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from simulator.names import CANARY_NAMES, CANARY_STREET
from simulator.places import BAJIO, MILLBROOK, RIVERMOUTH
from support.canaries import found
from support.world import PROJECT, settings_in

CANARIES = [*CANARY_NAMES, CANARY_STREET]
#: Feeds of the demo that take no part here: each is four tasks of Airflow and ten seconds of a processor. Every way of
#: handing over stays, and of each kind of agency the one whose files name people.
LEFT_OUT = (
    f"{RIVERMOUTH}/calls", f"{BAJIO}/shooting", f"{BAJIO}/violations", f"{MILLBROOK}/engagement",
    "sim_us_ca_state/census", "sim_us_oh_state/population", "sim_us_oh_state/movements",
)  # fmt: skip


@pytest.mark.slow
def test_no_canary_leaves_the_places_for_names_in_a_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publications, logs, XComs, task names, run notes, Airflow's database, Data Docs, receipts, file names."""
    from demo.api import run_demo
    from demo.publishers import FILES, TABLES, WAYS
    from warehouse.api import publish_for

    for feed_id in LEFT_OUT:
        monkeypatch.delitem(FILES, feed_id)
    assert {*FILES.values(), *TABLES.values()} == WAYS.keys()
    settings = settings_in(tmp_path, jurisdictions=PROJECT / "jurisdictions")
    said: list[str] = []
    assert run_demo(settings, seed=20261121, people=1500, months=3, say=said.append), said
    home = settings.home / "demo"
    own = settings.model_copy(
        update={
            "home": home,
            "published": home / "published",
            "ledger_url": f"sqlite:///{home / 'ledger' / 'ledger.db'}",
        }
    )
    for tier in ("T0", "T1", "T2"):
        publish_for(own, tier)
    assert (home / "airflow").is_dir()
    assert any(canary in " ".join(map(str, planted(home))) for canary in CANARIES), "the canaries never flew"
    assert found(home, CANARIES) == []
    assert not [canary for canary in CANARIES if canary.lower() in " ".join(said).lower()]


def planted(home: Path) -> list[str]:
    """What of the canaries is in the warehouse, where names may be."""
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as db:
        return [row[0] for row in db.execute("select distinct last_name from restricted.person_mention").fetchall()]


@pytest.mark.parametrize("where", ["text", "name", "gzip", "sqlite", "duckdb", "parquet"])
def test_the_search_finds_a_canary_wherever_it_hides(tmp_path: Path, where: str) -> None:
    """A search that finds nothing proves nothing unless it can find."""
    secret = CANARIES[3].upper()
    (tmp_path / "logs").mkdir()
    file = tmp_path / "logs" / (f"of {secret}.txt" if where == "name" else "file.bin")
    value = f"Error in row 3: {secret}, J."
    if where == "gzip":
        file.write_bytes(gzip.compress(value.encode()))
    elif where == "sqlite":
        with sqlite3.connect(file) as db:
            db.execute("create table xcom (value text)")
            db.execute("insert into xcom values (?)", [json.dumps({"message": value})])
    elif where == "duckdb":
        with duckdb.connect(str(file)) as duck:
            duck.execute("create table t as select ? || i as v from range(5000) as r(i)", [value])
            duck.execute("checkpoint")
    elif where == "parquet":
        duckdb.execute(f"copy (select '{value}' as v from range(5000)) to '{file}' (format parquet, compression zstd)")
    else:
        file.write_text(value if where == "text" else "")
    assert found(tmp_path, CANARIES)
    (tmp_path / "landing").mkdir()
    file.rename(tmp_path / "landing" / file.name)
    assert found(tmp_path, CANARIES) == []
