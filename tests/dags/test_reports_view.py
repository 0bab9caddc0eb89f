"""The running reports inside Airflow: for whoever may trigger their DAG only, and nothing outside of their folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outcomes.registration import results_folder
from reports.api import reports_folder
from settings import Settings
from support import airflow_home  # noqa: F401 - sets the environment before Airflow is imported


@pytest.fixture
def allowed(airflow_db: None) -> Callable[[str], dict[str, str]]:
    """The header with a token as Airflow's login gives it to a role."""
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    manager: Any = init_auth_manager()
    return lambda role: {
        "Authorization": f"Bearer {manager.generate_jwt(user=SimpleAuthManagerUser(username='somebody', role=role))}"
    }


@pytest.fixture
def browser() -> Any:
    """Asks as behind the prefix under which Airflow mounts it."""
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.testclient import TestClient

    from nnsc_airflow.reports_view import NnscReports

    routes = [Mount(one["url_prefix"], app=one["app"]) for one in NnscReports.fastapi_apps]
    return TestClient(Starlette(routes=routes), base_url="http://airflow.example")


def test_reports_are_for_whoever_may_trigger_their_dag(
    installation: Settings, allowed: Callable[[str], dict[str, str]], browser: Any
) -> None:
    user = allowed("USER")
    before = browser.get("/nnsc/reports/", headers=user)
    assert (before.status_code, "Not written yet" in before.text) == (404, True)
    folder = reports_folder(installation)
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<p>reports</p>")
    (folder / "site-us_x.sums.en.png").write_bytes(b"picture")
    assert browser.get("/nnsc/reports/").status_code == 401
    assert browser.get("/nnsc/reports/", headers={"Authorization": "Bearer forged"}).status_code == 403
    assert browser.get("/nnsc/reports/", headers=allowed("VIEWER")).status_code == 403  # small numbers stand there
    assert browser.post("/nnsc/reports/", headers=user).status_code == 405
    for path in ("/nnsc/reports", "/nnsc/reports/", "/nnsc/reports/index.html"):
        answer = browser.get(path, headers=user)
        assert (answer.text, answer.headers["cache-control"]) == ("<p>reports</p>", "private, no-store"), path
    picture = browser.get("/nnsc/reports/site-us_x.sums.en.png", headers=user)
    assert (picture.content, picture.headers["content-type"]) == (b"picture", "image/png")


def test_nothing_outside_of_the_folder_and_no_draft_is_given(
    installation: Settings, allowed: Callable[[str], dict[str, str]], browser: Any
) -> None:
    folder = reports_folder(installation)
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("reports")
    outside = folder.parent / "secret.html"
    outside.write_text("secret")
    (folder / "link.html").symlink_to(outside)
    for name in ("site.html.7.draft", "notes.json", ".html.hidden"):
        (folder / name).write_text("secret")
    for path in (
        "..%2fsecret.html", "%2e%2e/secret.html", "%2e%2e%2fsecret.html", "x/%2e%2e/%2e%2e/secret.html", "link.html",
        "%2f" + str(outside).lstrip("/"), "..%5csecret.html", "site.html.7.draft", "notes.json", ".html.hidden",
        "absent.html", "index.html%00.png",
    ):  # fmt: skip
        answer = browser.get(f"/nnsc/reports/{path}", headers=allowed("ADMIN"))
        assert (answer.status_code, "secret" in answer.text) == (404, False), path


def test_evaluations_are_for_whoever_may_trigger_their_dag(
    installation: Settings, allowed: Callable[[str], dict[str, str]], browser: Any
) -> None:
    user = allowed("USER")
    before = browser.get("/nnsc/evaluations/", headers=user)
    assert (before.status_code, "nnsc evaluate refresh" in before.text) == (404, True)
    folder = results_folder(installation)
    kept = folder / "kept-runs" / "city.0123"
    kept.mkdir(parents=True)
    (folder / "city").symlink_to("kept-runs/city.0123")  # as a run is put in place
    (folder / "index.html").write_text("list")
    for name in ("index.html", "result.json", "series.csv"):
        (kept / name).write_text("numbers")
    for path, told in (("", "list"), ("city/", "numbers"), ("city", "numbers"), ("city/index.html", "numbers")):
        answer = browser.get(f"/nnsc/evaluations/{path}", headers=user)
        assert (answer.text, answer.headers["cache-control"]) == (told, "private, no-store"), path
        assert browser.get(f"/nnsc/evaluations/{path}").status_code == 401
        assert browser.get(f"/nnsc/evaluations/{path}", headers=allowed("VIEWER")).status_code == 403
    for path in ("city/result.json", "city/series.csv", "city/..%2f..%2f..%2fsecret.html", "kept-runs/city.0123"):
        (folder.parent / "secret.html").write_text("numbers")
        answer = browser.get(f"/nnsc/evaluations/{path}", headers=allowed("ADMIN"))
        assert (answer.status_code, "numbers" in answer.text) == (404, False), path


def test_the_menu_of_airflow_leads_there(airflow_db: None) -> None:
    from airflow import plugins_manager

    apps, _ = plugins_manager.get_fastapi_plugins()
    assert {"/nnsc/reports", "/nnsc/evaluations"} <= {app["url_prefix"] for app in apps}
    from nnsc_airflow.reports_view import NnscReports

    views = [(view["href"], view["destination"]) for view in NnscReports.external_views]
    assert views == [("/nnsc/reports/", "nav"), ("/nnsc/evaluations/", "nav")]


def test_before_the_first_publication_there_is_nothing_to_do(installation: Settings) -> None:
    """What it writes after one is in test_warehouse_run.py."""
    from airflow.sdk import Context
    from airflow.sdk.exceptions import AirflowSkipException

    from nnsc_airflow.reports_tasks import WriteReports

    with pytest.raises(AirflowSkipException, match="Publication is not kept"):
        WriteReports(task_id="write").execute(Context())
    assert not reports_folder(installation).exists()
