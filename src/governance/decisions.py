"""What people decide: one table and one call, with who, why, when and what was seen.

Where ``policies/decisions.yml`` asks for two people, the first one's decision waits, and takes effect when a second
person decides the same about the same, having seen the same. Rows are added, never changed or removed.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from governance import audit
from governance.errors import WrongDecision
from governance.policy import decision_policy
from governance.tables import decision
from settings import Settings

#: Who answers where nobody logs in, folded: such an answer counts, but never as one of two different people.
NOBODY = frozenset({"anonymous", "unknown"})
#: Kinds that take two people whatever a site's policy says: what they let out names people.
_ALWAYS_TWO = frozenset({"list_release"})
_CONTENT = ("decision_id", "kind", "subject", "who", "why", "detail", "account", "seen", "is_effective", "confirms")


@dataclass(frozen=True)
class Asked:
    """A decision as a person states it: ``seen`` lay before them, ``detail`` is what goes beyond kind and subject."""

    kind: str
    subject: str
    who: str
    why: str
    seen: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of it: in effect, or waiting for a second person; ``first`` is the decision that it confirms."""

    decision_id: int
    is_effective: bool
    first: int | None = None


def decide(connection: sa.Connection, settings: Settings, asked: Asked) -> Outcome:
    """Record a decision, and the line of the audit log that proves it, in the caller's transaction.

    The caller carries it out, in the same transaction, if and only if the outcome is effective.

    Raises:
        WrongDecision: who or why is missing, the kind is unknown, the second person is the first, or one of two has no
            name.
    """
    first = _first(connection, settings, asked)
    row = {
        "kind": asked.kind,
        "subject": asked.subject,
        "who": asked.who.strip(),
        "why": asked.why.strip(),
        "detail": _plain(asked.detail) if asked.detail is not None else None,
        "account": audit.account(),
        "seen": _plain(asked.seen),
        "is_effective": first is not None or _people(settings, asked.kind) == 1,
        "confirms": first,
    }
    done = connection.execute(decision.insert().values(**row, decided_at=settings.now()))
    assert done.inserted_primary_key is not None
    number = int(done.inserted_primary_key[0])
    told = {"decision_id": number, "digest": digest_of_row({**row, "decision_id": number}), "kind": asked.kind}
    audit.append(connection, settings, audit.Event("decision", asked.subject, told, row["who"]))
    return Outcome(number, bool(row["is_effective"]), first)


def takes_effect(connection: sa.Connection, settings: Settings, asked: Asked) -> bool:
    """True when deciding this now would take effect; for callers that have work to do before they write.

    Raises:
        WrongDecision: as in :func:`decide`.
    """
    first = _first(connection, settings, asked)
    return first is not None or _people(settings, asked.kind) == 1


def _people(settings: Settings, kind: str) -> int:
    """How many people a kind takes."""
    return 2 if kind in _ALWAYS_TWO else decision_policy(settings).kinds[kind].people


def same_person(one: str, other: str) -> bool:
    """True when two ways of writing a name mean the same person: case, spaces and composed letters do not tell."""
    return folded(one) == folded(other)


def digest_of_row(row: Mapping[str, Any]) -> str:
    """A fingerprint of what a decision says."""
    text = json.dumps({name: row[name] for name in _CONTENT}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def listed(connection: sa.Connection, kind: str | None = None, subject: str | None = None) -> list[dict[str, Any]]:
    """Decisions, oldest first, with ``state``: effective, waiting (for a second person) or confirmed (by one)."""
    query = sa.select(decision).order_by(decision.c.decision_id)
    if kind:
        query = query.where(decision.c.kind == kind)
    if subject:
        query = query.where(decision.c.subject == subject)
    confirmed = {row.confirms for row in connection.execute(sa.select(decision.c.confirms))}
    return [
        {**row._mapping, "state": _state(row.is_effective, row.decision_id in confirmed)}
        for row in connection.execute(query)
    ]


def _state(is_effective: bool, is_confirmed: bool) -> str:
    return "effective" if is_effective else ("confirmed" if is_confirmed else "waiting")


def require_kind(settings: Settings, kind: str) -> None:
    """Refuse a kind of decision that is not in ``policies/decisions.yml``.

    Raises:
        WrongDecision: there is no such kind.
    """
    kinds = decision_policy(settings).kinds
    if kind not in kinds:
        known = ", ".join(sorted(kinds))
        raise WrongDecision(f"There is no decision of the kind {kind!r}.", f"policies/decisions.yml has: {known}.")


def _first(connection: sa.Connection, settings: Settings, asked: Asked) -> int | None:
    """The decision of a first person that this one would confirm."""
    if not asked.who.strip() or not asked.why.strip():
        raise WrongDecision("A decision needs who decided and why.", "Say both (--who, --why).")
    require_kind(settings, asked.kind)
    if _people(settings, asked.kind) == 1:
        return None
    if folded(asked.who) in NOBODY:
        raise WrongDecision(
            f"A decision of the kind {asked.kind} takes two people, and {asked.who.strip()!r} may be anybody.",
            "Say who decides, by name (--who).",
        )
    waiting = _waiting(connection, asked)
    if waiting is None:
        return None
    again = same_person(waiting.who, asked.who)
    if again or (decision_policy(settings).accounts_must_differ and waiting.account == audit.account()):
        whose = waiting.who if again else f"the account {waiting.account}"
        raise WrongDecision(
            f"Decision {waiting.decision_id} ({asked.kind} of {asked.subject}) was made by {whose} already.",
            "It waits for a second, different person.",
        )
    return int(waiting.decision_id)


def _waiting(connection: sa.Connection, asked: Asked) -> Any:
    """The newest decision that waits for a second person to say the same, having seen the same."""
    mine = sa.and_(decision.c.kind == asked.kind, decision.c.subject == asked.subject, ~decision.c.is_effective)
    confirmed = sa.select(decision.c.confirms).where(decision.c.confirms.is_not(None))
    rows = connection.execute(
        sa.select(decision)
        .where(mine, decision.c.decision_id.not_in(confirmed))
        .order_by(decision.c.decision_id.desc())
    )
    want = (_plain(asked.seen), _plain(asked.detail) if asked.detail is not None else None)
    return next((row for row in rows if (row.seen, row.detail) == want), None)


def _plain(value: Mapping[str, Any]) -> Any:
    """As it comes back from the database: plain JSON."""
    return json.loads(json.dumps(value, default=str))


def folded(name: str) -> str:
    """A person's name as it is compared: case, spaces, composed and invisible letters do not tell people apart."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(c for c in plain if unicodedata.category(c) != "Cf").split())
