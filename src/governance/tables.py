"""The ledger's tables of governance: what people decided, and the audit log. Rows are added, never changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

#: Of the whole ledger: the other tables join it in ``ingest.tables``.
metadata = sa.MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, naive UTC in the database (SQLite knows no zones)."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


decision = sa.Table(
    "decision",
    metadata,
    sa.Column("decision_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.String(160), nullable=False, index=True),
    sa.Column("who", sa.String(160), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("detail", sa.JSON, comment="What was decided beyond kind and subject (a code, a pair of records)."),
    sa.Column("account", sa.String(160), comment="The account that was logged in; null before there was an audit log."),
    sa.Column("seen", sa.JSON, comment="What lay before the person who decided."),
    sa.Column(
        "is_effective", sa.Boolean, nullable=False, server_default=sa.true(),
        comment="False while a second person has to agree.",
    ),
    sa.Column(
        "confirms", sa.Integer, sa.ForeignKey("decision.decision_id"),
        comment="The first person's decision with which this second person agrees.",
    ),
    comment="Everything that a person decided.",
)  # fmt: skip

audit_event = sa.Table(
    "audit_event",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(160), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("subject", sa.String(256), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False, comment="Digest of the line before."),
    sa.Column("digest", sa.String(64), nullable=False, comment="HMAC-SHA256 of this line and the digest before."),
    sa.Index("ix_audit_event_subject", "action", "subject"),
    comment="Hash-chained log of decisions, configuration changes, publications and reads of T3 and T4.",
)
