"""The few questions that are asked of Airflow over its REST interface."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from stack.errors import StackError

_TRIES = 5


class Rest:
    """A client of one Airflow. Use it as a context manager."""

    def __init__(self, url: str) -> None:
        import httpx

        # trust_env: a proxy of the shell must not get between us and this machine.
        self._http = httpx.Client(base_url=f"{url}/api/v2", timeout=30, trust_env=False)
        self._errors = (httpx.TransportError,)

    def __enter__(self) -> Rest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def health(self) -> dict[str, str]:
        """State by component (``scheduler``, ``dag_processor``, ...); empty while nothing answers yet."""
        try:
            answer = self._http.get("/monitor/health")
        except self._errors:
            return {}
        if answer.status_code != 200:
            return {}
        return {name: str(part["status"]) for name, part in answer.json().items()}

    def call(self, method: str, path: str, allowed: tuple[int, ...] = (), **kwargs: Any) -> Any:
        """One request, repeated while Airflow is out of breath; the decoded answer, also of a status in ``allowed``.

        Every request that is made here may be repeated without harm.

        Raises:
            StackError: Airflow refused it or did not answer.
        """
        for attempt in range(_TRIES):
            try:
                answer = self._http.request(method, path, **kwargs)
            except self._errors as error:
                if attempt + 1 == _TRIES:
                    raise StackError(f"Airflow does not answer {method} {path}: {error}. See its logs.") from error
            else:
                if answer.status_code < 500:
                    break
            time.sleep(1.0)
        if answer.status_code >= 400 and answer.status_code not in allowed:
            raise StackError(f"Airflow refused {method} {path} with {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None

    def all(self, path: str, key: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a paged list."""
        offset = 0
        while True:
            page = self.call("GET", path, params={**params, "limit": 100, "offset": offset})
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page["total_entries"]:
                return

    def dag_ids(self) -> set[str]:
        """DAGs that were parsed and are not stale."""
        return {str(dag["dag_id"]) for dag in self.all("/dags", "dags")}

    def import_errors(self) -> list[str]:
        """What is wrong with DAG files."""
        return [str(error["stack_trace"]) for error in self.all("/importErrors", "import_errors")]

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool, or leave it as an administrator has set it."""
        if name not in {pool["name"] for pool in self.all("/pools", "pools")}:
            body = {"name": name, "slots": slots, "description": description}
            self.call("POST", "/pools", allowed=(409,), json=body)

    def trigger(self, dag_id: str) -> str:
        """Start a run now; returns its id, which is chosen here so that a repeated request starts no second run."""
        run_id = f"manual__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        body = {"dag_run_id": run_id, "logical_date": None}
        self.call("POST", f"/dags/{dag_id}/dagRuns", allowed=(409,), json=body)
        return run_id

    def runs(self, dag_id: str = "~") -> list[dict[str, Any]]:
        """All runs of a DAG, or of all."""
        return list(self.all(f"/dags/{dag_id}/dagRuns", "dag_runs"))

    def task_instances(self, dag_id: str = "~", run_id: str = "~") -> list[dict[str, Any]]:
        """All task instances of a run, or of everything."""
        return list(self.all(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances", "task_instances"))

    def queued_events(self, dag_id: str) -> int:
        """Asset events that wait to start a run of the DAG."""
        answer = self.call("GET", f"/dags/{dag_id}/assets/queuedEvents", allowed=(404,))
        return int(answer["total_entries"]) if answer and "total_entries" in answer else 0
