"""The command line as its user meets it: exit codes, messages, JSON, and no heavy import before it is needed."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from cli import main
from settings import Settings
from support.audit import logged
from support.world import ARREST, PROJECT, drop, environment, rows, write_feed

FEED = "us_test/arrest"


def nnsc(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """What the command answers, run in this process: Great Expectations need not be imported for each."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setattr(sys, "argv", ["nnsc", *words])
        for name, value in environment(settings).items():
            patched.setenv(name, value)
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def test_as_a_process_of_its_own(feed: Settings) -> None:
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'nnsc'; from cli import main; main()", "held", "--json"]
    done = subprocess.run(command, env=environment(feed), capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stderr


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
        (["feeds", "results", "us_test/nothing"], "there is no feed 'us_test/nothing'"),
        (["feeds", "deliveries", "us_test/nothing"], "there is no feed 'us_test/nothing'"),
        (["quarantine", "list", "us_test/nothing"], "there is no feed 'us_test/nothing'"),
        (["decisions", "list", "--kind", "nothing"], "There is no decision of the kind 'nothing'"),
        (["link", "review", "--limit", "-1"], "x>=1"),
        (["link", "decide", "a|b", "c", "same", "--why", "x"], "Nothing is linked"),
        (["as-of", "mart_gvi__shootings_to_date", "2025-06-01"], "nnsc as-of 2025-06-01 mart_gvi__shootings_to_date"),
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


@pytest.mark.slow
def test_what_a_command_imports_can_be_imported_first(feed: Settings) -> None:
    """In a process of its own, as the command line does it: an order that only tests have would hide a circle."""
    named = {
        node.module
        for file in sorted((PROJECT / "src" / "commands").glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and (PROJECT / "src" / node.module.split(".")[0]).is_dir()
    }
    assert "ingest.results" in named
    for module in sorted(named):
        done = subprocess.run(
            [sys.executable, "-c", f"import {module}"],
            env=environment(feed),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (module, done.stderr)


def test_the_schema_for_editors_accepts_the_shipped_feeds(feed: Settings) -> None:
    import jsonschema
    import yaml

    schema = json.loads(nnsc(feed, "feeds", "schema").stdout)
    for path in sorted((PROJECT / "jurisdictions").glob("*/*.yml")):
        if path.name != "jurisdiction.yml":
            jsonschema.validate(yaml.safe_load(path.read_text()), schema)


def test_check_and_the_life_of_a_quarantined_record(feed: Settings) -> None:
    text = rows(*(f"A{n},2024-12-01,30" for n in range(20)), "A90,01.12.2024,41")
    file = drop(feed, "drop.csv", text)
    checked = nnsc(feed, "check", FEED, str(file))
    assert checked.returncode == 1, checked.stderr
    assert "day: The value cannot be understood." in checked.stdout
    assert not feed.home.joinpath("ledger").exists()
    assert nnsc(feed, "ingest", FEED).returncode == 0
    listed = json.loads(nnsc(feed, "quarantine", "list", "--json").stdout)
    assert [(d["open"], d["settled"]) for d in listed] == [(1, 0)]
    delivery = listed[0]["delivery"]
    shown = json.loads(nnsc(feed, "quarantine", "show", delivery, "--json").stdout)
    assert [(r["row"], r["column"], r["value"]) for r in shown if r["value"]] == [(21, "arrested_on", "01.12.2024")]
    assert [line["subject"] for line in logged(feed, "read")] == [delivery]
    refused = nnsc(feed, "quarantine", "release", delivery, "--why", "let me try")
    assert (refused.returncode, "Correct the feed file first" in refused.stderr) == (2, True)
    write_feed(feed, text=ARREST.replace('"%m/%d/%Y"]', '"%m/%d/%Y", "%d.%m.%Y"]'))
    done = nnsc(feed, "quarantine", "release", delivery, "--who", "ada", "--why", "days are written with points")
    assert (done.returncode, "1 records released, 0 left" in done.stdout) == (0, True), done.stderr
    assert json.loads(nnsc(feed, "quarantine", "list", "--json").stdout) == []
    assert nnsc(feed, "feeds", "health").returncode == 0
