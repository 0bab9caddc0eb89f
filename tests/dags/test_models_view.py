"""The documentation of the models inside Airflow: in the menu, and for whoever is logged in only."""

from __future__ import annotations

from typing import Any

import pytest

from settings import Settings
from support import airflow_home  # noqa: F401 - sets the environment before Airflow is imported
from warehouse.docs import docs_page


@pytest.fixture
def token(airflow_db: None) -> str:
    """A token as Airflow's login gives it."""
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    manager: Any = init_auth_manager()
    return str(manager.generate_jwt(user=SimpleAuthManagerUser(username="viewer", role="VIEWER")))


def test_whoever_is_logged_in_sees_the_page(installation: Settings, token: str) -> None:
    from starlette.testclient import TestClient

    from nnsc_airflow.models_view import models_page

    browser = TestClient(models_page)
    assert browser.get("/").status_code == 401
    assert browser.get("/", headers={"Authorization": "Bearer forged"}).status_code == 403
    allowed = {"Authorization": f"Bearer {token}"}
    assert browser.get("/", headers=allowed).status_code == 404  # nothing was published yet
    page = docs_page(installation)
    page.parent.mkdir(parents=True)
    page.write_text("<p>models</p>")
    assert browser.get("/", headers=allowed).text == "<p>models</p>"
    browser.cookies.set("_token", token)
    assert browser.get("/").status_code == 200


def test_the_menu_of_airflow_leads_there(airflow_db: None) -> None:
    from airflow import plugins_manager

    apps, _ = plugins_manager.get_fastapi_plugins()
    assert "/nnsc/models" in {app["url_prefix"] for app in apps}
    from nnsc_airflow.models_view import NnscPlugin

    (view,) = NnscPlugin.external_views
    assert (view["href"], view["destination"]) == ("/nnsc/models/", "nav")
