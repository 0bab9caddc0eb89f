"""Fixtures of all tests."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from settings import Settings
from support.order import place
from support.world import REAL, settings_in

os.environ["GX_ANALYTICS_ENABLED"] = "false"
# The libraries are a million objects that stay; walking them at every turn is a twelfth of a test run.
gc.set_threshold(20_000, 20, 100)
# Worlds that are made once and copied lie where all processes of a run find them (support/templates.py).
if "NNSC_TEMPLATES" not in os.environ:
    os.environ["NNSC_TEMPLATES"] = tempfile.mkdtemp(prefix="nnsc-templates-")
    atexit.register(shutil.rmtree, os.environ["NNSC_TEMPLATES"], ignore_errors=True)
# Worlds of tests share one parsed dbt project, with the processes that tests start too.
if "NNSC_PARSED" not in os.environ:
    os.environ["NNSC_PARSED"] = tempfile.mkdtemp(prefix="nnsc-parsed-")
    atexit.register(shutil.rmtree, os.environ["NNSC_PARSED"], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long run begins with its longest files."""
    if config.option.markexpr == "slow":
        items.sort(key=lambda item: place(item.path))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty installation."""
    return settings_in(tmp_path)


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real public files; tests that need it are skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip("the folder of real public files is not here")
    return REAL
