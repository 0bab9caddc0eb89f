"""The ledger: connections, migrations, leases with fencing tokens."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from governance.audit import Event, Head, anchor_written, append, forget
from ingest import tables as t
from ingest.errors import LeaseLost
from ingest.files import is_dead, process_name
from settings import Settings

#: The newest migration in ``migrations/versions``; a test compares it with Alembic's own head.
HEAD = "0007"
_LEASE_TIME = timedelta(minutes=30)


class LeaseBusy(LeaseLost):
    """Another live process works on this feed."""


@lru_cache(maxsize=8)
def _engine(url: str, pid: int) -> sa.Engine:
    """One engine per process: connections must not cross a fork."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    engine = sa.create_engine(url, connect_args={"timeout": 120}, poolclass=sa.pool.NullPool)

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: object, record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # we begin transactions ourselves
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=120000"):
            connection.execute(f"pragma {pragma}").close()  # type: ignore[attr-defined]

    @sa.event.listens_for(engine, "begin")
    def _immediate(connection: sa.Connection) -> None:
        # A deferred BEGIN fails at once when two readers become writers; an immediate one waits its turn.
        connection.exec_driver_sql("begin immediate")

    return engine


def engine(settings: Settings) -> sa.Engine:
    """The ledger's engine, its tables brought up to date first."""
    ready = _engine(settings.ledger_url, os.getpid())
    _migrate(settings.ledger_url, os.getpid(), str(settings.home))
    return ready


def has_ledger(settings: Settings) -> bool:
    """False in an installation that never took anything in: looking at it must not make a ledger."""
    url = sa.make_url(settings.ledger_url)
    return not (url.drivername.startswith("sqlite") and url.database and not Path(url.database).is_file())


@contextmanager
def transaction(settings: Settings) -> Iterator[sa.Connection]:
    """One write transaction. Do no file or network work inside."""
    with engine(settings).begin() as connection:
        info = connection.info
        forget(info)
        yield connection
    anchor_written(settings, info)


def note(settings: Settings, event: Event) -> Head:
    """Add a line to the audit log, in a transaction of its own."""
    with transaction(settings) as connection:
        return append(connection, settings, event)


@lru_cache(maxsize=8)
def _migrate(url: str, pid: int, home: str) -> None:
    ready = _engine(url, pid)
    with ready.connect() as connection:
        if _version(connection) == HEAD:
            return
    lock = Path(home) / ".ledger-migration.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with ready.begin() as connection:
            if _version(connection) != HEAD:
                _upgrade(connection)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def lease(settings: Settings, feed_id: str) -> Iterator[int]:
    """Work on a feed alone; yields the fencing token that every later write presents.

    Raises:
        LeaseBusy: another live process works on the feed.
    """
    token = _take(settings, feed_id)
    try:
        # While one stays open, no other is the last to close: SQLite would write its log back each time.
        with engine(settings).connect():
            yield token
    finally:
        with transaction(settings) as connection:
            mine = sa.and_(t.lease.c.feed_id == feed_id, t.lease.c.token == token)
            connection.execute(t.lease.update().where(mine).values(holder=None))


def _take(settings: Settings, feed_id: str) -> int:
    now = settings.now()
    with transaction(settings) as connection:
        row = connection.execute(sa.select(t.lease).where(t.lease.c.feed_id == feed_id).with_for_update()).first()
        if row is not None and row.holder is not None and not is_dead(row.holder) and row.expires_at > now:
            raise LeaseBusy("feed_busy", f"{feed_id} is being worked on by {row.holder}; try again when it is done.")
        token = row.token + 1 if row is not None else 1
        values = {"token": token, "holder": process_name(), "expires_at": now + _LEASE_TIME}
        if row is None:
            connection.execute(t.lease.insert().values(feed_id=feed_id, **values))
        else:
            connection.execute(t.lease.update().where(t.lease.c.feed_id == feed_id).values(**values))
    return token


def check_lease(connection: sa.Connection, settings: Settings, feed_id: str, token: int) -> None:
    """Renew the lease inside the transaction that is about to write.

    Raises:
        LeaseLost: somebody else holds the feed by now.
    """
    mine = sa.and_(t.lease.c.feed_id == feed_id, t.lease.c.token == token)
    done = connection.execute(t.lease.update().where(mine).values(expires_at=settings.now() + _LEASE_TIME))
    if done.rowcount != 1:
        raise LeaseLost("lease_lost", f"Another process took over {feed_id}; nothing of this attempt was recorded.")


def next_load_seq(connection: sa.Connection, count: int) -> int:
    """The first of ``count`` new load sequence numbers."""
    row = connection.execute(sa.select(t.sequence.c.value).where(t.sequence.c.name == "load_seq").with_for_update())
    value = row.scalar()
    if value is None:
        connection.execute(t.sequence.insert().values(name="load_seq", value=count))
        return 1
    connection.execute(t.sequence.update().where(t.sequence.c.name == "load_seq").values(value=value + count))
    return int(value) + 1
