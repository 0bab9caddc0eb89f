"""The ledger's tables: what cannot be recomputed. One definition, used by queries and migrations alike."""

from __future__ import annotations

import sqlalchemy as sa

from governance.tables import UtcDateTime, audit_event, decision, metadata

content = sa.Table(
    "content",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("stored_at", UtcDateTime, nullable=False),
    comment="Bytes in landing, stored once per hash.",
)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("delivery_id", sa.String(64), primary_key=True),
    sa.Column("feed_id", sa.String(128), nullable=False),
    sa.Column("identity", sa.String(64), nullable=False, comment="Recognises a retry: place and version, or known-at."),
    sa.Column("sha256", sa.String(64), sa.ForeignKey("content.sha256"), nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("known_at", UtcDateTime, nullable=False),
    sa.Column("known_from", sa.String(16), nullable=False, comment="arrival, file_name or told (by a person)."),
    sa.Column("landed_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(64)),
    sa.Column("message", sa.Text),
    sa.Column("released", sa.Boolean, nullable=False, default=False),
    sa.Column("decided_at", UtcDateTime, comment="When it last reached a state other than landed."),
    sa.Column("summary", sa.JSON, comment="Counts of the attempt that led to the state."),
    sa.Column(
        "receipted", sa.Boolean, nullable=False, default=False, comment="The receipt of its state lies in the outbox."
    ),
    sa.Column("corrects", sa.String(64), comment="The delivery whose rejected rows this one brings back corrected."),
    sa.UniqueConstraint("feed_id", "identity", name="uq_delivery_identity"),
    sa.UniqueConstraint("feed_id", "known_at", name="uq_delivery_known_at"),
    sa.Index("ix_delivery_state", "feed_id", "state", "known_at"),
    sa.Index("ix_delivery_receipted", "feed_id", "receipted"),
    comment="One arrival of one feed.",
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("attempt_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("delivery_id", sa.String(64), sa.ForeignKey("delivery.delivery_id"), nullable=False, index=True),
    sa.Column("finished_at", UtcDateTime, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(64)),
    sa.Column("message", sa.Text),
    sa.Column("verdict", sa.JSON, comment="Great Expectations' result per record kind and rule."),
    comment="Each time a delivery was judged.",
)

change_set = sa.Table(
    "change_set",
    metadata,
    sa.Column("change_set_id", sa.String(96), primary_key=True),
    sa.Column("feed_id", sa.String(128), nullable=False),
    sa.Column("delivery_id", sa.String(64), sa.ForeignKey("delivery.delivery_id"), nullable=False, index=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("load_seq", sa.BigInteger, nullable=False, unique=True),
    sa.Column("known_at", UtcDateTime, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("files", sa.JSON, nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_change_set_feed", "feed_id", "active", "known_at"),
    sa.Index("ix_change_set_known_at", "feed_id", "known_at"),
    comment="What one delivery changed, as of one generation of the feed's history.",
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("feed_id", sa.String(128), primary_key=True),
    sa.Column("token", sa.BigInteger, nullable=False),
    sa.Column("holder", sa.String(160)),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    comment="Who works on a feed; the token grows with every taking and fences off the one before.",
)

cursor = sa.Table(
    "cursor",
    metadata,
    sa.Column("feed_id", sa.String(128), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    comment="What a source should be asked with next.",
)

sequence = sa.Table(
    "sequence",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
    comment="Numbers given out once (load_seq).",
)

metric = sa.Table(
    "metric",
    metadata,
    sa.Column("metric_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("delivery_id", sa.String(64), sa.ForeignKey("delivery.delivery_id"), nullable=False, index=True),
    sa.Column("record_kind", sa.String(64), nullable=False),
    sa.Column("rule", sa.String(160), nullable=False),
    sa.Column("severity", sa.String(8), nullable=False, comment="must, warn or batch."),
    sa.Column("success", sa.Boolean, nullable=False),
    sa.Column("observed", sa.Float, comment="Records that break the rule, or what was measured of the batch."),
    sa.Column("records", sa.BigInteger, nullable=False, comment="Records judged."),
    sa.Column("low", sa.Float),
    sa.Column("high", sa.Float),
    sa.Column("judged_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("delivery_id", "record_kind", "rule", name="uq_metric_rule"),
    comment="What each rule found in each delivery, as of the last time it was judged.",
)

__all__ = [
    "attempt", "audit_event", "change_set", "content", "cursor", "decision", "delivery", "lease", "metadata", "metric",
    "sequence",
]  # fmt: skip
