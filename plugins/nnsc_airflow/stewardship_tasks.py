"""What the stewardship DAG does: list held batches, carry out what a person decided."""

from __future__ import annotations

from typing import Any

RELEASE, REJECT, LEAVE = "Release", "Reject", "Leave held"


def held_questions() -> list[dict[str, str]]:
    """One question per held batch, oldest first: ``subject`` and ``body`` of the form in the UI."""
    return [
        {
            "subject": f"{batch.feed_id}: {batch.file_name} is held ({batch.reason})",
            "body": f"{batch.message}\n\nDelivery `{batch.delivery_id}`. **{RELEASE}**: the limits are set aside and the"
            f" batch takes its place in time. **{REJECT}**: it is never applied; its bytes stay in landing."
            f" **{LEAVE}**: ask again tomorrow.",
        }
        for batch in _held()
    ]


def carry_out(asked: list[dict[str, str]], answers: list[dict[str, Any]]) -> list[str]:
    """Release or reject as answered, with who and why; returns the ids of the feeds that have a batch to take in.

    A batch that somebody decided elsewhere in the meantime is left as it is.
    """
    from ingest.api import reject, release
    from settings import load_settings

    settings = load_settings()
    still_held = {batch.delivery_id: batch.feed_id for batch in _held()}
    released: set[str] = set()
    for question, answer in zip(asked, answers, strict=True):
        delivery_id = question["body"].split("Delivery `", 1)[1].split("`", 1)[0]
        if delivery_id not in still_held:
            continue
        choice, who, why = answer["chosen_options"][0], _who(answer), _why(answer)
        if choice == RELEASE:
            release(settings, delivery_id, who, why)
            released.add(still_held[delivery_id])
        elif choice == REJECT:
            reject(settings, delivery_id, who, why)
    return sorted(released)


def _held() -> list[Any]:
    from ingest.api import held
    from settings import load_settings

    return list(held(load_settings()))


def _who(answer: dict[str, Any]) -> str:
    user = answer.get("responded_by_user") or {}
    return str(user.get("name") or user.get("id") or "unknown")


def _why(answer: dict[str, Any]) -> str:
    return str((answer.get("params_input") or {}).get("why") or "").strip() or "decided in the Airflow UI"
