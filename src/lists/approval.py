"""Approval of a list by two people who saw the same, and how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from governance.decisions import Asked, Outcome, decide, listed
from ingest.ledger import engine, transaction
from lists.content import Content
from lists.errors import ListRefused
from settings import Settings

KIND = "list_release"


@dataclass(frozen=True)
class Approval:
    """The decision of the second person, its first, and the day from which the list is void (exclusive, UTC)."""

    decision_id: int
    first: int
    approved_at: datetime
    expires_on: date


def approve(settings: Settings, content: Content, seen: str, who: str, why: str) -> Outcome:
    """Record that a person approves the list whose digest (its first 12 digits or more) they saw.

    Raises:
        ListRefused: the list is not what the person saw, or nothing on it still holds.
        WrongDecision: who or why is missing, nobody in particular decides, or the second person is the first.
    """
    if len(seen) < 12 or not content.digest.startswith(seen.lower()):
        raise ListRefused(
            f"The {content.subject} is now {content.digest[:12]}, not {seen}.", "Look at it again: `nnsc lists show`."
        )
    if not content.standing(settings.now().date()):
        raise ListRefused(f"Nothing on the {content.subject} holds any more.", "There is nothing to approve.")
    asked = Asked(KIND, content.subject, who, why, {"digest": content.digest, "rows": len(content.lines)})
    with transaction(settings) as connection:
        return decide(connection, settings, asked)


def approval(settings: Settings, content: Content) -> Approval:
    """The approval under which the list may be exported now.

    Raises:
        ListRefused: two people did not approve exactly this content for this recipient, or that was too long ago.
    """
    with engine(settings).connect() as connection:
        decisions = _effective(connection, content)
    same = [one for one in decisions if (one["seen"] or {}).get("digest") == content.digest]
    if not same:
        changed = "It changed since it was approved" if decisions else "Two people have not approved it"
        raise ListRefused(f"The {content.subject} is not released. {changed}.", "`nnsc lists release`, by two people.")
    newest = same[-1]
    expires_on = (newest["decided_at"] + timedelta(days=content.told.valid_days)).date()
    if settings.now().date() >= expires_on:
        raise ListRefused(
            f"The release of the {content.subject} expired on {expires_on}.", "`nnsc lists release`, by two people."
        )
    return Approval(int(newest["decision_id"]), int(newest["confirms"]), newest["decided_at"], expires_on)


def _effective(connection: sa.Connection, content: Content) -> list[dict[str, Any]]:
    """Decisions about the list that two people made, oldest first; one alone never counts, whatever the policy says."""
    every = listed(connection, KIND, content.subject)
    return [one for one in every if one["state"] == "effective" and one["confirms"] is not None]
