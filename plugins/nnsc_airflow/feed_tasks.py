"""The tasks of a feed: fetch, ingest, verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context

from nnsc_airflow.connections import credentials_of
from nnsc_airflow.errors import fail, judged, remark
from nnsc_airflow.names import CHANGE_SETS, CHANGES


class FetchFeed(BaseOperator):
    """Land what is new at the source of ``feed_id``; the bytes stay as they came."""

    template_fields: Sequence[str] = ("feed_id",)
    ui_color = "#dce9f5"

    def __init__(self, *, feed_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.feed_id = feed_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Returns the ids of the deliveries landed and how many files were seen."""
        with judged(context):
            from ingest.api import fetch
            from settings import load_settings

            result = fetch(load_settings(), self.feed_id, credentials=credentials_of)
        self.log.info("%s: %s files seen, %s landed", self.feed_id, result.seen, len(result.delivery_ids))
        return {"seen": result.seen, "landed": list(result.delivery_ids)}


class IngestFeed(BaseOperator):
    """Take every waiting delivery of ``feed_id`` in known_at order and announce a change set that is not empty."""

    template_fields: Sequence[str] = ("feed_id",)
    ui_color = "#d5ead9"

    def __init__(self, *, feed_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs, outlets=[CHANGES])
        self.feed_id = feed_id

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Returns one outcome per delivery."""
        with judged(context):
            from ingest.api import drain
            from settings import load_settings

            result = drain(load_settings(), self.feed_id)
        outcomes = [_outcome(delivery) for delivery in result.deliveries]
        for outcome in outcomes:
            self.log.info("%(file)s: %(state)s %(reason)s, %(rows)s rows, %(quarantined)s quarantined", outcome)
        # An earlier try may have died between its last commit and the announcement: a retry announces in any case,
        # and the warehouse finds out by itself whether there is anything to load.
        if result.change_sets or context["ti"].try_number > 1:
            extra = {"feed_id": self.feed_id, "change_sets": result.change_sets}
            context["outlet_events"][CHANGES].add(CHANGE_SETS, extra=extra)
        return outcomes


class FeedVerdict(BaseOperator):
    """Red when a file was not applied, so that somebody acts; every file that could be is in and announced by then."""

    ui_color = "#f6e3c5"

    def __init__(self, *, feed_id: str, ingest_task_id: str = "ingest", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.feed_id, self.ingest_task_id = feed_id, ingest_task_id

    def execute(self, context: Context) -> None:
        """Note tolerances of the feed file that are over or soon will be, also under a run where all is well.

        Raises:
            AirflowFailException: files were refused or held; named with their message and what to do.
        """
        outcomes: list[dict[str, Any]] = context["ti"].xcom_pull(task_ids=self.ingest_task_id) or []
        told = [
            f"{one['file']} {one['state']} ({one['reason']}): {one['message']} {_REMEDY[one['state']]}"
            for one in outcomes
            if one["state"] in _REMEDY
        ]
        with judged(context):
            from ingest.tolerances import endings
            from settings import load_settings

            told += endings(load_settings(), [self.feed_id])
        if any(one["state"] in _REMEDY for one in outcomes):
            fail(context, "\n".join(told))
        if told:
            remark(context, "\n".join(told))


#: What is to be done about a file that was not applied, by its state.
_REMEDY = {
    "refused": "Ask the agency for a new file; the receipt is in its outbox.",
    "held": "Decide it in the DAG stewardship or with `nnsc release | reject`.",
}


def _outcome(delivery: Any) -> dict[str, Any]:
    """What later tasks and the UI need of one delivery's outcome: counts and reasons, no values."""
    return {
        "delivery_id": delivery.delivery_id,
        "file": delivery.file_name,
        "state": str(delivery.state),
        "reason": delivery.reason,
        "message": delivery.message,
        "rows": delivery.rows,
        "accepted": delivery.accepted,
        "quarantined": delivery.quarantined,
        "inserted": delivery.inserted,
        "updated": delivery.updated,
        "deleted": delivery.deleted,
        "unchanged": delivery.unchanged,
    }
