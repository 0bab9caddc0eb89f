"""What the command line and the demo call: up, down, status."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from settings import Settings
from stack import processes
from stack.environment import POOLS_FILE, REPARSE_SECONDS
from stack.errors import StackError
from stack.rest import Rest

DEFAULT_PORT = 8080
_READY_SECONDS = 240.0
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Status:
    """Whether Airflow runs here, where, and how its components are (``healthy``, ``unhealthy``)."""

    running: bool
    url: str | None = None
    components: dict[str, str] | None = None


def up(
    settings: Settings,
    port: int | None = DEFAULT_PORT,
    on_event: Progress | None = None,
    reparse_seconds: int = REPARSE_SECONDS,
    connections: Mapping[str, str] | None = None,
) -> str:
    """Start Airflow and wait until it is ready; one that runs already is left as it is. Returns its address.

    ``port=None`` takes a free one; DAG files are read again every ``reparse_seconds``; ``connections`` are Airflow
    Connections by name (URI or JSON) that this Airflow has while it runs.

    Raises:
        StackError: the port is taken, or Airflow did not become ready.
    """
    state = processes.read_state(settings)
    if state is not None and processes.is_alive(state):
        return _await_ready(settings, state, on_event)
    if state is not None:
        processes.end(settings, state)  # what an interrupted one left behind
    free = _free_port() if port is None else _checked(port)
    state = processes.start(settings, free, reparse_seconds, connections)
    try:
        return _await_ready(settings, state, on_event)
    except BaseException:
        processes.end(settings, state)
        raise


def down(settings: Settings) -> bool:
    """End Airflow with all its processes; False when none ran.

    Raises:
        StackError: a process would not end.
    """
    state = processes.read_state(settings)
    return state is not None and processes.end(settings, state) > 0


def status(settings: Settings) -> Status:
    """How the local Airflow is."""
    state = processes.read_state(settings)
    if state is None or not processes.is_alive(state):
        return Status(False)
    with Rest(state.url) as rest:
        return Status(True, state.url, rest.health())


@contextmanager
def running(settings: Settings, port: int | None = None, on_event: Progress | None = None) -> Iterator[Rest]:
    """Airflow for the time of a ``with`` block, ended in any case."""
    try:
        with Rest(up(settings, port, on_event)) as rest:
            yield rest
    finally:
        down(settings)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _checked(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StackError(
                f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}). Try: nnsc up --port 8081"
            ) from error
    return port


def _await_ready(settings: Settings, state: processes.Running, on_event: Progress | None) -> str:
    tell = on_event or (lambda text: None)
    started, told = time.monotonic(), set[str]()
    with Rest(state.url) as rest:
        while time.monotonic() - started < _READY_SECONDS:
            if not processes.is_alive(state):
                break
            health = rest.health()
            ready = {name for name in ("scheduler", "dag_processor") if health.get(name) == "healthy"}
            ready |= {"api_server"} if health else set()
            for name in sorted(ready - told):
                tell(f"{name.replace('_', ' ')} is ready ({time.monotonic() - started:.0f} s)")
            told |= ready
            if len(ready) == 3 and _parsed(rest):
                _make_pools(rest)
                return state.url
            time.sleep(0.3)
    why = processes.last_words(settings)
    raise StackError(f"Airflow did not become ready in {time.monotonic() - started:.0f} s. {why}")


def _parsed(rest: Rest) -> bool:
    """True when the DAG files have been read; a wrong one is shown in the UI and does not hold the others up."""
    return "warehouse" in rest.dag_ids() or bool(rest.import_errors())


def _make_pools(rest: Rest) -> None:
    for name, pool in json.loads(POOLS_FILE.read_text(encoding="utf-8")).items():
        rest.ensure_pool(name, pool["slots"], pool["description"])
