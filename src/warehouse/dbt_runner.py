"""Running dbt in this process: where its files lie, and what it says while it runs."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import Settings
from warehouse.engine import engine_for
from warehouse.errors import TransformError
from warehouse.parsed import parsed

OnEvent = Callable[[str], None]
#: Commands that use what is parsed; the others parse for the sake of the files that this writes.
_ON_PARSED = {"build", "run"}
_CHOSEN = "chosen_for_this_run"


@dataclass(frozen=True)
class NodeResult:
    """How one node of the dbt project fared; status and message are dbt's own.

    ``rows`` asks for the rows that a test was not content with; empty of what was.
    """

    name: str
    resource_type: str
    status: str
    message: str
    rows: str = ""


def dbt_manifest(settings: Settings) -> Path:
    """Where dbt leaves what it knows of the project: relations, descriptions, lineage."""
    return settings.home / "dbt" / "target" / "manifest.json"


def compiled(settings: Settings, node: Mapping[str, Any]) -> str:
    """The SQL of a model of the manifest; a run that left views alone has it in the files of the run before.

    Raises:
        TransformError: dbt left none.
    """
    if node.get("compiled_code"):
        return str(node["compiled_code"])
    file: Path = dbt_manifest(settings).parent / "compiled" / node["package_name"] / node["original_file_path"]
    if not file.is_file():
        raise TransformError(
            f"dbt did not compile {node['name']}, so nobody knows what it tells.",
            "Run `nnsc build`; if it says this again, remove the folder dbt/ under the home and repeat.",
        )
    return file.read_text(encoding="utf-8")


def run_dbt(
    settings: Settings,
    arguments: list[str],
    on_event: OnEvent | None = None,
    target: str = "target",
    only: Collection[str] = (),
) -> list[NodeResult]:
    """One dbt command on this project; returns its results, failures included.

    ``target`` is the folder for dbt's own files: publishing reads the manifest of the default one. ``only`` names the
    nodes that ``dbt build`` shall run (all, if empty), without whatever tests them.

    Raises:
        TransformError: dbt could not even begin (the project does not parse, the database does not open).
    """
    from dbt.cli.main import dbtRunner

    from warehouse.dbt_events import let_go_of_debugging
    from warehouse.dbt_macros import hand_out_quickly
    from warehouse.dbt_repeats import remember

    let_go_of_debugging()
    hand_out_quickly()
    remember()
    engine = engine_for(settings)
    engine.prepare()
    project, output = (settings.project / "dbt", settings.private_dir(settings.home / "dbt"))
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    places += ["--target-path", str(output / target), "--log-path", str(output / "logs")]
    quiet = ["--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "info", "--no-version-check"]
    watch = [_watcher(on_event)] if on_event else []
    with engine.dbt_session() as environment, _environment(environment):
        manifest = None
        if arguments[0] in _ON_PARSED:
            manifest = _manifest(settings, arguments, [*places, *quiet], environment)
        if only:
            arguments = [*arguments, *_chosen(manifest, only)]
        with _heap_left_alone():
            outcome = dbtRunner(manifest=manifest, callbacks=watch).invoke([*arguments, *places, *quiet])
    results: Any = getattr(_result(settings, arguments[0], outcome), "results", [])
    return [
        NodeResult(r.node.name, str(r.node.resource_type), str(r.status), str(r.message or "").strip(), _rows(r))
        for r in results
    ]


def project_digest(settings: Settings) -> str:
    """A fingerprint of the dbt project: when a model changed, history is built anew under the new rules."""
    folder = settings.project / "dbt"
    seen = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix in {".sql", ".yml", ".csv"}:
            seen.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()


def _manifest(settings: Settings, arguments: list[str], common: list[str], environment: Mapping[str, str]) -> Any:
    """The manifest of the project for this engine.

    What parsing finds depends on which variables are given (``generate_schema_name``), not on their values: those are
    read when a model is compiled.
    """
    from dbt.cli.main import dbtRunner

    given = arguments[arguments.index("--vars") :][:2] if "--vars" in arguments else []
    named = sorted(json.loads(given[1])) if given else []
    database = Path(environment.get("NNSC_DBT_PATH", "")).stem or environment.get("NNSC_DBT_DATABASE", "")
    project = (str(settings.project), project_digest(settings))

    def parse() -> Any:
        found = _result(settings, "parse", dbtRunner().invoke(["parse", *given, *common]))
        if project_digest(settings) != project[1]:
            raise TransformError("The dbt project changed while it was read.", "Run the same command again.")
        return found

    return parsed(settings, (*project, environment["NNSC_DBT_TARGET"], database, *named), parse)


def _chosen(manifest: Any, names: Collection[str]) -> list[str]:
    """Arguments that select nodes by a tag which they get here: of names, dbt compares each with every node, thrice."""
    for node in manifest.nodes.values():
        if node.name in names:
            node.tags = [*node.tags, _CHOSEN]
    return ["--select", f"tag:{_CHOSEN}", "--indirect-selection", "empty"]


def _rows(result: Any) -> str:
    """The query of a test that found something; databases are left aside, for an engine may call its own otherwise."""
    if str(result.status) not in ("fail", "warn"):
        return ""
    return str(result.node.compiled_code).replace(f'"{result.node.database}".', "")


def _result(settings: Settings, command: str, outcome: Any) -> Any:
    if outcome.result is None or outcome.exception is not None:
        log = settings.home / "dbt" / "logs" / "dbt.log"
        raise TransformError(f"dbt {command} stopped: {outcome.exception}", f"See {log}.")
    return outcome.result


def _watcher(on_event: OnEvent) -> Callable[[Any], None]:
    def watch(event: Any) -> None:
        if event.info.name in ("LogModelResult", "LogSeedResult") or (
            event.info.name == "LogTestResult" and event.data.status != "pass"
        ):
            on_event(event.info.msg)

    return watch


@contextmanager
def _heap_left_alone() -> Iterator[None]:
    """A parsed project lives to the end of a run: walking it in every collection took a twelfth of a build."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


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
