"""Airflow on one machine for ``nnsc up`` and ``nnsc demo``: one process imports Airflow once and forks the components.

``airflow standalone`` starts five interpreters that each import Airflow (4 s of processor time, 9 s for the API), and a
signal to it leaves children behind. Here the imports are shared, the scheduler prepares the slow imports of tasks
while the database is made, and the caller ends the whole session. Production uses Airflow's own commands (docker/).

Tasks report to an API server of their own. In one process with the UI's they can lock each other out: triggering a run
waits for SQLite's write lock on the event loop (``log_action`` of 3.3), and a task's report that holds the lock needs
that loop to commit; both stand still until the database's time limit ends the scheduler.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import airflow  # noqa: F401  # before the fork
import psutil

from settings import load_settings

COMPONENTS = {
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
    "api-server": ["api-server", "--apps", "core"],
    "execution-api": ["api-server", "--apps", "execution"],
}
_SHARED = ("airflow.cli.cli_parser", "airflow.models", "airflow.sdk", "airflow.serialization.serialized_objects")
_API = ("airflow.sdk.execution_time.task_runner", "airflow.api_fastapi.app", "airflow.api_fastapi.core_api.app",
        "airflow.api_fastapi.execution_api.app", "airflow.cli.commands.api_server_command")  # fmt: skip

_EXECUTION_URL = "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"
_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 8.0


class _Stop(Exception):
    """Somebody asked this process to end."""


def _adopt_orphans() -> None:
    """Become the parent of processes whose own parent ended, so that none stays behind as a zombie (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _import(names: tuple[str, ...]) -> None:
    for name in names:
        importlib.import_module(name)


def _fork(name: str, logs: Path, run: Callable[[], object]) -> int:
    """Run ``run`` in a child whose output goes to ``<logs>/<name>.log``."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        out = os.open(logs / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _airflow(arguments: list[str]) -> None:
    """What the command ``airflow`` does with these arguments."""
    from airflow.__main__ import main

    sys.argv = ["airflow", *arguments]
    main()


def _scheduler(migrated: Path) -> None:
    from nnsc_airflow.preload import preload

    preload()
    while not migrated.exists():
        time.sleep(0.1)
    _airflow(COMPONENTS["scheduler"])


def _succeeded(pid: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _command(name: str) -> list[str]:
    port = ["--port", str(urlsplit(os.environ[_EXECUTION_URL]).port)] if name == "execution-api" else []
    return [*COMPONENTS[name], *port]


def _execution_url() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/execution/"


def _start(logs: Path) -> dict[int, str]:
    """Start the components; pid -> name."""
    migrated = logs / ".migrated"
    migrated.unlink(missing_ok=True)
    _import(_SHARED)
    gc.freeze()
    scheduler = _fork("scheduler", logs, lambda: _scheduler(migrated))
    migration = _fork("migrate", logs, lambda: _airflow(["db", "migrate"]))
    _import(_API)
    gc.freeze()
    if not _succeeded(migration):
        raise SystemExit(f"The metadata database could not be made: see {logs / 'migrate.log'}")
    migrated.touch()
    running = {scheduler: "scheduler"}
    watching = ["triggerer"] if load_settings().watch_drops else []  # nothing else of ours waits for triggers
    for name in ("api-server", "execution-api", "dag-processor", *watching):
        running[_fork(name, logs, lambda name=name: _airflow(_command(name)))] = name
    return running


def _signal_session(number: signal.Signals) -> None:
    """Send a signal to every other process of this session; tasks have process groups of their own."""
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if pid != os.getpid() and os.getsid(pid) == os.getsid(0):
                os.kill(pid, number)


def _reap(deadline: float) -> bool:
    """Collect children until none is left (True) or time is up."""
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            time.sleep(0.05)
    return False


def _end_session() -> None:
    """End and collect every process that was started from here."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _signal_session(signal.SIGTERM)
    while not _reap(time.monotonic() + _GRACE_SECONDS):
        _signal_session(signal.SIGKILL)


def _stop(signum: int, frame: FrameType | None) -> None:
    raise _Stop


def main(logs: Path) -> int:
    """Run until a component ends or somebody sends SIGTERM; returns the exit code."""
    logs.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ[_EXECUTION_URL] = _execution_url()
    _adopt_orphans()
    try:
        running = _start(logs)
        while (ended := os.wait())[0] not in running:
            continue  # an orphan that was adopted
        name = running[ended[0]]
        sys.stderr.write(f"{name} ended with {os.waitstatus_to_exitcode(ended[1])}: see {logs / f'{name}.log'}\n")
        return 1
    except _Stop:
        return 0
    finally:
        _end_session()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
