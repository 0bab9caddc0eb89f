"""The worked example of docs/deliveries.md, carried out as written: files, commands, and every line of the answers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import nnsc
from ingest.api import deliveries
from settings import Settings
from support.engines import no_data_tests
from support.world import PROJECT

PAGE = (PROJECT / "docs" / "deliveries.md").read_text()
FILES = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
SCRIPT = "".join(re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL))
STEPS = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", SCRIPT, re.MULTILINE)


def test_the_page_has_what_is_carried_out() -> None:
    assert [name for name, _ in FILES if name.endswith(".csv")] == ["january.csv", "february.csv", "mid-february.csv"]
    assert len(STEPS) == SCRIPT.count("\n$ ") + 1 > 10


def whole(settings: Settings, text: str) -> str:
    """Delivery ids, which the page cuts short."""
    for row in deliveries(settings):
        text = text.replace(f"{row.delivery_id[:17]}…", row.delivery_id)
    return text


@pytest.mark.slow
def test_the_worked_example(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    environment = {"NNSC_HOME": str(settings.home), "NNSC_JURISDICTIONS": str(tmp_path / "jurisdictions")}
    for command, answer in STEPS:
        told = whole(settings, command).removesuffix(" > /dev/null")
        with no_data_tests():  # of which the page says nothing
            done = CliRunner().invoke(nnsc, shlex.split(told)[1:], env=environment)
        assert done.exit_code == 0, (command, done.output, done.exception)
        assert command.endswith(" > /dev/null") or done.output == whole(settings, answer), command
