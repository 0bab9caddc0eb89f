"""The processes of the local Airflow: one session, started and ended as a whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from settings import Settings
from stack.environment import REPARSE_SECONDS, airflow_environment, airflow_home
from stack.errors import StackError

#: How long components may take to end by themselves before they are killed.
_GRACE_SECONDS = 20.0
#: How far the start time of one process may seem to move when the clock is set.
_CLOCK_SECONDS = 2.0


@dataclass(frozen=True)
class Running:
    """The supervising process (leader of its session), known by pid and start time, and where it answers."""

    pid: int
    created: float
    port: int

    @property
    def url(self) -> str:
        """The address of the UI and of the REST interface."""
        return f"http://127.0.0.1:{self.port}"


def _state_file(settings: Settings) -> Path:
    return airflow_home(settings) / "stack.json"


def log_folder(settings: Settings) -> Path:
    """Where the components write what they have to say."""
    return airflow_home(settings) / "components"


def last_words(settings: Settings) -> str:
    """What the supervising process said last, and where the rest is."""
    folder = log_folder(settings)
    log = folder / "supervisor.log"
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.is_file() else []
    return f"{said[-1] if said else 'It said nothing.'} (logs: {folder})"


def read_state(settings: Settings) -> Running | None:
    """What was started last, running or not; ``None`` when nothing was."""
    try:
        return Running(**json.loads(_state_file(settings).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise StackError(f"{_state_file(settings)} is damaged ({error}). Delete it when no Airflow runs.") from error


def is_alive(running: Running) -> bool:
    """True when that very process runs."""
    try:
        return _is_leader(running) and psutil.Process(running.pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_leader(running: Running) -> bool:
    """True when the pid belongs to the process that was noted: a pid alone may be somebody else's by now."""
    try:
        return abs(psutil.Process(running.pid).create_time() - running.created) < _CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False


def members(running: Running) -> list[psutil.Process]:
    """All processes of the session that ``running`` leads, tasks in process groups of their own included.

    The session outlives its leader, and as long as it does, nobody else gets the leader's pid: when another process has
    it, the session is gone, and one of that number belongs to somebody else.
    """
    if psutil.pid_exists(running.pid) and not _is_leader(running):
        return []
    found = []
    for process in psutil.process_iter():
        try:
            same_session = os.getsid(process.pid) == running.pid
            if (
                same_session
                and process.status() != psutil.STATUS_ZOMBIE
                and process.create_time() > running.created - 2
            ):
                found.append(process)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue  # ended meanwhile, or not ours
    return found


def start(
    settings: Settings,
    port: int,
    reparse_seconds: int = REPARSE_SECONDS,
    connections: Mapping[str, str] | None = None,
) -> Running:
    """Start the supervising process in a session of its own and note it down."""
    home = airflow_home(settings)
    settings.private_dir(settings.home)
    settings.private_dir(home)
    logs = settings.private_dir(log_folder(settings))
    with (logs / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nnsc_airflow.standalone", str(logs)],
            env=airflow_environment(settings, port, reparse_seconds, connections),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    running = Running(process.pid, psutil.Process(process.pid).create_time(), port)
    temporary = _state_file(settings).with_suffix(".tmp")
    temporary.write_text(json.dumps(asdict(running)), encoding="utf-8")
    temporary.replace(_state_file(settings))
    return running


def end(settings: Settings, running: Running) -> int:
    """End every process of the session, gently first; returns how many there were.

    Raises:
        StackError: a process would not end.
    """
    ours = members(running)
    if is_alive(running):
        _signal([psutil.Process(running.pid)], signal.SIGTERM)  # it ends and collects all the others
        left = _wait_until_gone(running, _GRACE_SECONDS)
    else:
        left = ours
    if left:
        _signal(left, signal.SIGKILL)
        left = _wait_until_gone(running, 5.0)
    if left:
        raise StackError(f"These processes would not end: {', '.join(str(process.pid) for process in left)}.")
    _state_file(settings).unlink(missing_ok=True)
    return len(ours)


def _wait_until_gone(running: Running, seconds: float) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while (left := members(running)) and time.monotonic() < deadline:
        _reap(running)
        time.sleep(0.1)
    _reap(running)
    return left


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _reap(running: Running) -> None:
    """Collect the supervisor if it is our own child, so that no zombie stays."""
    try:
        os.waitpid(running.pid, os.WNOHANG)
    except ChildProcessError:
        return
