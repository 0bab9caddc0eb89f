"""A table or view of a record-management system, through SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import sqlalchemy as sa
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from connectors.base import Description, Item
from connectors.credentials import Credentials
from connectors.errors import ConfigurationError
from connectors.paging import Pull, Standing, kept_columns
from connectors.spool import Page
from connectors.sqlsession import engine_of, reading
from connectors.sqlvalues import as_json, as_parameter, as_text, moved_back
from connectors.web import stamp


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", arbitrary_types_allowed=True))
class SqlConnector:
    """Rows of ``table`` in the order of ``key`` (one unique column), read through a server-side cursor.

    ``driver`` is SQLAlchemy's (``postgresql+psycopg2``, ``mssql+pyodbc``, ``sqlite``); server, login and password are
    the connection's (for SQLite its ``database`` is the file). With ``changed`` (a column that grows with every
    change, or the key itself for tables that only grow) a pull takes what is newer than the last pull's mark minus
    ``overlap`` (hours for instants, units for numbers), and rows without a mark; without it every pull is the whole
    table. Values of SQLite come as they are stored: its types promise nothing.
    """

    driver: str = Field(pattern=r"^[a-z0-9_+]+$")
    credentials: Credentials
    table: str
    key: str
    schema_: str | None = None
    changed: str | None = None
    overlap: float = Field(default=24, ge=0)
    where: str | None = None
    without: tuple[str, ...] = ()
    page_size: int = Field(default=10_000, ge=1)
    resumable: ClassVar[bool] = True

    def poll(self, cursor: dict[str, Any]) -> Iterator[Item]:
        """One item: the whole table, or what changed; none when nothing did.

        Raises:
            RetriableError: the database did not answer.
            ConfigurationError: there is no such table or column.
        """
        now = datetime.now(UTC)
        with self._connected() as connection:
            self._column(self.key)
            high = self._high(connection)
            if self.changed and high == cursor.get("high") and not self._unmarked(connection):
                return
            low = moved_back(cursor.get("high"), self.overlap, self._column(self.changed)) if self.changed else None
            plan: dict[str, Any] = {"low": low, "high": high, "columns": self._columns}
            plan["total"] = self._count(connection, plan)
        place = f"{self.driver.partition('+')[0]}://{self.credentials.host or 'localhost'}/{self.table}"
        yield Item(place, stamp(self.table, now), f"{high}@{now.isoformat()}", cursor={"high": high}, plan=plan)

    @contextmanager
    def open(self, item: Item, spool: Path) -> Iterator[BinaryIO]:
        """The rows of the plan. Where the database can, count and rows are of one snapshot."""
        with self._connected() as connection:
            stream: list[Iterator[Any]] = []

            def page(received: int, last: str | None) -> Page:
                if not stream:
                    stream.append(self._partitions(connection, item.plan, last))
                rows: list[Any] = next(stream[0], [])
                texts = [[as_text(value) for value in row[:-1]] for row in rows]
                return Page(texts, [json.dumps(as_json(row[-1])) for row in rows])

            def standing() -> Standing:
                return Standing(self._count(connection, item.plan))

            columns, begun = tuple(item.plan["columns"]), Standing(item.plan["total"])
            with Pull(item.location, columns, begun, page, standing, 0.0).open(spool) as whole:
                yield whole

    def describe(self, limit: int = 1) -> Description:
        """Columns and types of the table, with some rows."""
        with self._connected() as connection:
            query = self._query({"low": None, "high": None}, None).limit(limit)
            rows = [[as_text(value) for value in row[:-1]] for row in connection.execute(query)]
            total = self._count(connection, {"low": None, "high": None})
        types = {name: str(self._table.c[name].type) for name in self._columns}
        return Description(types, total, [dict(zip(self._columns, row, strict=True)) for row in rows])

    @cached_property
    def _engine(self) -> sa.Engine:
        return engine_of(self.driver, self.credentials)

    @cached_property
    def _table(self) -> sa.Table:
        table = sa.Table(self.table, sa.MetaData(), schema=self.schema_, autoload_with=self._engine)
        for column in table.c if self.driver.startswith("sqlite") else ():
            column.type = sa.types.NullType()
        return table

    @property
    def _columns(self) -> tuple[str, ...]:
        return kept_columns((column.name for column in self._table.c), self.without)

    def _column(self, name: str) -> sa.Column[Any]:
        if name not in self._table.c:
            known = ", ".join(column.name for column in self._table.c)
            raise ConfigurationError("bad_request", f"{self.table} has no column {name!r}; it has: {known}.")
        return self._table.c[name]

    def _connected(self) -> AbstractContextManager[sa.Connection]:
        return reading(self._engine, self.credentials, self.table)

    def _conditions(self, plan: dict[str, Any]) -> list[Any]:
        found: list[Any] = [sa.text(f"({self.where})")] if self.where else []
        if self.changed:
            column = self._column(self.changed)
            for bound, compare in ((plan["low"], column.__ge__), (plan["high"], column.__le__)):
                if bound is not None:
                    found.append(compare(as_parameter(bound, column)) | column.is_(None))
        return found

    def _query(self, plan: dict[str, Any], last: str | None) -> sa.Select[Any]:
        key = self._column(self.key)
        query = sa.select(*(self._table.c[name] for name in self._columns), key.label("_row_key"))
        after = [key > as_parameter(json.loads(last), key)] if last is not None else []
        return query.where(*self._conditions(plan), *after).order_by(key)

    def _partitions(self, connection: sa.Connection, plan: dict[str, Any], last: str | None) -> Iterator[Any]:
        options = {"stream_results": True, "max_row_buffer": self.page_size, "yield_per": self.page_size}
        return connection.execute(self._query(plan, last), execution_options=options).partitions(self.page_size)

    def _count(self, connection: sa.Connection, plan: dict[str, Any]) -> int:
        counted = sa.select(sa.func.count()).select_from(self._table).where(*self._conditions(plan))
        return int(connection.execute(counted).scalar_one())

    def _high(self, connection: sa.Connection) -> Any:
        if not self.changed:
            return None
        return as_json(connection.execute(sa.select(sa.func.max(self._column(self.changed)))).scalar())

    def _unmarked(self, connection: sa.Connection) -> bool:
        """True when rows have no mark of change: no comparison finds them, so they come with every pull."""
        missing = sa.select(self._column(self.key)).where(self._column(str(self.changed)).is_(None)).limit(1)
        return connection.execute(missing).first() is not None
