"""The environment in which the local Airflow runs: nothing of it is configured by hand."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from settings import Settings

_CONFIG = Path(__file__).parent / "airflow_config"
#: Pools that the DAGs name: ``airflow pools import`` reads the same file.
POOLS_FILE = _CONFIG / "pools.json"
#: How often DAG files are read again. A reading that overlaps the end of a run can note down that the DAG has reached
#: max_active_runs after it no longer has (seen in 3.3.2); its next run then waits for the next reading.
REPARSE_SECONDS = 30
#: What must not leak from the caller's shell into this Airflow.
_FOREIGN = ("AIRFLOW_", "AIRFLOW__", "DBT_", "NNSC_", "PYTHON")
#: How Airflow takes connections from its environment; those of the caller are kept.
_CONNECTION = "AIRFLOW_CONN_"


def airflow_home(settings: Settings) -> Path:
    """Where this installation's Airflow keeps its database, logs and configuration."""
    return settings.home / "airflow"


def platform_environment(settings: Settings) -> dict[str, str]:
    """The same settings for a child process, as NNSC_ variables."""
    values = settings.model_dump(exclude_none=True)
    return {
        f"NNSC_{name.upper()}": value.isoformat() if name == "clock" else str(value) for name, value in values.items()
    }


def python_path(settings: Settings) -> str:
    """``src``, ``plugins`` and the local settings; never the project's root, whose dbt/ would shadow dbt."""
    return os.pathsep.join(str(path) for path in (settings.project / "src", settings.project / "plugins", _CONFIG))


def airflow_environment(
    settings: Settings,
    port: int,
    reparse_seconds: int = REPARSE_SECONDS,
    connections: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Everything that the components need; a fresh signing secret each time, so that none is stored.

    ``connections`` are Airflow Connections by name (URI or JSON), besides those of the caller's environment.
    """
    url = f"http://127.0.0.1:{port}"
    core = {
        "AIRFLOW_HOME": str(airflow_home(settings)),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.project / "plugins"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__MP_START_METHOD": "fork",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        # Anybody on this machine may administer this Airflow: it listens on 127.0.0.1 only.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow_home(settings) / 'airflow.db'}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "nnsc_sqlite.CONNECT_ARGS",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC": "nnsc_sqlite.CONNECT_ARGS",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": str(reparse_seconds),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(airflow_home(settings) / "logs"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_CONNECTION) or not name.startswith(_FOREIGN)
    }
    return {
        **kept,
        **{f"{_CONNECTION}{name.upper()}": text for name, text in (connections or {}).items()},
        **platform_environment(settings),
        **core,
        "PYTHONPATH": python_path(settings),
        "PYTHONUNBUFFERED": "1",
    }
