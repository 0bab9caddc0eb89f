"""The temporary Airflow of the DAG tests. Import this before anything imports Airflow: it sets the environment."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from support.world import PROJECT

_HOME = Path(tempfile.mkdtemp(prefix="nnsc-airflow-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ.update(
    AIRFLOW_HOME=str(_HOME),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__UNIT_TEST_MODE="False",
    AIRFLOW__CORE__DAGS_FOLDER=str(PROJECT / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(PROJECT / "plugins"),
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{_HOME / 'airflow.db'}",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    AIRFLOW__API_AUTH__JWT_SECRET="only-for-tests-" * 6,
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
)


def dag_bag() -> Any:
    """Read the DAG folder anew, with the NNSC_ variables of this moment."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(PROJECT / "dags"))


def run_dag(dag_id: str, retries: bool = True) -> Any:
    """Run a DAG to its end in this process and return the run; a failed task does not raise here."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    dag = dag_bag().dags[dag_id]
    for task in dag.tasks if not retries else ():
        task.retries = 0
    run = dag.test()
    with create_session() as session:
        return session.get(DagRun, run.id)


def asset_events() -> list[Any]:
    """All events of the shared asset, oldest first."""
    import sqlalchemy as sa
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        found = list(session.scalars(sa.select(AssetEvent).order_by(AssetEvent.id)))
        session.expunge_all()
        return found
