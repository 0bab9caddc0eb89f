"""The tasks of linkage: link, train, ask about pairs and record the answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

from nnsc_airflow.names import CHANGE_SETS, CHANGES

ANSWERS = {"Same person": "same", "Different people": "different", "Cannot tell": "cannot_tell"}
LEAVE = "Leave it open"
_AT_ONCE = 10


class LinkPeople(BaseOperator):
    """Link the records of the warehouse; announce a change set when memberships changed."""

    ui_color = "#e6d9ea"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, outlets=[CHANGES])

    def execute(self, context: Context) -> dict[str, Any]:
        """Returns the counts of the run."""
        from linkage.api import link
        from settings import load_settings
        from warehouse.engine import engine_for

        settings = load_settings()
        if not engine_for(settings).exists():
            raise AirflowSkipException("There is no warehouse yet.")
        result = link(settings, on_event=self.log.info)
        # As with feeds: an earlier try may have died between its commit and the announcement.
        if result.changed or context["ti"].try_number > 1:
            context["outlet_events"][CHANGES].add(CHANGE_SETS, extra={"link_run": result.run_id})
        return asdict(result)


class TrainModel(BaseOperator):
    """Train, audit and freeze a model and put it to use."""

    ui_color = "#eae6d3"

    def execute(self, context: Context) -> dict[str, Any]:
        """Returns the version and the number of alerts; the alerts are in the log."""
        from linkage.api import train_model
        from linkage.errors import TooFewMentions
        from settings import load_settings

        try:
            model = train_model(load_settings())
        except TooFewMentions as error:
            raise AirflowSkipException(str(error)) from error
        for alert in model.alerts:
            self.log.warning("%s", alert)
        return {"version": model.version, "alerts": len(model.alerts)}


def waiting_pairs() -> list[dict[str, str]]:
    """The pairs that matter most; none before the first run, or when its file is gone."""
    from linkage.api import queue, show
    from linkage.review import REASONS
    from linkage.store import has_files, last_run
    from settings import load_settings

    settings = load_settings()
    if not has_files(last_run(settings)):
        return []
    found = []
    for pair in queue(settings, _AT_ONCE):
        why = show(settings, pair.mention, pair.other)
        lines = "\n".join(f"| {c} | {f} | {w:+.1f} |" for c, f, w in why.waterfall())
        found.append(
            {"mention": pair.mention, "other": pair.other, "reason": REASONS[pair.reason], "lines": lines,
             "consequence": why.consequence}
        )  # fmt: skip
    return found


def question(pair: dict[str, str]) -> dict[str, str]:
    """The form that the UI shows for one pair: the weights in words, no values of the records."""
    return {
        "subject": f"One person? {pair['mention'][:12]} and {pair['other'][:12]}: {pair['reason']}",
        "body": f"| compared | found | weight |\n| --- | --- | --- |\n{pair['lines']}\n\n{pair['consequence']}\n\n"
        f"Both records, for whoever may see them: `nnsc link show {pair['mention']} {pair['other']}`",
    }


def record_answers(asked: list[dict[str, str]], answers: list[dict[str, Any]]) -> int:
    """Record what people answered, with who and why; what they left open stays open."""
    from linkage.api import decide
    from nnsc_airflow.stewardship_tasks import who_and_why
    from settings import load_settings

    count = 0
    for pair, answer in zip(asked, answers, strict=True):
        choice = answer["chosen_options"][0]
        if choice in ANSWERS:
            who, why = who_and_why(answer)
            decide(load_settings(), pair["mention"], pair["other"], ANSWERS[choice], who, why)
            count += 1
    return count
