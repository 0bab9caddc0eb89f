"""How DAG files are read: lightly, one by one inside tasks, and with a wrong feed file hiding no other."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from feeds.catalogue import load_catalogue
from settings import Settings, load_settings
from support.airflow_home import dag_bag
from support.world import ARREST, OUR_DAGS, PROJECT, environment, write_feed

BROKEN = {
    "no_yaml": "description: [unclosed",
    "no_keys": "- a list",
    "no_layouts": "description: x\nconnector: {kind: bucket}\ndelivery: {mode: full}\n",
    "no_zone": ARREST + "timezone: Mars/Olympus\n",
    "no_cron": ARREST + "schedule: every now and then\n",
    "no_such_column": ARREST.replace("area_id: area", "area_idd: area"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_feed_file_is_an_import_error_that_names_it_and_hides_no_other(
    installation: Settings, name: str
) -> None:
    write_feed(installation)
    write_feed(installation, f"us_test/{name}", BROKEN[name])
    bag = dag_bag()
    assert {"feed__us_test__arrest"} | OUR_DAGS <= set(bag.dag_ids)
    assert [path.rsplit("/", 1)[-1] for path in bag.import_errors] == ["feed_problems.py"]
    (error,) = bag.import_errors.values()
    assert f"us_test/{name}.yml" in error
    assert "us_test/arrest.yml" not in error


def test_inside_a_task_only_its_own_feed_file_is_read(installation: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    write_feed(installation)
    for number in range(5):
        write_feed(installation, f"us_test/other_{number}", "not: [yaml")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "feed__us_test__arrest")
    bag = dag_bag()
    assert set(bag.dag_ids) == {"feed__us_test__arrest"} | OUR_DAGS
    assert not bag.import_errors


def test_inside_a_task_of_another_dag_no_feed_file_is_read(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_feed(installation, text="not: [yaml")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "warehouse")
    bag = dag_bag()
    assert set(bag.dag_ids) == OUR_DAGS
    assert not bag.import_errors


def test_the_light_reading_says_the_same_as_the_full_one() -> None:
    from nnsc_airflow.feedfiles import feed_paths, read_feed_file

    settings = load_settings(project=PROJECT, jurisdictions=PROJECT / "jurisdictions")
    specs = load_catalogue(settings).feeds
    light = {feed.feed_id: feed for feed in map(read_feed_file, feed_paths(settings.jurisdictions))}
    assert light.keys() == specs.keys()
    for feed_id, spec in specs.items():
        feed = light[feed_id]
        assert (feed.description, feed.publisher, feed.owner) == (spec.description, spec.publisher, spec.owner)
        assert (feed.schedule, feed.timezone, feed.simulated) == (spec.schedule, spec.timezone, spec.simulated)
        assert list(feed.kinds) == spec.kinds()
        assert (feed.mode, feed.connector["kind"]) == (spec.delivery.mode, spec.connector.kind)


def test_parsing_imports_nothing_slow(installation: Settings) -> None:
    write_feed(installation)
    program = (
        "import sys\n"
        "import airflow.sdk, airflow.dag_processing.dagbag as d\n"
        "before = set(sys.modules)\n"
        f"bag = d.DagBag({str(PROJECT / 'dags')!r})\n"
        f"assert len(bag.dag_ids) == {len(OUR_DAGS) + 1}, (bag.dag_ids, bag.import_errors)\n"
        "slow = {'pandas', 'duckdb', 'great_expectations', 'dbt', 'pyarrow', 'numpy', 'boto3'}\n"
        "print(sorted(slow & (set(sys.modules) - before)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment(installation), capture_output=True, text=True, check=True
    )
    assert result.stdout.strip().splitlines()[-1] == "[]"


def test_the_page_of_a_feed_says_where_files_go(bag: Any) -> None:
    page = bag.dags["feed__us_pa_philadelphia__shooting"].doc_md
    for text in (
        "jurisdictions/us_pa_philadelphia/shooting.yml",
        "us_pa_philadelphia/shooting",
        "shooting_victim",
        "48h",
    ):
        assert text in page
