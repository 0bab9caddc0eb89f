"""First tables of the ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
        comment="Bytes in landing, stored once per hash.",
    )
    op.create_table(
        "cursor",
        sa.Column("feed_id", sa.String(length=128), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id"),
        comment="What a source should be asked with next.",
    )
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("who", sa.String(length=160), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("decision_id"),
        comment="Everything that a person decided.",
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_subject"), ["subject"], unique=False)

    op.create_table(
        "lease",
        sa.Column("feed_id", sa.String(length=128), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=160), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id"),
        comment="Who works on a feed; the token grows with every taking and fences off the one before.",
    )
    op.create_table(
        "sequence",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        comment="Numbers given out once (load_seq).",
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("feed_id", sa.String(length=128), nullable=False),
        sa.Column(
            "identity",
            sa.String(length=64),
            nullable=False,
            comment="Recognises a retry: place and version, or known-at.",
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.Column(
            "known_from", sa.String(length=16), nullable=False, comment="arrival, file_name or told (by a person)."
        ),
        sa.Column("landed_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column(
            "decided_at", sa.DateTime(), nullable=True, comment="When it last reached a state other than landed."
        ),
        sa.Column("summary", sa.JSON(), nullable=True, comment="Counts of the attempt that led to the state."),
        sa.Column("receipted", sa.Boolean(), nullable=False, comment="The receipt of its state lies in the outbox."),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["content.sha256"],
        ),
        sa.PrimaryKeyConstraint("delivery_id"),
        sa.UniqueConstraint("feed_id", "identity", name="uq_delivery_identity"),
        sa.UniqueConstraint("feed_id", "known_at", name="uq_delivery_known_at"),
        comment="One arrival of one feed.",
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_state", ["feed_id", "state", "known_at"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("attempt_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("verdict", sa.JSON(), nullable=True, comment="Great Expectations' result per record kind and rule."),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.delivery_id"],
        ),
        sa.PrimaryKeyConstraint("attempt_id"),
        comment="Each time a delivery was judged.",
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_delivery_id"), ["delivery_id"], unique=False)

    op.create_table(
        "change_set",
        sa.Column("change_set_id", sa.String(length=96), nullable=False),
        sa.Column("feed_id", sa.String(length=128), nullable=False),
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("load_seq", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.delivery_id"],
        ),
        sa.PrimaryKeyConstraint("change_set_id"),
        sa.UniqueConstraint("load_seq"),
        comment="What one delivery changed, as of one generation of the feed's history.",
    )
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.create_index("ix_change_set_feed", ["feed_id", "active", "known_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.drop_index("ix_change_set_feed")

    op.drop_table("change_set")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_delivery_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_state")

    op.drop_table("delivery")
    op.drop_table("sequence")
    op.drop_table("lease")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_subject"))

    op.drop_table("decision")
    op.drop_table("cursor")
    op.drop_table("content")
