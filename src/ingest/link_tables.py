"""The ledger's tables of people: identities given out once, and which mention belonged to whom, when we held it so."""

from __future__ import annotations

import sqlalchemy as sa

from governance.tables import UtcDateTime
from ingest.tables import metadata

link_run = sa.Table(
    "link_run",
    metadata,
    sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("finished_at", UtcDateTime, nullable=False),
    sa.Column("model_version", sa.String(64), nullable=False),
    sa.Column("state", sa.String(64), nullable=False, comment="Folder of its features and edges under linkage/."),
    sa.Column("counts", sa.JSON, nullable=False),
    comment="One relink that was kept.",
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("person_key", sa.String(32), primary_key=True),
    sa.Column("grade", sa.String(8), nullable=False),
    sa.Column("status", sa.String(8), nullable=False, comment="active or retired; a retired key is never used again."),
    sa.Column("redirect_to", sa.String(32), comment="Who a retired key stands for now."),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("created_run", sa.Integer, nullable=False),
    comment="A person at one grade: a random key, given out once.",
)

person_membership = sa.Table(
    "person_membership",
    metadata,
    sa.Column("mention_key", sa.String(64), primary_key=True),
    sa.Column("grade", sa.String(8), primary_key=True),
    sa.Column("valid_from", UtcDateTime, primary_key=True),
    sa.Column("valid_to", UtcDateTime),
    sa.Column("person_key", sa.String(32), nullable=False, index=True),
    sa.Column("run_id", sa.Integer, nullable=False),
    comment="Which person a mention belonged to, from when until when we held it so (half-open).",
)

person_event = sa.Table(
    "person_event",
    metadata,
    sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.Integer, nullable=False, index=True),
    sa.Column("happened_at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False, comment="merge, split or heal (a split that undoes a merge)."),
    sa.Column("grade", sa.String(8), nullable=False),
    sa.Column("person_from", sa.String(32), nullable=False),
    sa.Column("person_to", sa.String(32), nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False, comment="Mentions that moved, the strongest edges; no names."),
    comment="Every merge and split of people.",
)
