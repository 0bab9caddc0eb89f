"""docs/marts.md is what the marts say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.marts_page import Mart, marts, page

PROJECT = Path(__file__).resolve().parents[3]
every_mart = pytest.mark.parametrize("mart", marts(PROJECT), ids=lambda mart: mart.name)


def test_the_page_is_current() -> None:
    assert (PROJECT / "docs" / "marts.md").read_text() == page(PROJECT), "run `nnsc docs`"


@every_mart
def test_a_mart_says_what_it_answers_and_shows_how_to_ask(mart: Mart) -> None:
    assert mart.answers.endswith("?"), f"{mart.name}.yml needs config.meta.answers, a question"
    assert mart.caveats, f"{mart.name}.yml needs config.meta.caveats"
    assert f"marts.{mart.name}" in mart.example
    assert "limit 10" not in mart.example or "order by" in mart.example, "an example without an order answers nothing"
