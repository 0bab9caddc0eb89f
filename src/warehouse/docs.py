"""The documentation of the dbt project as one page: models, columns, lineage, tests. It holds no data."""

from __future__ import annotations

from pathlib import Path

from settings import Settings
from warehouse.dbt_runner import project_digest, run_dbt


def docs_page(settings: Settings) -> Path:
    """Where the page lies."""
    return settings.home / "dbt" / "docs" / "index.html"


def write_docs(settings: Settings, built: bool = False) -> Path:
    """Write the page where the dbt project changed since it was written last; returns its place.

    ``built`` says that the project was built just now: its manifest is used as it is instead of parsing anew.

    Raises:
        TransformError: the project does not parse.
    """
    page = docs_page(settings)
    digest = project_digest(settings)
    written_for = page.with_suffix(".digest")
    if page.is_file() and written_for.is_file() and written_for.read_text() == digest:
        return page
    # Without the catalogue of the database: types and descriptions stand in the project, and nobody is locked out.
    target = "target" if built else "docs-target"  # another folder, as publishing reads the manifest of the build
    if not built:
        run_dbt(settings, ["parse"], target=target)
    run_dbt(settings, ["docs", "generate", "--static", "--empty-catalog", "--no-compile"], target=target)
    settings.private_dir(page.parent)
    draft = page.with_suffix(".draft")
    draft.write_bytes((settings.home / "dbt" / target / "static_index.html").read_bytes())
    draft.replace(page)
    written_for.write_text(digest)
    return page
