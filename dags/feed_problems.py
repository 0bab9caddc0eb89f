"""No DAG: the place where the UI shows what is wrong with feed files.

Checks every feed file in full and raises one import error that names each problem, its file and its remedy. It is a
file of its own so that a wrong feed hides no other one.
"""

from __future__ import annotations

from airflow.sdk import get_parsing_context

if get_parsing_context().dag_id is None:  # never inside a task
    from nnsc_airflow.problems import raise_feed_problems

    raise_feed_problems()
