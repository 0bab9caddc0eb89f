"""The documentation of the models: written once for a state of the project."""

from __future__ import annotations

import pytest

from settings import Settings
from support.warehouse_world import PROJECT
from warehouse.docs import docs_page, write_docs


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("docs"), project=PROJECT)
    write_docs(settings)
    return settings


def test_the_page_tells_models_columns_and_who_reads_them(documented: Settings) -> None:
    page = docs_page(documented).read_text()
    for told in ("mart_gvi__shootings_by_area_month", "Weekly shooting review", "Persons struck by gunfire"):
        assert told in page
    assert str(documented.home) not in page


def test_the_page_is_written_again_only_for_another_project(documented: Settings) -> None:
    written = docs_page(documented).stat().st_mtime_ns
    assert write_docs(documented).stat().st_mtime_ns == written
    docs_page(documented).with_suffix(".digest").write_text("another project")
    assert write_docs(documented).stat().st_mtime_ns > written
