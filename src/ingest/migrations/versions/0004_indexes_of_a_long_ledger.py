"""What is asked once per delivery is found by an index, however long the ledger is"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_receipted", "delivery", ["feed_id", "receipted"], unique=False)
    op.create_index("ix_change_set_known_at", "change_set", ["feed_id", "known_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_change_set_known_at", table_name="change_set")
    op.drop_index("ix_delivery_receipted", table_name="delivery")
