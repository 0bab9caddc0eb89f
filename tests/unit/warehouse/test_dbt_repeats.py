"""What dbt is spared to make again is what it would have made."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dbt.artifacts.schemas import base as artifacts
from dbt_common.clients import agate_helper, system
from dbt_common.clients.jinja import get_template, render_template

from warehouse import dbt_repeats

TEXT = "{% set twice = x * 2 %}{{ twice }}{# of a test #}"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that were compiled since."""
    told: list[str] = []
    real = dbt_repeats._compile

    def counting(self: Any, source: Any, *more: Any, **named: Any) -> Any:
        told.append(source)
        return real(self, source, *more, **named)

    dbt_repeats.remember()
    monkeypatch.setattr(dbt_repeats, "_CODE", {})
    monkeypatch.setattr(dbt_repeats, "_compile", counting)
    return told


def rendered(text: str, native: bool = False, **context: Any) -> Any:
    return render_template(get_template(text, context, native=native), context)


def test_a_template_is_compiled_once_and_means_what_its_context_says(compiled: list[str]) -> None:
    assert [rendered(TEXT, x=x) for x in (1, 2, "ab")] == ["2", "4", "abab"]
    assert compiled == [TEXT]


def test_text_and_values_are_told_apart(compiled: list[str]) -> None:
    assert (rendered("{{ x }}", x=[1]), rendered("{{ x }}", native=True, x=[1])) == ("[1]", [1])
    assert len(compiled) == 2


def test_an_error_is_one_every_time(compiled: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(Exception, match="unexpected"):
            rendered("{{ x + }}", x=1)
    assert len(compiled) == 2


def test_room_is_made(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbt_repeats, "_AT_MOST", 2)
    assert [rendered(f"{{{{ x + {n} }}}}", x=1) for n in range(5)] == [str(1 + n) for n in range(5)]
    assert len(dbt_repeats._CODE) <= 2


def test_an_empty_table_is_empty(compiled: list[str]) -> None:
    table = agate_helper.empty_table()
    assert (len(table.rows), len(table.columns), len(compiled)) == (0, 0, 0)
    assert agate_helper.empty_table() is table


def test_a_file_of_dbt_has_the_same_bytes(compiled: list[str], tmp_path: Path) -> None:
    told = {"text": "Año; 'x' \u2028", "n": [1, 2.5, Decimal("0.1"), None, True], "at": datetime(2026, 1, 2, 3, 4, 5)}
    assert artifacts.write_json is not system.write_json
    assert artifacts.write_json(str(tmp_path / "new" / "ours.json"), told)
    system.write_json(str(tmp_path / "theirs.json"), told)
    assert (tmp_path / "new" / "ours.json").read_bytes() == (tmp_path / "theirs.json").read_bytes()
