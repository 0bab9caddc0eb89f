"""The change sets of a delivery are found by an index: receipts ask for them after every delivery"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_change_set_delivery_id", "change_set", ["delivery_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_change_set_delivery_id", table_name="change_set")
