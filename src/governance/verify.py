"""Proving the audit log: every line that was edited, removed, moved or added behind its back is named."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from governance.audit import START, Head, digest_of, head_file, lines, seal_of
from governance.decisions import digest_of_row
from governance.keys import key_file, secret_key
from governance.tables import decision
from settings import Settings


@dataclass(frozen=True)
class Verdict:
    """What checking the log found; ``problems`` is empty when nothing was tampered with."""

    lines: int
    head: Head | None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(connection: sa.Connection, settings: Settings, anchors: Iterable[tuple[str, Head]] = ()) -> Verdict:
    """Check the chain, the anchored head, every publication's manifest, ``anchors`` (where kept, head), and decisions.

    Changes nothing: an installation whose key is gone is told so, no new key is made.
    """
    log = lines(connection)
    if not key_file(settings, "audit").is_file():
        gone = [f"The key {key_file(settings, 'audit')} is gone: no line can be proved. Bring it back from the backup."]
        return Verdict(len(log), None, gone if log or head_file(settings).is_file() else [])
    key = secret_key(settings, "audit")
    problems = list(_chain(key, log))
    found, notes = _head(settings, key, log)
    problems += found
    for where, head in (*anchors, *_manifests(settings)):
        problems += _holds(log, where, head)
    told, more = _decisions(connection, log)
    newest = Head(log[-1]["seq"], log[-1]["digest"]) if log else None
    return Verdict(len(log), newest, [*problems, *told], [*notes, *more])


def _chain(key: bytes, log: list[dict[str, Any]]) -> Iterator[str]:
    expected, previous = 1, START
    for line in log:
        seq = line["seq"]
        if seq != expected:
            yield f"Line {expected} to {seq - 1} of the audit log is missing."
        elif line["previous"] != previous:
            yield f"Line {seq} does not follow line {seq - 1}: one of them was exchanged or moved."
        if not hmac.compare_digest(digest_of(key, line), line["digest"]):
            yield f"Line {seq} was edited: it is not what was written."
        expected, previous = seq + 1, line["digest"]


def _head(settings: Settings, key: bytes, log: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    file = head_file(settings)
    if not file.is_file():
        return ([f"The head {file} is missing: lines may have been removed at the end."] if log else [], [])
    try:
        stated: Mapping[str, Any] = json.loads(file.read_text())
        head, seal = Head(int(stated["seq"]), str(stated["digest"])), str(stated["seal"])
    except (ValueError, KeyError, TypeError):
        return [f"The head {file} cannot be read: it was not written by this platform."], []
    if not hmac.compare_digest(seal_of(key, head), seal):
        return [f"The head {file} was edited."], []
    later = (log[-1]["seq"] if log else 0) - head.seq
    note = f"{later} lines after the anchored head: a process ended between writing and anchoring."
    return _holds(log, str(file), head), [note] if later > 0 else []


def _manifests(settings: Settings) -> Iterator[tuple[str, Head]]:
    """The heads that publications carry with them, the house's own and those of recipients."""
    for folder in (settings.published, settings.home / "recipients"):
        for file in sorted(folder.rglob("*.json")):
            told = json.loads(file.read_text())
            stated = told.get("audit") if isinstance(told, dict) else None
            if stated:
                yield str(file), Head(int(stated["seq"]), str(stated["digest"]))


def _holds(log: list[dict[str, Any]], where: str | Path, head: Head) -> list[str]:
    last = log[-1]["seq"] if log else 0
    if last < head.seq:
        return [f"Lines were removed at the end: the log ends with {last}, {where} states line {head.seq}."]
    line = next((line for line in log if line["seq"] == head.seq), None)
    if line is None or line["digest"] != head.digest:
        return [f"Line {head.seq} is not the one that {where} states."]
    return []


def _decisions(connection: sa.Connection, log: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Each decision is as the log says it was."""
    rows = {row.decision_id: dict(row._mapping) for row in connection.execute(sa.select(decision))}
    logged = {line["detail"]["decision_id"]: line for line in log if line["action"] == "decision"}
    problems = [f"Decision {number} was removed." for number in sorted(logged.keys() - rows.keys())]
    for number, row in sorted(rows.items()):
        if number not in logged:
            continue
        if logged[number]["detail"]["digest"] != digest_of_row(row):
            problems.append(f"Decision {number} was edited: it is not what the audit log states.")
    unlogged = sorted(rows.keys() - logged.keys())
    first = min(logged, default=None)
    before = [number for number in unlogged if rows[number]["account"] is None and (first is None or number < first)]
    problems += [f"Decision {number} was added without the audit log." for number in unlogged if number not in before]
    notes = [f"{len(before)} decisions are older than the audit log; it cannot speak for them."] if before else []
    return problems, notes
