"""The ledger's migrations lead exactly to the tables that the code speaks of."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ingest import ledger
from ingest.tables import metadata
from settings import Settings
from support.world import PROJECT


def test_the_newest_migration_is_the_one_that_the_ledger_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "src" / "ingest" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [ledger.HEAD]


def test_migrations_lead_to_the_tables_of_the_code(settings: Settings) -> None:
    with ledger.engine(settings).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
