"""The demo's own installation: a home under the caller's home, wiped at every start."""

from __future__ import annotations

import shutil

from settings import Settings, load_settings
from stack.api import down
from stack.errors import StackError

_MARK = ".nnsc-demo"


def demo_settings(settings: Settings) -> Settings:
    """Settings of the demo: everything under ``<home>/demo``, whatever NNSC_ variables say about other places.

    The feed files too are the demo's own: only they know on which ports its agencies listen. What is parsed of the dbt
    project is not wiped with the rest: it depends on the project alone, and costs a demo 15 seconds.
    """
    home = settings.home / "demo"
    return load_settings(
        home=home,
        project=settings.project,
        jurisdictions=home / "jurisdictions",
        contracts=settings.project / "expectations",
        buckets=home / "buckets",
        published=home / "published",
        work=home / "work",
        parsed=settings.parsed,
        warehouse=str(home / "warehouse" / "warehouse.duckdb"),
        ledger_url=f"sqlite:///{home / 'ledger' / 'ledger.db'}",
        clock=None,
        watch_drops=False,  # the demo starts its feeds itself, and waits for these runs
    )


def wipe(settings: Settings) -> None:
    """End what runs in the demo's home and empty it; a folder that no demo made is left alone.

    Raises:
        StackError: the folder holds something else.
    """
    home = settings.home
    if home.exists() and not (home / _MARK).is_file() and any(home.iterdir()):
        raise StackError(f"{home} was not made by the demo and is not empty. Move it, or choose another --home.")
    down(settings)
    shutil.rmtree(home, ignore_errors=False) if home.exists() else None
    settings.private_dir(home)
    (home / _MARK).touch()
