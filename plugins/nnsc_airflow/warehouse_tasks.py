"""The tasks of the warehouse: load, transform, publish. They share a one-slot pool: DuckDB's file has one writer."""

from __future__ import annotations

import time
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

#: How long a load waits for deliveries that are about to be ingested, so that ten feeds due at nine cost one build.
_PATIENCE_SECONDS = 120.0


class LoadWarehouse(BaseOperator):
    """Make raw hold exactly the active change sets; skips the rest of the run when the publication is up to date."""

    ui_color = "#d9d3ea"

    def execute(self, context: Context) -> dict[str, Any]:
        """Returns how many change sets were loaded and removed."""
        from settings import load_settings
        from warehouse import api

        settings = load_settings()
        self._let_feeds_finish(settings)
        result = api.load(settings, on_event=self.log.info)
        if api.is_settled(settings):
            raise AirflowSkipException("The publication already shows every change set.")
        self.log.info("%s change sets loaded, %s removed, %s rows", result.loaded, result.removed, result.rows)
        return {"loaded": result.loaded, "removed": result.removed}

    def _let_feeds_finish(self, settings: Any) -> None:
        """Wait while landed deliveries wait to be judged, but never long: a stuck feed holds nothing up."""
        from ingest.api import deliveries

        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (waiting := len(deliveries(settings, states=("landed",)))) and time.monotonic() < deadline:
            self.log.info("%s deliveries are about to be ingested; they go into the same build", waiting)
            time.sleep(2.0)


class TransformWarehouse(BaseOperator):
    """Build and test the dbt models in one run of dbt."""

    ui_color = "#ead3d3"

    def execute(self, context: Context) -> None:
        """Raises the warehouse's TransformError when a model or a test failed; the publication stays as it was."""
        from settings import load_settings
        from warehouse import api

        api.transform(load_settings(), on_event=self.log.info)


class PublishWarehouse(BaseOperator):
    """Write the published file from the build whose tests passed, and swap it in; the models' page with it."""

    ui_color = "#d3eae6"

    def execute(self, context: Context) -> dict[str, int]:
        """Returns the rows of every published table."""
        from settings import load_settings
        from warehouse import api
        from warehouse.docs import write_docs

        settings = load_settings()
        result = api.publish(settings, on_event=self.log.info)
        self.log.info("published %s; documentation of the models: %s", result.path, write_docs(settings, built=True))
        return {name: int(rows) for name, rows in result.tables.items()}
