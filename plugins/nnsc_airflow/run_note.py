"""The note of a run: why it failed or what else is to be known of it, in the words of its tasks, without a log.

Tasks cannot write to the metadata database; the scheduler, where this listener runs, can.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

from nnsc_airflow.names import NOTE

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

#: Airflow keeps this many characters of a note.
_LONGEST = 1000


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:
    """Write what tasks remarked under a run that went well."""
    _note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:
    """Write what the failed tasks said about it under the run."""
    _note(dag_run)


def _note(dag_run: DagRun) -> None:
    """Write the note.

    In the scheduler this belongs to its own transaction (a second one would wait for it); a run of ``dag.test()`` is in
    none.
    """
    from airflow.utils.session import create_session
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is not None:
        _write(session, dag_run)
        return
    with create_session() as own:
        _write(own, own.get_one(type(dag_run), dag_run.id))


def _write(session: Session, dag_run: DagRun) -> None:
    from airflow.models.xcom import XComModel
    from sqlalchemy import select

    mine = (XComModel.dag_id == dag_run.dag_id, XComModel.run_id == dag_run.run_id, XComModel.key == NOTE)
    found = session.scalars(select(XComModel).where(*mine).order_by(XComModel.task_id))
    told = "\n".join(str(XComModel.deserialize_value(row)) for row in found)
    if told:
        dag_run.note = told if len(told) <= _LONGEST else f"{told[: _LONGEST - 2]} …"


class RunNote(AirflowPlugin):
    """Registers the listener above."""

    name = "nnsc_run_note"
    listeners = [sys.modules[__name__]]
