"""The parsed dbt project is kept for other processes; a kept file that is broken is made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from settings import Settings
from support.warehouse_world import World
from warehouse import parsed as keeping
from warehouse.dbt_runner import run_dbt


@pytest.fixture(autouse=True)
def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept in memory, as in a process that just began."""
    monkeypatch.setattr(keeping, "_MANIFESTS", {})


def test_another_process_does_not_parse_again(built: World, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []
    invoke = dbtRunner.invoke

    def noted(self: dbtRunner, args: list[str], **given: Any) -> Any:
        commands.append(args[0])
        return invoke(self, args, **given)

    monkeypatch.setattr(dbtRunner, "invoke", noted)
    results = run_dbt(built.settings, ["build", "--select", "dim_jurisdiction"])
    assert commands == ["build"]
    assert {r.name: r.status for r in results}["dim_jurisdiction"] == "success"
    assert {r.status for r in results} <= {"success", "pass"}


def test_a_broken_file_is_made_anew(built: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path / "other", parsed=tmp_path / "kept")
    [kept, *_] = sorted(built.settings.parsed.glob("*.msgpack"))
    manifest = keeping._read(kept)
    asked: list[str] = []

    def parse() -> Any:
        asked.append("parse")
        return manifest

    first = keeping.parsed(settings, ("a project",), parse)
    [file] = (tmp_path / "kept").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    for damage in (file.read_bytes()[:-100], b"", b"\x00\x01", b"\x81\xa5nodes\xc0"):
        file.write_bytes(damage)
        asked.clear()
        monkeypatch.setattr(keeping, "_MANIFESTS", {})
        again = keeping.parsed(settings, ("a project",), parse)
        assert asked == ["parse"]
        assert again.nodes.keys() == first.nodes.keys() != set()
    monkeypatch.setattr(keeping, "_MANIFESTS", {})
    asked.clear()
    assert keeping.parsed(settings, ("a project",), parse).nodes.keys() == first.nodes.keys()
    assert asked == []


def test_each_gets_a_copy_of_its_own(built: World, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "other", parsed=tmp_path / "kept")
    [kept, *_] = sorted(built.settings.parsed.glob("*.msgpack"))
    first = keeping.parsed(settings, ("a project",), lambda: keeping._read(kept))
    whole = len(first.nodes)
    first.nodes.clear()
    assert len(keeping.parsed(settings, ("a project",), lambda: keeping._read(kept)).nodes) == whole > 100


def test_a_run_leaves_what_is_kept_as_it_was(built: World) -> None:
    """Copies share all but nodes: a run that wrote elsewhere would be read by the next one."""
    results = run_dbt(built.settings, ["build"], only={"mart_gvi__shootings_by_area_month", "dim_jurisdiction"})
    assert {r.name for r in results} == {"mart_gvi__shootings_by_area_month", "dim_jurisdiction"}
    [(key, kept)] = keeping._MANIFESTS.items()
    on_disk = keeping._read(built.settings.parsed / f"{key}.msgpack")
    for part in ("nodes", "sources", "macros", "docs", "exposures", "unit_tests", "disabled"):
        left, right = getattr(kept, part), getattr(on_disk, part)
        assert left.keys() == right.keys()
        assert part == "disabled" or [name for name in left if left[name].to_dict() != right[name].to_dict()] == []
