"""The documentation of the dbt models inside the Airflow UI: Browse > Models (dbt docs)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from nnsc_airflow.login import logged_in

Message = MutableMapping[str, Any]
PREFIX = "/nnsc/models"
NOT_WRITTEN = (
    "<h1>Not written yet</h1><p>The warehouse DAG writes the documentation of the models when it publishes; "
    "<code>nnsc docs</code> writes it now.</p>"
)


async def models_page(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """The page for whoever is logged in (an ASGI application; what it needs is imported when somebody asks)."""
    from fastapi import HTTPException
    from starlette.requests import Request
    from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

    from settings import load_settings
    from warehouse.docs import docs_page

    if scope["type"] != "http":
        return
    response: Response
    try:
        await logged_in(Request(scope, receive))
        page = docs_page(load_settings())
        response = FileResponse(page, media_type="text/html") if page.is_file() else HTMLResponse(NOT_WRITTEN, 404)
    except HTTPException as refused:
        response = PlainTextResponse(f"{refused.detail}: log in to Airflow first.", refused.status_code)
    await response(scope, receive, send)


class NnscPlugin(AirflowPlugin):
    """What the Airflow UI gains."""

    name = "nnsc"
    fastapi_apps = [{"app": models_page, "url_prefix": PREFIX, "name": "Models"}]
    external_views = [
        {
            "name": "Models (dbt docs)",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "models",
        }
    ]
