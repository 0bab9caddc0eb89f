"""The demo's agencies through every way of publishing that it shows: what arrives is what the simulator's books say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.credentials import Credentials, from_environment
from demo.home import demo_settings, wipe
from demo.publishers import AGAIN, Publishers, running_publishers
from demo.summary import differences
from ingest.api import drain, fetch, outcomes
from settings import Settings, load_settings
from simulator.agencies import PRACTICE
from simulator.api import simulate


def take_in(settings: Settings, publishers: Publishers, feeds: list[str]) -> None:
    """What the feeds' DAGs do, with connections as Airflow finds them in its environment."""
    environment = {f"AIRFLOW_CONN_{name.upper()}": text for name, text in publishers.connections.items()}

    def known(connection_id: str) -> Credentials:
        return from_environment(connection_id, environment)

    for feed_id in feeds:
        fetch(settings, feed_id, credentials=known)
        drain(settings, feed_id)


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    settings = demo_settings(load_settings(home=tmp_path))
    wipe(settings)
    return settings


@pytest.mark.slow
def test_files_servers_portals_and_databases_deliver_what_was_planted(own: Settings) -> None:
    world = own.home / "world"
    made = simulate(world, seed=5, people=500, months=2)
    with running_publishers(own) as publishers:
        feeds = publishers.deliver(world, round(made.deliveries * 0.7))
        take_in(own, publishers, feeds)
        first = {feed_id: len(outcomes(own, feed_id)) for feed_id in feeds}
        assert all(first[feed] for feed in feeds if feed not in PRACTICE), (
            "an office of so small a place has empty lists"
        )
        again = publishers.deliver(world, None, again=True)
        assert set(again) == set(AGAIN)
        take_in(own, publishers, again)
        assert all(len(outcomes(own, feed_id)) > first[feed_id] for feed_id in again)
        assert differences(own, world, publishers.published) == []
        spoiled = [replace(publishers.published[0], accepted=0), *publishers.published[1:]]
        assert len(differences(own, world, spoiled)) == 1
        throttled = [path for path, _, _ in publishers.portal.requests if path.startswith(("/socrata", "/arcgis"))]
        assert len(throttled) > 2 * publishers.portal.faults.throttle_every, "portals were slow to answer, too"
        _nowhere(own.home, publishers.password)


def _nowhere(home: Path, secret: str) -> None:
    """No file that is kept holds the secret: landing, manifests, ledger, receipts, spool, feed files."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any("ledger" in str(path) for path in files)
    holding = [path for path in files if secret.encode() in path.read_bytes()]
    assert not holding


def test_a_feed_file_of_the_demo_points_at_the_agencys_server(own: Settings) -> None:
    with running_publishers(own) as publishers:
        texts = [path.read_text(encoding="utf-8") for path in own.jurisdictions.glob("*/*.yml")]
        assert sum(publishers.portal.url in text for text in texts) == 2
        assert not any(publishers.password in text for text in texts)
