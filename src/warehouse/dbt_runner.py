"""Running dbt in this process: where its files lie, what it says while it runs, and how its connection is closed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import Settings
from warehouse.engine import engine_for
from warehouse.errors import TransformError

OnEvent = Callable[[str], None]


@dataclass(frozen=True)
class NodeResult:
    """How one node of the dbt project fared; status and message are dbt's own."""

    name: str
    resource_type: str
    status: str
    message: str


def dbt_manifest(settings: Settings) -> Path:
    """Where dbt leaves what it knows of the project: relations, descriptions, lineage."""
    return settings.home / "dbt" / "target" / "manifest.json"


def run_dbt(settings: Settings, arguments: list[str], on_event: OnEvent | None = None) -> list[NodeResult]:
    """One dbt command on this project; returns its results, failures included.

    Raises:
        TransformError: dbt could not even begin (the project does not parse, the database does not open).
    """
    from dbt.cli.main import dbtRunner

    engine = engine_for(settings)
    engine.prepare()
    project, output = (settings.project / "dbt", settings.private_dir(settings.home / "dbt"))
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    places += ["--target-path", str(output / "target"), "--log-path", str(output / "logs")]
    quiet = ["--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "info", "--no-version-check"]
    watch = [_watcher(on_event)] if on_event else []
    with _environment(engine.dbt_environment()):
        try:
            outcome = dbtRunner(callbacks=watch).invoke([*arguments, *places, *quiet])
        finally:
            _release()
    if outcome.result is None or outcome.exception is not None:
        raise TransformError(f"dbt {arguments[0]} stopped: {outcome.exception}", f"See {output / 'logs' / 'dbt.log'}.")
    results: Any = getattr(outcome.result, "results", [])
    return [
        NodeResult(r.node.name, str(r.node.resource_type), str(r.status), str(r.message or "").strip()) for r in results
    ]


def _watcher(on_event: OnEvent) -> Callable[[Any], None]:
    def watch(event: Any) -> None:
        if event.info.name in ("LogModelResult", "LogSeedResult") or (
            event.info.name == "LogTestResult" and event.data.status != "pass"
        ):
            on_event(event.info.msg)

    return watch


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _release() -> None:
    """Close dbt's connection to the file, which it would keep open for the life of this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = DuckDBConnectionManager._ENV
    DuckDBConnectionManager.close_all_connections()
    if environment is not None:
        environment.close()
