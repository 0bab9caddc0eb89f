"""Corrections sent back by agencies; results of rules by delivery"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "corrects",
                sa.String(length=64),
                nullable=True,
                comment="The delivery whose rejected rows this one brings back corrected.",
            )
        )
    op.create_table(
        "metric",
        sa.Column("metric_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("record_kind", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=160), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False, comment="must, warn or batch."),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column(
            "observed",
            sa.Float(),
            nullable=True,
            comment="Records that break the rule, or what was measured of the batch.",
        ),
        sa.Column("records", sa.BigInteger(), nullable=False, comment="Records judged."),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("judged_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.delivery_id"]),
        sa.PrimaryKeyConstraint("metric_id"),
        sa.UniqueConstraint("delivery_id", "record_kind", "rule", name="uq_metric_rule"),
        comment="What each rule found in each delivery, as of the last time it was judged.",
    )
    with op.batch_alter_table("metric", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_metric_delivery_id"), ["delivery_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("metric", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_metric_delivery_id"))

    op.drop_table("metric")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("corrects")
