"""Starting and ending: nothing of ours stays, nothing of others is touched."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from settings import Settings, load_settings
from stack import api, processes
from stack.environment import airflow_environment, airflow_home
from stack.errors import StackError

# Ends at SIGTERM like our supervisor, but leaves a child behind that ignores it, in a process group of its own.
STUBBORN = """
import os, signal, sys, time
if os.fork() == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open(sys.argv[1], "w").close()
    time.sleep(600)
time.sleep(600)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "var")


def note(settings: Settings, pid: int, created: float, port: int = 1) -> processes.Running:
    airflow_home(settings).mkdir(parents=True)
    (airflow_home(settings) / "stack.json").write_text(json.dumps({"pid": pid, "created": created, "port": port}))
    return processes.Running(pid, created, port)


def test_down_ends_the_whole_session(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_GRACE_SECONDS", 0.5)
    ready = tmp_path / "ready"
    leader = subprocess.Popen([sys.executable, "-c", STUBBORN, str(ready)], start_new_session=True)
    while not ready.exists():
        time.sleep(0.05)
    running = note(settings, leader.pid, psutil.Process(leader.pid).create_time())
    family = {process.pid for process in processes.members(running)}
    assert len(family) == 2
    assert api.down(settings)
    assert not processes.members(running)
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in family)
    assert not api.down(settings), "a second down finds nothing"


@pytest.mark.parametrize("shift", [-5000, 5000])
def test_a_stale_note_never_ends_a_process_of_somebody_else(settings: Settings, shift: float) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as other:
        # The pid was given out again (or the clock was wrong): the noted process did not start when this one did.
        running = note(settings, other.pid, psutil.Process(other.pid).create_time() + shift)
        assert not processes.is_alive(running)
        assert api.status(settings) == api.Status(False)
        assert not api.down(settings)
        assert other.poll() is None
        other.kill()


def test_what_an_ended_leader_left_behind_is_still_found(settings: Settings, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    leader = subprocess.Popen([sys.executable, "-c", STUBBORN, str(ready)], start_new_session=True)
    while not ready.exists():
        time.sleep(0.05)
    running = note(settings, leader.pid, psutil.Process(leader.pid).create_time())
    leader.kill()
    leader.wait()
    assert not processes.is_alive(running)
    assert len(processes.members(running)) == 1
    assert api.down(settings)
    assert not processes.members(running)


def test_a_taken_port_is_told_before_anything_starts(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(StackError, match=r"Port \d+ of 127.0.0.1 cannot be used.*--port"):
            api.up(settings, port=taken.getsockname()[1])
    assert processes.read_state(settings) is None


def test_a_damaged_note_is_told(settings: Settings) -> None:
    airflow_home(settings).mkdir(parents=True)
    (airflow_home(settings) / "stack.json").write_text("{")
    with pytest.raises(StackError, match=r"stack\.json is damaged"):
        api.down(settings)


def test_the_environment_carries_the_settings_and_nothing_foreign(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_SOMETHING", "secret")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    monkeypatch.setenv("NNSC_WAREHOUSE", "/elsewhere.duckdb")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = airflow_environment(settings, 1234, connections={"portal": "http://:x@portal"})
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert environment["AIRFLOW_HOME"] != "/elsewhere"
    assert environment["AIRFLOW_CONN_SOMETHING"] == "secret", "feeds name connections; this is how a caller gives them"
    assert environment["AIRFLOW_CONN_PORTAL"] == "http://:x@portal"
    path = environment["PYTHONPATH"].split(os.pathsep)
    assert str(settings.project) not in path, "the project's root would shadow dbt"
    assert "/elsewhere" not in path
    for name in list(os.environ):
        if name.startswith("NNSC_"):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        if name.startswith("NNSC_"):
            monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_each_start_has_its_own_signing_secret(settings: Settings) -> None:
    secrets = {airflow_environment(settings, 1)["AIRFLOW__API_AUTH__JWT_SECRET"] for _ in range(3)}
    assert len(secrets) == 3
    assert all(len(secret) >= 64 for secret in secrets)
