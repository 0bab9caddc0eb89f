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
from support.world import REAL, settings_in

os.environ["GX_ANALYTICS_ENABLED"] = "false"
# The libraries are a million objects that stay; walking them at every turn is a twelfth of a test run.
gc.set_threshold(20_000, 20, 100)
# The processes of a test run, and those that tests start, share one parsed dbt project, and worlds to copy.
for shared in ("NNSC_PARSED", "NNSC_TEMPLATES"):
    if shared not in os.environ:
        os.environ[shared] = tempfile.mkdtemp(prefix=f"{shared.lower().replace('_', '-')}-")
        atexit.register(shutil.rmtree, os.environ[shared], ignore_errors=True)


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
