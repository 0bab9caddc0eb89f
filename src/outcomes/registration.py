"""Specifications are registered before they are run: a decision with who, why and what changed, in the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from feeds.errors import SpecificationError
from governance.decisions import Asked, Outcome, decide, listed
from governance.errors import WrongDecision
from ingest.ledger import engine, has_ledger, transaction
from settings import Settings

#: The kind of decision (policies/decisions.yml).
KIND = "evaluation"


class Unregistered(SpecificationError):
    """The specification was not registered, or is not what was registered: its result would prove nothing."""


class Registrable(Protocol):
    """What can be registered: the specification of an evaluation, or of a pool of them."""

    @property
    def name(self) -> str:
        """The file's name."""

    @property
    def content(self) -> dict[str, Any]:
        """Every field."""

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""


@dataclass(frozen=True)
class Registration:
    """One registration that is in effect, or an amendment: ``changed`` names each field with before and after.

    ``result_seen``: a result of this evaluation lay there already, so that the change may have followed from it.
    """

    decision_id: int
    digest: str
    at: datetime
    why: str
    changed: tuple[dict[str, Any], ...]
    result_seen: bool

    def row(self) -> dict[str, Any]:
        """For the result: who decided stands in the ledger, under the number of the decision."""
        return {"decision_id": self.decision_id, "digest": self.digest, "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
                "why": self.why, "changed": list(self.changed), "result_seen": self.result_seen}  # fmt: skip


def results_folder(settings: Settings) -> Path:
    """Where the results of all evaluations lie."""
    return settings.published / "evaluations"


def last_result(settings: Settings, name: str) -> dict[str, Any] | None:
    """What the newest run of an evaluation found."""
    file = results_folder(settings) / name / "result.json"
    found: dict[str, Any] | None = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    return found


def registrations(settings: Settings, name: str) -> list[Registration]:
    """The registration of an evaluation and its amendments that are in effect, oldest first."""
    if not has_ledger(settings):
        return []
    with engine(settings).connect() as connection:
        return [_registration(row) for row in listed(connection, KIND, name) if row["is_effective"]]


def register(settings: Settings, spec: Registrable, who: str, why: str) -> Outcome:
    """Register a specification, or the amendment of one.

    Raises:
        WrongDecision: it is registered as it is, or who or why is missing.
    """
    with transaction(settings) as connection:
        known = [row for row in listed(connection, KIND, spec.name) if row["is_effective"]]
        before = dict(known[-1]["detail"]) if known else {}
        if before.get("digest") == spec.digest:
            raise WrongDecision(
                f"{spec.name} is registered as it is (decision {known[-1]['decision_id']}).",
                f"Run it: `nnsc evaluate run {spec.name}`.",
            )
        changed = list(changes(before["specification"], spec.content)) if before else []
        detail = {"digest": spec.digest, "specification": spec.content, "changed": changed}
        seen = {"previous": before.get("digest"), "result": _result(settings, spec.name)}
        return decide(connection, settings, Asked(KIND, spec.name, who, why, seen, detail))


def registered(settings: Settings, spec: Registrable, file: Path) -> list[Registration]:
    """The registrations of a specification that may be run.

    Raises:
        Unregistered: it was never registered, or was changed since.
    """
    known = registrations(settings, spec.name)
    if not known:
        raise Unregistered(
            file, "", "this specification is not registered, so its result would prove nothing.",
            f"Register it first: `nnsc evaluate register {spec.name} --why ...`.",
        )  # fmt: skip
    if known[-1].digest != spec.digest:
        fields = ", ".join(change["field"] for change in _changed_since(settings, spec))
        raise Unregistered(
            file, fields, f"changed since it was registered (decision {known[-1].decision_id}).",
            f"Undo the change, or record it: `nnsc evaluate register {spec.name} --why ...`.",
        )  # fmt: skip
    return known


def changes(before: Any, after: Any, field: str = "") -> Iterator[dict[str, Any]]:
    """Each field that differs, with its value before and after (None where it is absent)."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from changes(before.get(key), after.get(key), f"{field}.{key}" if field else key)
    elif _same_length(before, after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changes(old, new, f"{field}.{number}")
    elif before != after:
        yield {"field": field, "before": before, "after": after}


def _same_length(before: Any, after: Any) -> bool:
    return isinstance(before, list) and isinstance(after, list) and len(before) == len(after)


def _changed_since(settings: Settings, spec: Registrable) -> list[dict[str, Any]]:
    with engine(settings).connect() as connection:
        last = [row for row in listed(connection, KIND, spec.name) if row["is_effective"]][-1]
    return list(changes(last["detail"]["specification"], spec.content))


def _registration(row: dict[str, Any]) -> Registration:
    detail, seen = row["detail"], row["seen"]
    return Registration(row["decision_id"], detail["digest"], row["decided_at"], row["why"],
                        tuple(detail["changed"]), bool(seen["result"]))  # fmt: skip


def _result(settings: Settings, name: str) -> str | None:
    """Fingerprint of the result that lies there already."""
    file = results_folder(settings) / name / "result.json"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
