"""The command line as its user meets it: exit codes, messages, JSON, and no heavy import before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from settings import Settings
from support.world import ARREST, drop, environment, rows, write_feed

FEED = "us_test/arrest"


def nnsc(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'nnsc'; from cli import main; main()", *words]
    return subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)


@pytest.fixture
def feed(settings: Settings) -> Settings:
    write_feed(settings)
    return settings


def test_a_good_file_and_nothing_new(feed: Settings) -> None:
    file = drop(feed, "good.csv", rows("A1,2024-12-01,30"))
    first = nnsc(feed, "ingest", FEED, "--file", str(file), "--known-at", "2025-01-31", "--json")
    assert first.returncode == 0, first.stderr
    assert [(o["state"], o["accepted"]) for o in json.loads(first.stdout)] == [("applied", 1)]
    again = nnsc(feed, "ingest", FEED, "--file", str(file), "--known-at", "2025-01-31")
    assert again.returncode == 0
    assert "nothing new" in again.stdout


def test_refused_data_is_exit_1_with_the_reason(feed: Settings) -> None:
    file = drop(feed, "empty.csv", b"")
    done = nnsc(feed, "ingest", FEED, "--file", str(file))
    assert done.returncode == 1
    assert "refused (empty_file): The file is empty (0 bytes)." in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ingest", "us_test/nothing"], "there is no feed 'us_test/nothing'"),
        (["ingest", FEED, "--file", "/nowhere.csv"], "does not exist"),
        (["ingest", FEED, "--known-at", "yesterday"], "neither a date"),
        (["release", "x", "--why", "because"], "There is no delivery 'x'"),
        (["query", "select 1"], "nnsc build"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_use_is_exit_2_with_a_remedy(feed: Settings, words: list[str], says: str) -> None:
    done = nnsc(feed, *words)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_feed_file_is_named(feed: Settings) -> None:
    write_feed(feed, text=ARREST.replace("area_id: area", "area: area"))
    done = nnsc(feed, "feeds", "check")
    assert done.returncode == 1
    assert "us_test/arrest.yml: layouts.0.records.0.map.area" in done.stderr


def test_the_command_line_imports_nothing_heavy(feed: Settings) -> None:
    code = "import sys, cli; heavy = {'pandas', 'duckdb', 'dbt', 'airflow', 'great_expectations', 'sqlalchemy', 'numpy'}; print(sorted(heavy & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(feed), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_schema_for_editors_accepts_the_shipped_feeds(feed: Settings) -> None:
    import jsonschema
    import yaml

    from support.world import PROJECT

    schema = json.loads(nnsc(feed, "feeds", "schema").stdout)
    for path in sorted((PROJECT / "jurisdictions").glob("*/*.yml")):
        if path.name != "jurisdiction.yml":
            jsonschema.validate(yaml.safe_load(path.read_text()), schema)
