"""The running reports inside the Airflow UI: Browse > Reports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from nnsc_airflow.login import logged_in, may_run
from nnsc_airflow.names import REPORTS

Message = MutableMapping[str, Any]
PREFIX = "/nnsc/reports"
NOT_WRITTEN = (
    "<h1>Not written yet</h1><p>The DAG <code>reports</code> writes the reports every night; "
    "<code>nnsc report</code> writes them now.</p>"
)
#: What a folder of reports gives away: finished pages and pictures, no drafts and nothing else that may lie there.
_KINDS = (".html", ".png")
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


async def reports_pages(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Pages and pictures for whoever may trigger the DAG ``reports``: they show small numbers (T2), so that a mere
    viewer of Airflow does not see them. An ASGI application; what it needs is imported when somebody asks."""
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response

    if scope["type"] != "http":
        return
    response: Response
    try:
        user = await logged_in(Request(scope, receive))
        if not await may_run(user, REPORTS):
            raise HTTPException(403, "Reports are for those who may trigger the DAG reports")
        response = await _file(scope)
    except HTTPException as refused:
        hint = "Log in to Airflow first." if refused.status_code == 401 else ""
        response = PlainTextResponse(f"{refused.detail}. {hint}".strip(), refused.status_code, refused.headers)
    response.headers.update(_HEADERS)
    await response(scope, receive, send)


async def _file(scope: Message) -> Any:
    """The file of the folder that was asked for; Starlette refuses paths and links that lead out of it (404)."""
    from starlette.exceptions import HTTPException
    from starlette.responses import HTMLResponse
    from starlette.staticfiles import StaticFiles

    from reports.api import reports_folder
    from settings import load_settings

    folder = reports_folder(load_settings())
    if not (folder / "index.html").is_file():
        return HTMLResponse(NOT_WRITTEN, 404)
    files = StaticFiles(directory=folder, html=True)
    path = files.get_path(scope)
    if "." in path.rsplit("/", 1)[-1].strip(".") and not path.endswith(_KINDS):
        raise HTTPException(404, "Not Found")
    return await files.get_response(path, scope)


class NnscReports(AirflowPlugin):
    """What the Airflow UI gains."""

    name = "nnsc_reports"
    fastapi_apps = [{"app": reports_pages, "url_prefix": PREFIX, "name": "Reports"}]
    external_views = [
        {"name": "Reports", "href": f"{PREFIX}/", "destination": "nav", "category": "browse", "url_route": "reports"}
    ]
