"""Writing the running reports."""

from __future__ import annotations

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException


class WriteReports(BaseOperator):
    """Write every report of the newest publication; skipped while nothing was published."""

    ui_color = "#d8e4ec"

    def execute(self, context: Context) -> int:
        """Returns the number of the publication that the pages show."""
        from reports.api import write_reports
        from settings import load_settings
        from warehouse.errors import NoPublication

        try:
            done = write_reports(load_settings(), on_event=self.log.info)
        except NoPublication as nothing:
            raise AirflowSkipException(str(nothing)) from nothing
        return done.publication_id
