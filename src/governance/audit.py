"""The audit log: append-only lines in the ledger, each chained to the one before, the newest anchored outside it.

A line's digest is HMAC-SHA256 (RFC 2104) under a key of the installation over the line and the digest before, so that
whoever can write to the ledger, but not read the key, cannot make a line. ``audit/head.json`` states the newest line:
without it, removing lines at the end would leave a sound chain.
"""

from __future__ import annotations

import fcntl
import getpass
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from governance.keys import secret_key
from governance.tables import audit_event
from settings import Settings

Action = Literal["decision", "configuration", "publication", "read", "mail", "export"]
START = "0" * 64
_HEAD = "audit_head"


@dataclass(frozen=True)
class Event:
    """Something that has to be known afterwards. No name of a person in the data may stand in it."""

    action: Action
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""
    """Who did it; the account logged in where nothing is said."""


@dataclass(frozen=True)
class Head:
    """A line of the log by number and digest: whoever keeps it can prove that nothing up to it was changed."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"


def account() -> str:
    """The account under which this process runs."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for its user
        return f"uid {os.getuid()}"


def append(connection: sa.Connection, settings: Settings, event: Event) -> Head:
    """Add a line inside the caller's transaction; ``anchor_written`` has to follow the commit."""
    if connection.dialect.name == "postgresql":  # SQLite's transactions that write exclude each other anyway
        connection.exec_driver_sql("lock table audit_event in exclusive mode")
    newest = connection.execute(sa.select(audit_event).order_by(audit_event.c.seq.desc()).limit(1)).first()
    line = {
        "seq": newest.seq + 1 if newest else 1,
        "at": settings.now(),
        "actor": event.actor or account(),
        "action": event.action,
        "subject": event.subject,
        "detail": json.loads(json.dumps(event.detail, default=str)),
        "previous": newest.digest if newest else START,
    }
    line["digest"] = digest_of(secret_key(settings, "audit"), line)
    connection.execute(audit_event.insert().values(**line))
    head = Head(int(str(line["seq"])), str(line["digest"]))
    connection.info[_HEAD] = head
    return head


def digest_of(key: bytes, line: Mapping[str, Any]) -> str:
    """The digest of a line: HMAC-SHA256 over its canonical JSON without the digest itself."""
    at: datetime = line["at"]
    told = {name: line[name] for name in ("seq", "actor", "action", "subject", "detail", "previous")}
    text = json.dumps({**told, "at": at.isoformat()}, sort_keys=True, ensure_ascii=False)
    return hmac.digest(key, text.encode(), "sha256").hex()


def head_file(settings: Settings) -> Path:
    """Where the newest line is stated, outside the ledger."""
    return settings.home / "audit" / "head.json"


def seal_of(key: bytes, head: Head) -> str:
    """What makes a stated head ours."""
    return hmac.digest(key, f"head {head}".encode(), "sha256").hex()


def forget(info: dict[Any, Any]) -> None:
    """Begin a transaction without the line of one before that was rolled back on the same connection."""
    info.pop(_HEAD, None)


def anchor_written(settings: Settings, info: dict[Any, Any]) -> None:
    """State the newest line that a transaction committed, if it wrote one; ``info`` is its connection's."""
    head: Head | None = info.pop(_HEAD, None)
    if head is None:
        return
    file = head_file(settings)
    settings.private_dir(file.parent)
    with (file.parent / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if file.is_file() and json.loads(file.read_text())["seq"] >= head.seq:
            return  # another process anchored a later line first
        seal = seal_of(secret_key(settings, "audit"), head)
        draft = file.with_name(f".head-{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(json.dumps({"seq": head.seq, "digest": head.digest, "seal": seal}) + "\n")
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)


def newest(connection: sa.Connection) -> Head | None:
    """The newest line of the log, to be stated elsewhere (a publication's manifest); None while it is empty."""
    row = connection.execute(sa.select(audit_event).order_by(audit_event.c.seq.desc()).limit(1)).first()
    return Head(row.seq, row.digest) if row else None


def lines(connection: sa.Connection, action: str | None = None) -> list[dict[str, Any]]:
    """The log, oldest line first."""
    query = sa.select(audit_event).order_by(audit_event.c.seq)
    if action:
        query = query.where(audit_event.c.action == action)
    return [dict(row._mapping) for row in connection.execute(query)]
