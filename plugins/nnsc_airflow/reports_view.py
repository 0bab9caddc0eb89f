"""The running reports and the evaluations inside the Airflow UI: Browse > Reports, Browse > Evaluations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from nnsc_airflow.login import logged_in, may_run
from nnsc_airflow.names import EVALUATIONS, REPORTS

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
PREFIX, EVALUATIONS_PREFIX = "/nnsc/reports", "/nnsc/evaluations"
#: Which command writes what a DAG writes.
_COMMANDS = {REPORTS: "nnsc report", EVALUATIONS: "nnsc evaluate refresh"}
#: What a folder of reports gives away: finished pages and pictures, no drafts and nothing else that may lie there.
_KINDS = (".html", ".png")
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def _pages_of(dag_id: str) -> App:
    """Pages and pictures for whoever may trigger the DAG that writes them: they show small numbers (T2), so that a mere
    viewer of Airflow does not see them. An ASGI application; what it needs is imported when somebody asks."""

    async def pages(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        from starlette.exceptions import HTTPException
        from starlette.requests import Request
        from starlette.responses import PlainTextResponse, Response

        if scope["type"] != "http":
            return
        response: Response
        try:
            user = await logged_in(Request(scope, receive))
            if not await may_run(user, dag_id):
                raise HTTPException(403, f"These pages are for those who may trigger the DAG {dag_id}")
            response = await _file(scope, dag_id)
        except HTTPException as refused:
            hint = "Log in to Airflow first." if refused.status_code == 401 else ""
            response = PlainTextResponse(f"{refused.detail}. {hint}".strip(), refused.status_code, refused.headers)
        response.headers.update(_HEADERS)
        await response(scope, receive, send)

    return pages


async def _file(scope: Message, dag_id: str) -> Any:
    """The file of the folder that was asked for; Starlette refuses paths and links that lead out of it (404)."""
    from starlette.exceptions import HTTPException
    from starlette.responses import HTMLResponse
    from starlette.staticfiles import StaticFiles

    folder = _folder(dag_id)
    if not (folder / "index.html").is_file():
        told = f"The DAG <code>{dag_id}</code> writes this every night; <code>{_COMMANDS[dag_id]}</code> writes it now."
        return HTMLResponse(f"<h1>Not written yet</h1><p>{told}</p>", 404)
    files = StaticFiles(directory=folder, html=True)
    path = files.get_path(scope)
    if "." in path.rsplit("/", 1)[-1].strip(".") and not path.endswith(_KINDS):
        raise HTTPException(404, "Not Found")
    return await files.get_response(path, scope)


def _folder(dag_id: str) -> Path:
    from settings import load_settings

    settings = load_settings()
    if dag_id == EVALUATIONS:
        from outcomes.registration import results_folder

        return results_folder(settings)
    from reports.api import reports_folder

    return reports_folder(settings)


reports_pages, evaluation_pages = _pages_of(REPORTS), _pages_of(EVALUATIONS)


class NnscReports(AirflowPlugin):
    """What the Airflow UI gains."""

    name = "nnsc_reports"
    fastapi_apps = [
        {"app": reports_pages, "url_prefix": PREFIX, "name": "Reports"},
        {"app": evaluation_pages, "url_prefix": EVALUATIONS_PREFIX, "name": "Evaluations"},
    ]
    external_views = [
        {"name": name, "href": f"{prefix}/", "destination": "nav", "category": "browse", "url_route": name.lower()}
        for name, prefix in (("Reports", PREFIX), ("Evaluations", EVALUATIONS_PREFIX))
    ]
