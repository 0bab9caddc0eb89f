"""People: keys, memberships, events, runs of linkage"""

from alembic import op

from ingest import link_tables as t

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in (t.link_run, t.person, t.person_membership, t.person_event):
        table.create(op.get_bind())
