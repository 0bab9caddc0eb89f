"""What the stewardship DAG does: list held batches, carry out what a person decided."""

from __future__ import annotations

from typing import Any

RELEASE, REJECT, LEAVE = "Release", "Reject", "Leave held"


def held_batches() -> list[dict[str, str]]:
    """The batches that wait for a person, oldest first."""
    from ingest.api import held
    from ingest.receipts.brief import as_markdown
    from settings import load_settings

    settings = load_settings()
    return [
        {
            "delivery_id": str(batch.delivery_id),
            "feed_id": batch.feed_id,
            "file_name": batch.file_name,
            "reason": batch.reason,
            "message": batch.message,
            "receipt": as_markdown(settings, batch.feed_id, batch.delivery_id),
        }
        for batch in held(settings)
    ]


def question(batch: dict[str, str]) -> dict[str, str]:
    """The form that the UI shows for one held batch."""
    return {
        "subject": f"{batch['feed_id']}: {batch['file_name']} is held ({batch['reason']})",
        "body": f"{batch['message']}\n\n{batch['receipt']}\n\nDelivery `{batch['delivery_id']}`."
        f" **{RELEASE}**: the limits are set aside and the batch takes its place in time."
        f" **{REJECT}**: it is never applied; its bytes stay in landing."
        f" **{LEAVE}**: ask again tomorrow.",
    }


def carry_out(asked: list[dict[str, str]], answers: list[dict[str, Any]]) -> list[str]:
    """Release or reject as answered, with who and why; returns the ids of the feeds that have a batch to take in.

    A batch that somebody decided elsewhere in the meantime is left as it is.
    """
    from ingest.api import reject, release
    from settings import load_settings

    settings = load_settings()
    still_held = {batch["delivery_id"] for batch in held_batches()}
    released: set[str] = set()
    for batch, answer in zip(asked, answers, strict=True):
        delivery_id, choice = batch["delivery_id"], answer["chosen_options"][0]
        if delivery_id not in still_held:
            continue
        if choice == RELEASE:
            if release(settings, delivery_id, _who(answer), _why(answer)).is_effective:
                released.add(batch["feed_id"])
        elif choice == REJECT:
            reject(settings, delivery_id, _who(answer), _why(answer))
    return sorted(released)


def _who(answer: dict[str, Any]) -> str:
    """Whom Airflow knows; where it knows nobody (`nnsc up`), the name given in the form."""
    from governance.decisions import NOBODY, folded

    user = answer.get("responded_by_user") or {}
    known = str(user.get("name") or user.get("id") or "unknown")
    given = str((answer.get("params_input") or {}).get("who") or "").strip()
    return given if given and folded(known) in NOBODY else known


def _why(answer: dict[str, Any]) -> str:
    return str((answer.get("params_input") or {}).get("why") or "").strip() or "decided in the Airflow UI"


def who_and_why(answer: dict[str, Any]) -> tuple[str, str]:
    """Who answered a question in the UI, and the reason given."""
    return _who(answer), _why(answer)
