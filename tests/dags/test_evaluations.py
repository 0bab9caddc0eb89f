"""The DAG of evaluations: what is registered runs once a publication, what cannot be run is told and stops no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import nnsc
from outcomes.registration import register, results_folder
from outcomes.specification import load
from settings import Settings
from support import airflow_home  # noqa: F401 - sets the environment before Airflow is imported
from support import evaluation_world as world
from support.browser import chromium, faults
from support.evaluation_world import CITIES, SHOOTINGS, SPEC
from support.html_tables import tables_of
from warehouse.errors import NoPublication

MISSING = f"{CITIES[0]} 2023-03"


def rows_with_a_gap() -> Any:
    rows = world.shootings(-0.4)
    month = rows["month"].astype(str) == "2023-03-01"
    return rows[~(month & (rows["jurisdiction_id"] == CITIES[0]))]


def named(name: str, **changed: Any) -> dict[str, Any]:
    return {**SPEC, "name": name, **changed}


def run() -> dict[str, str]:
    from airflow.sdk import Context

    from nnsc_airflow.evaluation_tasks import RunEvaluations

    return RunEvaluations(task_id="run").execute(Context())


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with a publication and one specification, ``planted``, that the DAG works on."""
    made = world.installation(tmp_path, {SHOOTINGS: world.shootings(-0.4)})
    for name in ("home", "project", "policies", "jurisdictions", "contracts"):
        monkeypatch.setenv(f"NNSC_{name.upper()}", str(getattr(made, name)))
    return made


def test_before_anything_is_registered_there_is_nothing_to_do(settings: Settings, airflow_db: None) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException, match=r"planted is not registered.*nnsc evaluate register planted --why"):
        run()
    assert not results_folder(settings).exists()
    assert not (settings.home / "ledger").exists()


def test_each_registered_evaluation_runs_once_a_publication_and_the_rest_is_told(
    settings: Settings, airflow_db: None
) -> None:
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    gap = "marts.mart_gvi__gap_month"
    world.publish(settings, 1, {SHOOTINGS: world.shootings(-0.4), gap: rows_with_a_gap()})
    outcome = SPEC["outcome"] | {"mart": gap.split(".")[1]}
    for spec in (named("bent"), named("gap", outcome=outcome), SPEC):
        register(settings, load(world.write_spec(settings, spec)), "Ana", "before anything was known")
    world.write_spec(settings, named("bent", window={"first": "2021-01", "last": "2025-06"}))
    world.write_spec(settings, named("unasked"))
    assert run() == {"bent": "changed", "gap": "missing", "planted": "ran", "unasked": "unregistered"}

    folder = results_folder(settings)
    assert {one.name for one in folder.iterdir()} == {"planted", "kept-runs", "index.html", "index.es.html"}
    result = json.loads((folder / "planted" / "result.json").read_text())
    assert (result["verdict"]["word"], result["extract"]["publication_id"]) == ("reduction", 1)
    (listed,) = tables_of(folder / "index.html").values()
    shown = {row[0]: (row[1], row[2], row[3].split(",")[0]) for row in listed[1:]}
    assert shown.pop("unasked") == ("–", "–", "Not run")
    assert [row[1:] for row in listed[1:] if row[1] == "Reduction"] == [["Reduction", "1", "Run as it was registered"]]
    with chromium() as browser:
        for page in ("index.html", "index.es.html"):
            assert [faults(browser, folder / page, width) for width in (1200, 360)] == [[], []]

    kept = sorted(one.name for one in (folder / "kept-runs").iterdir())
    with pytest.raises(
        AirflowSkipException, match="planted: reduction, on publication 1 as before: nothing changed since"
    ):
        run()
    assert sorted(one.name for one in (folder / "kept-runs").iterdir()) == kept

    (settings.project / "evaluations" / "gap.yml").write_text("name: gap\ntitle: only a title\n")
    world.publish(settings, 2, {SHOOTINGS: rows_with_a_gap()})
    with pytest.raises(AirflowFailException, match=r"gap\.yml: title") as failed:
        run()  # of a newer publication, so that the other is tried again
    assert f"{MISSING}" in str(failed.value)
    assert "bent.yml: window.last: changed since it was registered (decision 1)" in str(failed.value)
    assert json.loads((folder / "planted" / "result.json").read_text()) == result
    asked = CliRunner().invoke(nnsc, ["evaluate", "refresh"])
    assert (asked.exit_code, "unasked is not registered" in asked.output) == (2, True)


def test_something_registered_waits_for_the_first_publication(settings: Settings) -> None:
    from reports.evaluations import refresh

    register(settings, load(world.write_spec(settings, SPEC)), "Ana", "before anything was known")
    for file in (settings.published / "publications").iterdir():
        file.unlink()
    with pytest.raises(NoPublication):
        refresh(settings)
