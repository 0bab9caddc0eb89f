"""Rendering Data Docs."""

from __future__ import annotations

from airflow.sdk import BaseOperator, Context


class BuildDataDocs(BaseOperator):
    """Render the pages of Great Expectations' Data Docs that are missing."""

    ui_color = "#e2e8d0"

    def execute(self, context: Context) -> int:
        """Returns how many pages were rendered."""
        from ingest.datadocs import build_docs
        from settings import load_settings

        return build_docs(load_settings())
