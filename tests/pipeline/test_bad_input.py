"""What goes wrong with files, case by case: the folder ``fixtures/bad_input`` holds each case with its receipt.

A case is ``case.yml`` (what it is, which files arrive), the files, or the name of what makes them, and the receipt that
the agency gets for each. Before most cases forty arrests stand (``base.csv``), which must stand behind it too.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from connectors.errors import ConfigurationError
from ingest import tables as t
from ingest.api import current_records, deliveries, drain, fetch
from ingest.landing import content_path
from ingest.ledger import engine
from ingest.receipts.write import receipt_folder
from settings import Settings
from support.world import ARREST, PROJECT, drop, environment, write_feed

FEED = "us_test/arrest"
CASES = PROJECT / "tests" / "fixtures" / "bad_input"
TEXT = re.sub(r"tolerances: .*\n", "", ARREST)
#: What a receipt says beside ids, days and instants, which differ from run to run.
TOLD = ("file_name", "state", "reason", "message", "rows", "accepted", "quarantined", "inserted", "updated", "deleted")


def long_line(path: Path, megabytes: int = 3) -> None:
    with path.open("wb") as out:
        out.write(b"arrest_no,day,age,born,sid,area,note\na1,2024-05-01,")
        for _ in range(megabytes):
            out.write(b"x" * 1_000_000)


def zip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=9) as out:
        out.write(b"arrest_no,day,age,born,sid,area,note\n")
        for _ in range(300):
            out.write(b",,,,,,\n" * 150_000)


def climbing_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../../climbed.csv", (2024, 1, 1, 0, 0, 0)), (CASES / "base.csv").read_text())


def link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


MAKERS: dict[str, Callable[[Path], None]] = {f.__name__: f for f in (long_line, zip_bomb, climbing_zip, link)}


def arrive(settings: Settings, case: Path, told: dict[str, Any], name: str) -> Path:
    """Put one file of a case into the bucket."""
    if "make" not in told:
        return drop(settings, name, (case / name).read_bytes())
    path = settings.buckets / FEED / name
    path.parent.mkdir(parents=True, exist_ok=True)
    MAKERS[told["make"]](path)
    return path


def ingest(settings: Settings) -> tuple[int, str]:
    """``nnsc ingest``: what the task calls too; the exit code and what was said."""
    from click.testing import CliRunner

    from commands.ingest import ingest as command

    done = CliRunner().invoke(command, [FEED], obj=settings)
    return done.exit_code, done.output


def receipts(settings: Settings, files: list[Path]) -> dict[str, Any]:
    """The receipts of these files, without what differs from run to run."""
    found = {}
    for row in deliveries(settings, FEED):
        if row.file_name in {file.name for file in files}:
            told = json.loads((receipt_folder(settings, FEED, row.delivery_id) / "receipt.json").read_text())
            problems = [{k: p[k] for k in ("rule", "column", "count", "examples")} for p in told["problems"]]
            found[row.file_name] = {**{name: told[name] for name in TOLD}, "problems": problems}
            # How small an archive gets depends on the zlib of the machine.
            found[row.file_name]["message"] = told["message"] and re.sub(
                r"more than [\d,]+ bytes", "MANY bytes", told["message"]
            )
    return found


def check_kept(settings: Settings, files: list[Path]) -> None:
    """Every file lies untouched in the bucket and byte for byte in landing; every verdict is in the ledger."""
    with engine(settings).connect() as connection:
        attempts = dict(connection.execute(sa.select(t.attempt.c.delivery_id, t.attempt.c.outcome)).all())
    rows = {row.file_name: row for row in deliveries(settings, FEED)}
    for file in files:
        row = rows[file.name]
        assert attempts[row.delivery_id] == row.state
        if file.is_symlink():
            continue
        data = file.read_bytes()
        assert row.sha256 == hashlib.sha256(data).hexdigest()
        assert content_path(settings, row.sha256).read_bytes() == data


@pytest.mark.parametrize("case", sorted(path.parent for path in CASES.glob("*/case.yml")), ids=lambda path: path.name)
def test_a_bad_file_is_answered_and_changes_nothing_by_halves(settings: Settings, case: Path) -> None:
    told = yaml.safe_load((case / "case.yml").read_text())
    write_feed(settings, text=TEXT)
    if told.get("first", True):
        drop(settings, "base.csv", (CASES / "base.csv").read_bytes())
        assert ingest(settings)[0] == 0
    before = current_records(settings, FEED, "arrest")
    for old, new in told.get("feed", {}).items():
        write_feed(settings, text=TEXT.replace(old, new))
    if "fails" in told:
        with pytest.raises(ConfigurationError, match=told["fails"]):
            fetch(settings, FEED)
        return
    files, code = [], 0
    for number, name in enumerate(told["files"], start=1):
        files.append(arrive(settings, case, told, name))
        if not told.get("together") or number == len(told["files"]):
            code = max(code, ingest(settings)[0])
    if told.get("waits"):
        assert (code, deliveries(settings, FEED)[1:]) == (0, [])
        files[0].rename(files[0].with_suffix(""))
        assert ingest(settings)[0] == 0
        assert [row.state for row in deliveries(settings, FEED)] == ["applied", "applied"]
        return
    expected = json.loads((case / "receipt.json").read_text())
    assert receipts(settings, files) == expected
    check_kept(settings, files)
    states = {receipt["state"] for receipt in expected.values()}
    assert code == (0 if states == {"applied"} else 1)
    if "applied" not in states:
        assert current_records(settings, FEED, "arrest") == before
    assert not list(settings.home.glob("scratch/*"))
    assert not list(settings.home.rglob("climbed.csv"))


def test_what_becomes_of_the_records_of_the_cases_that_are_applied(settings: Settings) -> None:
    """Record by record: who stays, who waits, who is new."""
    write_feed(settings, text=TEXT)
    for name in ("dates_of_0202_and_2202", "full_after_a_partial_one"):
        case = CASES / name
        for file in yaml.safe_load((case / "case.yml").read_text())["files"]:
            drop(settings, f"{name}.{file}", (case / file).read_bytes())
    fetch(settings, FEED)
    drain(settings, FEED)
    known = [set(), set()]
    for number, row in enumerate(r for r in deliveries(settings, FEED) if r.state == "applied"):
        known[number] = {r["arrest_id"] for r in current_records(settings, FEED, "arrest", row.known_at)}
    assert known[0] == {f"a{n}" for n in range(1, 41)} - {"a3", "a4", "a5"}
    assert known[1] == {f"a{n}" for n in range(1, 42)}


#: Not `ru_maxrss`: that begins with the peak of the process that started this one.
MEMORY = """
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from settings import load_settings
from ingest.api import drain, fetch
settings = load_settings()
fetch(settings, "us_test/arrest")
(outcome,) = drain(settings, "us_test/arrest").deliveries
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(outcome.state, outcome.reason, peak[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "packed"),
    [("", True), ("arrest_no,day,age,born,sid,area,note\n", False)],
    ids=["heading, gzip", "row, plain"],
)
def test_a_line_of_two_gigabytes_is_refused_in_bounded_memory(settings: Settings, first: str, packed: bool) -> None:
    write_feed(settings, text=TEXT)
    path = settings.buckets / FEED / "file.csv"
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wb", compresslevel=1) if packed else path.open("wb") as out:
        out.write(first.encode())
        for _ in range(2048):
            out.write(b"arrest no 1 and so on " * 47_663)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(PROJECT / "src")], env=environment(settings), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    state, reason, peak = done.stdout.split()
    assert (state, reason) == ("refused", "line_too_long")
    assert int(peak) <= 1_500_000  # kilobytes
