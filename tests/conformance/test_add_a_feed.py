"""The worked example of docs/add-a-feed.md, carried out as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from cli import nnsc
from ingest.api import current_records, outcomes
from ingest.inspect import quarantined
from settings import Settings
from support.world import PROJECT

PAGE = (PROJECT / "docs" / "add-a-feed.md").read_text()
FEED = "us_il_springfield/shooting"


def example(name: str) -> str:
    """The code block behind the marker of that name."""
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, name
    return found[1]


def run(settings: Settings, command: str) -> Any:
    words = shlex.split(command)
    assert words[0] == "nnsc"
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(settings.jurisdictions)}
    return CliRunner().invoke(nnsc, words[1:], env=environment)


def test_the_worked_example(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample.csv").write_text(example("sample"))
    folder = settings.jurisdictions / "us_il_springfield"
    folder.mkdir()
    (folder / "jurisdiction.yml").write_text(example("jurisdiction"))
    drafted = run(settings, example("command"))
    assert drafted.exit_code == 0, drafted.output
    unanswered = run(settings, f"nnsc feeds check {FEED}")
    assert unanswered.exit_code == 1
    for question in ("what one row of sample.csv is", "who publishes it", "why this is not needed", "do these make"):
        assert question in unanswered.output
    draft, final = yaml.safe_load((folder / "shooting.yml").read_text()), yaml.safe_load(example("feed"))
    assert draft["reader"] == final["reader"]
    drafted_map = draft["layouts"][0]["records"][0]["map"]
    for column in ("incident_id", "is_fatal", "area_id", "latitude", "longitude", "victim_sex"):
        assert drafted_map[column] == final["layouts"][0]["records"][0]["map"][column], column
    (folder / "shooting.yml").write_text(example("feed"))
    checked = run(settings, f"nnsc feeds check {FEED}")
    assert (checked.exit_code, checked.output) == (0, f"{FEED} is well written.\n")
    done = run(settings, example("try"))
    assert done.exit_code == 0, done.output
    (outcome,) = outcomes(settings, FEED)
    assert (outcome.state, outcome.accepted, outcome.quarantined) == ("applied", 2, 1)
    assert [q.rules for q in quarantined(settings, outcome.delivery_id)] == [("unparsed:victim_age",)]
    ages = sorted(row["victim_age"] for row in current_records(settings, FEED, "shooting_victim"))
    assert ages == [24, 31]


def test_every_connector_and_reader_is_on_the_page() -> None:
    from connectors.registry import CONNECTORS, READERS

    assert all(f"| `{kind}` |" in PAGE for kind in [*CONNECTORS, *READERS])
