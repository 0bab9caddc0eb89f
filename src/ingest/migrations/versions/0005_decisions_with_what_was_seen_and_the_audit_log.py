"""Decisions say what was seen and who confirmed; the audit log. Neither can be changed afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("decision", "audit_event")


def upgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account", sa.String(length=160), nullable=True))
        batch_op.add_column(sa.Column("seen", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("is_effective", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("confirms", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_decision_confirms", "decision", ["confirms"], ["decision_id"])
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=256), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        comment="Hash-chained log of decisions, configuration changes, publications and reads of T3 and T4.",
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_subject", ["action", "subject"], unique=False)
    for table in _APPEND_ONLY:
        for statement in _forbid_changes(table, op.get_bind().dialect.name):
            op.execute(statement)


def _forbid_changes(table: str, dialect: str) -> list[str]:
    """A person's mistake is refused by the database itself; who switches this off is found by the chain."""
    if dialect == "postgresql":
        return [
            f"create function {table}_is_append_only() returns trigger language plpgsql as "
            f"$$ begin raise exception '{table} is append-only'; end $$",
            f"create trigger {table}_append_only before update or delete on {table} "
            f"for each row execute function {table}_is_append_only()",
        ]
    return [
        f"create trigger {table}_no_{verb} before {verb} on {table} "
        f"begin select raise(abort, '{table} is append-only'); end"
        for verb in ("update", "delete")
    ]
