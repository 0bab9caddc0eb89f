"""Running the registered evaluations."""

from __future__ import annotations

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

from nnsc_airflow.errors import fail, remark

#: Not run, and nothing is broken: somebody has to decide, or the months have not come yet.
_LEFT = ("unregistered", "changed", "missing", "waits")


class RunEvaluations(BaseOperator):
    """Run every registered evaluation on the newest publication; skipped where none has anything new to say.

    What was not run, and why, becomes the note of the run. A specification that is wrong fails the task when all others
    are through.
    """

    ui_color = "#d8ece2"

    def execute(self, context: Context) -> dict[str, str]:
        """Returns what became of each specification."""
        from reports.evaluations import refresh
        from settings import load_settings
        from warehouse.errors import NoPublication

        try:
            found = refresh(load_settings(), on_event=self.log.info)
        except NoPublication as nothing:
            raise AirflowSkipException(str(nothing)) from nothing
        left = [one.said for one in found if one.state in _LEFT]
        if wrong := [one.said for one in found if one.state == "wrong"]:
            fail(context, "\n".join([*wrong, *left]))
        if left:
            remark(context, "\n".join(left))
        if all(one.state != "ran" for one in found):
            raise AirflowSkipException("Nothing to run. " + " ".join(one.said for one in found))
        return {one.name: one.state for one in found}
