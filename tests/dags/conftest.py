"""One Airflow for all DAG tests: a temporary home, one migration, the shipped DAGs read once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from support.airflow_home import dag_bag
from support.narrow import builds
from support.world import settings_in


@pytest.fixture(scope="session")
def bag() -> Any:
    """The shipped DAGs."""
    return dag_bag()


@pytest.fixture(scope="session")
def airflow_db() -> None:
    """A metadata database with its tables and our pools."""
    from airflow.models.pool import Pool
    from airflow.utils import db

    from stack.environment import POOLS_FILE

    db.initdb()
    for name, pool in json.loads(POOLS_FILE.read_text()).items():
        Pool.create_or_update_pool(name, pool["slots"], pool["description"], include_deferred=False)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty installation that the DAGs work on."""
    settings = settings_in(tmp_path)
    monkeypatch.setenv("NNSC_HOME", str(settings.home))
    monkeypatch.setenv("NNSC_JURISDICTIONS", str(settings.jurisdictions))
    return settings


@pytest.fixture
def without_data_tests() -> Iterator[None]:
    """Builds leave dbt's data tests out; what one that fails does to a build is asked where builds are tested."""
    with builds():
        yield
