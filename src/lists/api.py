"""What the command line and tests call: see a list, approve it, export it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from governance.audit import Event
from governance.decisions import NOBODY, Outcome, folded
from governance.errors import WrongDecision
from ingest.files import write_private
from ingest.ledger import note
from lists.approval import approval, approve
from lists.content import Content, content
from lists.errors import ListRefused
from lists.mark import Handed
from lists.page import page
from lists.workbook import workbook
from settings import Settings


@dataclass(frozen=True)
class Exported:
    """What was written, and the number that the copies bear and the audit log knows."""

    number: str
    files: tuple[Path, ...]
    rows: int
    ended: int


def look(settings: Settings, name: str, place: str, recipient: str) -> Content:
    """See a list as it would be handed out; the audit log gets a line before anybody does.

    Raises:
        UnknownList, UnknownRecipient: it is not declared.
        ListRefused: the recipient is below the tier, or does not get this place.
        NoPublication: nothing was published yet.
    """
    found = content(settings, name, place, recipient)
    columns = [f"marts.{found.told.mart}.{column}" for column in found.told.read]
    told = {"columns": columns, "digest": found.digest, "publication_id": found.publication_id}
    note(settings, Event("read", found.subject, told))
    return found


def release(
    settings: Settings, name: str, place: str, recipient: str, seen: str, who: str, why: str
) -> tuple[Content, Outcome]:
    """Approve a list that one has seen (``seen``: its digest); in effect when a second, different person saw the same.

    Raises:
        ListRefused: it is not what was seen, nothing on it holds, or the recipient may not have it.
        WrongDecision: who or why is missing, or the second person is the first.
        UnknownList, UnknownRecipient: it is not declared.
    """
    found = content(settings, name, place, recipient)
    return found, approve(settings, found, seen, who, why)


def export(settings: Settings, name: str, place: str, recipient: str, who: str, folder: Path | None = None) -> Exported:
    """Write a released list as Excel and as a page to print; one line in the audit log, before there is a file.

    Raises:
        ListRefused: two people did not release exactly this for this recipient, or their release expired.
        WrongDecision: nobody in particular asks.
        UnknownList, UnknownRecipient: it is not declared.
    """
    if not who.strip() or folded(who) in NOBODY:
        raise WrongDecision("A list that names people is handed to somebody.", "Say who exports it (--who).")
    found = content(settings, name, place, recipient)
    under = approval(settings, found)
    today = settings.now().date()
    handed = Handed(found, under, today, secrets.token_hex(4), tuple(found.standing(today)))
    if not handed.rows:
        raise ListRefused(f"Nothing on the {found.subject} holds any more.", "Build and publish, then look again.")
    made = {"xlsx": workbook(handed), "html": page(handed)}
    told = {
        "number": handed.number, "tier": found.told.tier, "digest": found.digest, "rows": len(handed.rows),
        "publication_id": found.publication_id, "decisions": [under.first, under.decision_id],
        "expires_on": under.expires_on,
        "files_sha256": {ending: hashlib.sha256(data).hexdigest() for ending, data in made.items()},
    }  # fmt: skip
    note(settings, Event("export", found.subject, told, who.strip()))
    target = folder if folder is not None else settings.home / "lists" / recipient
    settings.private_dir(settings.home / "lists")
    settings.private_dir(target)
    files = tuple(target / f"{name}.{place}.{today}.{handed.number}.{ending}" for ending in made)
    for file, data in zip(files, made.values(), strict=True):
        write_private(file, data)
    return Exported(handed.number, files, len(handed.rows), handed.ended)
