"""Reads of T3 and T4 through our tools: a line in the audit log before anybody sees the answer."""

from __future__ import annotations

import hashlib

from governance.audit import Event
from governance.reads import sensitive_columns
from ingest.ledger import note
from settings import Settings
from warehouse.errors import NoPublication
from warehouse.kept import publication


def note_question(settings: Settings, sql: str, number: int | None = None) -> None:
    """Note what a question in SQL reads of the publication, or of a kept one; nothing where it reads no T3 or T4."""
    try:
        kept = publication(settings, number)
    except NoPublication:
        return  # the question itself says so
    columns = sensitive_columns(sql, kept.manifest.get("tiers", {}))
    digest = hashlib.sha256(sql.encode()).hexdigest()
    _note(settings, columns, {"publication_id": kept.publication_id, "sql_sha256": digest})


def note_rows(settings: Settings, table: str, number: int | None = None, as_of: str | None = None) -> None:
    """Note that whole rows of a table (``schema.table``) are shown: a publication's, or those of an instant."""
    try:
        tiers = publication(settings, number).manifest.get("tiers", {})
    except NoPublication:
        tiers = {}
    # What a publication does not know has no tier yet: in doubt it was read.
    columns = sensitive_columns(f"select * from {table}", tiers) if table in tiers else [f"{table}.*"]
    _note(settings, columns, {"publication_id": number or 0} if as_of is None else {"as_of": as_of})


def _note(settings: Settings, columns: list[str], told: dict[str, int | str]) -> None:
    if columns:
        subject = "warehouse" if "as_of" in told else "publication"
        note(settings, Event("read", subject, {"columns": columns, **told}))
