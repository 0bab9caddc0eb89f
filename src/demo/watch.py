"""Following runs over Airflow's REST interface: a line when a feed or a step of the warehouse is through."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.api import outcomes
from ingest.process import DeliveryOutcome
from settings import Settings
from stack.errors import StackError
from stack.rest import Rest

Say = Callable[[str], None]
#: The DAG that links records into people.
LINK = "link_people"
_ENDED = frozenset({"success", "failed"})
_STEP_ENDED = frozenset({"success", "failed", "skipped", "upstream_failed"})
_POLL_SECONDS = 2.0


@dataclass
class Watch:
    """What was told already, so that everything is told once."""

    settings: Settings
    rest: Rest
    say: Say
    limit: float = 600.0
    told_steps: set[tuple[str, str]] = field(default_factory=set)
    told_deliveries: set[str] = field(default_factory=set)

    def feeds(self, runs: dict[str, str]) -> None:
        """Wait until the runs (DAG id -> run id) have ended.

        Raises:
            StackError: time is up.
        """
        waiting, deadline = dict(runs), time.monotonic() + self.limit
        while waiting:
            state = {(run["dag_id"], run["dag_run_id"]): run["state"] for run in self.rest.runs()}
            for dag_id in [dag_id for dag_id, run_id in waiting.items() if state.get((dag_id, run_id)) in _ENDED]:
                self.say(f"  {self._feed_line(dag_id, waiting.pop(dag_id))}")
            self.warehouse()
            self._pause(deadline, f"these feeds: {', '.join(sorted(waiting))}")

    def link(self, run_id: str) -> None:
        """Wait until the run of the linking DAG has ended.

        Raises:
            StackError: time is up.
        """
        deadline = time.monotonic() + self.limit
        while not any(run["dag_run_id"] == run_id and run["state"] in _ENDED for run in self.rest.runs(LINK)):
            self._pause(deadline, LINK)
        for step in self.rest.task_instances(LINK, run_id):
            self.say(f"  {LINK}: {step['task_id']} {step['state']} ({_seconds(step)})")

    def warehouse(self) -> bool:
        """Tell which steps of the warehouse ended; True when none runs and nothing is queued."""
        runs = self.rest.runs("warehouse")
        for step in self.rest.task_instances("warehouse"):
            key = (step["dag_run_id"], step["task_id"])
            if step["state"] in _STEP_ENDED and step["state"] != "skipped" and key not in self.told_steps:
                self.told_steps.add(key)
                number = 1 + sorted(run["dag_run_id"] for run in runs).index(step["dag_run_id"])
                self.say(f"  warehouse, run {number}: {step['task_id']:<9} {step['state']} ({_seconds(step)})")
        return all(run["state"] in _ENDED for run in runs) and not self.rest.queued_events("warehouse")

    def warehouse_settled(self) -> None:
        """Wait until the warehouse has taken everything.

        Raises:
            StackError: time is up.
        """
        deadline = time.monotonic() + self.limit
        while not self.warehouse():
            self._pause(deadline, "the warehouse")

    def _pause(self, deadline: float, what: str) -> None:
        if time.monotonic() > deadline:
            raise StackError(f"After {self.limit:.0f} s still waiting for {what}.")
        time.sleep(_POLL_SECONDS)

    def _feed_line(self, dag_id: str, run_id: str) -> str:
        feed_id = dag_id.removeprefix("feed__").replace("__", "/")
        fresh = [o for o in outcomes(self.settings, feed_id) if o.delivery_id not in self.told_deliveries]
        self.told_deliveries |= {outcome.delivery_id for outcome in fresh}
        return f"{feed_id:<31} {_told(fresh)}"


def _told(fresh: list[DeliveryOutcome]) -> str:
    applied = [o for o in fresh if o.state == "applied"]
    parts = [f"{len(applied):>2} deliveries applied, {sum(o.accepted for o in applied):>5,} records accepted"]
    if quarantined := sum(o.quarantined for o in applied):
        parts.append(f"{quarantined} quarantined")
    parts += [f"{o.file_name} {o.state} ({o.reason})" for o in fresh if o.state in ("held", "refused")]
    return ", ".join(parts)


def _seconds(step: dict[str, Any]) -> str:
    if not step.get("start_date") or not step.get("end_date"):
        return "not run"
    start, end = (datetime.fromisoformat(step[name].replace("Z", "+00:00")) for name in ("start_date", "end_date"))
    return f"{(end - start).total_seconds():.0f} s"


def unexpected(settings: Settings, rest: Rest) -> list[str]:
    """Task instances that did not end as they should.

    A verdict is red on purpose where a file of its feed was refused or held; skipped steps had nothing to do.
    """
    stopped = {outcome.feed_id for outcome in outcomes(settings) if outcome.state in ("refused", "held")}
    expected_red = {(f"feed__{feed_id.replace('/', '__')}", "verdict") for feed_id in stopped}
    return [
        f"{step['dag_id']}.{step['task_id']} ({step['dag_run_id']}): {step['state']}"
        for step in rest.task_instances()
        if step["state"] not in ("success", "skipped")
        and not (step["state"] == "failed" and (step["dag_id"], step["task_id"]) in expected_red)
    ]
