"""Sessions with a database that only read, and whose errors name what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.credentials import Credentials, redact
from connectors.errors import ConfigurationError, RetriableError

#: What SQLite reports as an operational error although asking again cannot help.
_SQLITE_WRONG = re.compile(r"no such (table|column|function)|syntax error|unrecognized token")


def engine_of(driver: str, known: Credentials) -> sa.Engine:
    """An engine without a pool; where the database can, all that a session reads is of one snapshot."""
    url = sa.URL.create(driver, known.login, known.password, known.host, known.port, known.database)
    options: dict[str, Any] = {}
    if driver.startswith(("postgresql", "mysql", "mariadb")):
        options["isolation_level"] = "REPEATABLE READ"
    if driver.startswith("postgresql"):
        options["execution_options"] = {"postgresql_readonly": True}
    return sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True, connect_args=known.extra, **options)


@contextmanager
def reading(engine: sa.Engine, known: Credentials, place: str) -> Iterator[sa.Connection]:
    """A session about ``place`` (a table). Instants with a zone come in UTC.

    Raises:
        ConfigurationError: there is no such table, column or file, or the condition is wrong.
        RetriableError: the database did not answer.
    """
    sqlite = engine.dialect.name == "sqlite"
    if sqlite and not Path(str(known.database)).is_file():
        raise ConfigurationError("bad_connection", f"There is no SQLite file {str(known.database)!r}.")
    try:
        with engine.connect() as connection:
            if sqlite:
                connection.execute(sa.text("pragma query_only = on"))
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text("set time zone 'UTC'"))
            yield connection
    except (sa.exc.NoSuchTableError, sa.exc.ProgrammingError, sa.exc.ArgumentError) as error:
        raise ConfigurationError("bad_request", _shown(error, known, place)) from None
    except (sa.exc.DBAPIError, sa.exc.SQLAlchemyError) as error:
        text = _shown(error, known, place)
        if _SQLITE_WRONG.search(text):
            raise ConfigurationError("bad_request", text) from None
        raise RetriableError("no_answer", text) from None


def _shown(error: Exception, known: Credentials, place: str) -> str:
    first = str(getattr(error, "orig", None) or error).splitlines()[0]
    return redact(f"{place}: {type(error).__name__}: {first}", known.secrets())
