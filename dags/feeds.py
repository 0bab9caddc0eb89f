"""One DAG per feed file: fetch what is new, ingest what is waiting, report what had to be refused.

Inside a task only the running DAG is built, from its own file. A file from which no DAG can be made is left out here,
so that it hides no other feed, and shown as an import error by ``feed_problems.py``.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, get_parsing_context

from nnsc_airflow.docs import feed_doc
from nnsc_airflow.drops import is_watched, with_drops
from nnsc_airflow.feed_tasks import FeedVerdict, FetchFeed, IngestFeed
from nnsc_airflow.feedfiles import FeedFile, FeedFileError, feed_paths, path_of, read_feed_file
from nnsc_airflow.names import (
    FETCH_TIMEOUT,
    INGEST_TIMEOUT,
    POOL_FETCH,
    POOL_INGEST,
    RETRIES,
    SHORT_TIMEOUT,
)
from settings import load_settings

log = logging.getLogger(__name__)


def schedule_of(feed: FeedFile) -> Any:
    """By the clock, and where files are dropped into a bucket also when one was."""
    cron = feed.schedule and CronTriggerTimetable(feed.schedule, timezone=feed.timezone, run_immediately=timedelta(0))
    return with_drops(feed, cron) if load_settings().watch_drops and is_watched(feed) else cron


def feed_dag(feed: FeedFile, path: Path) -> DAG:
    """The DAG of one feed."""
    with DAG(
        feed.dag_id,
        description=feed.description,
        doc_md=feed_doc(feed, path),
        # No start_date, and zero here: else Airflow would start a run for a past hour as soon as the DAG appears.
        schedule=schedule_of(feed),
        catchup=False,
        max_active_runs=1,
        tags=["feed", feed.jurisdiction_id, *feed.kinds, *(["simulated"] if feed.simulated else [])],
        default_args={"owner": feed.owner, **RETRIES},
    ) as dag:
        fetch = FetchFeed(
            task_id="fetch", feed_id=feed.feed_id, pool=POOL_FETCH, execution_timeout=FETCH_TIMEOUT,
            doc_md="Lands new files unchanged. Retries while the source does not answer.",
        )  # fmt: skip
        ingest = IngestFeed(
            task_id="ingest", feed_id=feed.feed_id, pool=POOL_INGEST, execution_timeout=INGEST_TIMEOUT,
            doc_md="Validates and applies every waiting delivery, oldest known_at first.",
        )  # fmt: skip
        verdict = FeedVerdict(
            task_id="verdict", feed_id=feed.feed_id, retries=0, execution_timeout=SHORT_TIMEOUT,
            doc_md="Fails when a file was refused or held; the run's note says which, why and what to do.",
        )  # fmt: skip
        fetch >> ingest >> verdict
    return dag


def _paths() -> list[Path]:
    jurisdictions = load_settings().jurisdictions
    running = get_parsing_context().dag_id
    if running is None:
        return feed_paths(jurisdictions)
    path = path_of(jurisdictions, running)
    return [path] if path is not None and path.is_file() else []


zones: dict[str, str] = {}
for feed_path in _paths():
    try:
        sketch = read_feed_file(feed_path, zones)
        globals()[sketch.dag_id] = feed_dag(sketch, feed_path)
    except (FeedFileError, ValueError) as error:
        log.error("no DAG for %s: %s", feed_path, error)
