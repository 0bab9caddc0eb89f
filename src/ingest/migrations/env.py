"""Alembic's entry: runs on the connection that the ledger hands over."""

from alembic import context

from ingest import link_tables
from ingest.tables import metadata

_ = link_tables  # its tables belong to the metadata
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
