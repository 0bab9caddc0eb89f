"""Record-management systems: SQLite and a real Postgres through the same class, and the same conformance suite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.base import Connector
from connectors.credentials import Credentials
from connectors.errors import ConfigurationError, RetriableError
from connectors.registry import make_connector
from connectors.spool import Spool
from support.conformance import Killed, pulled
from support.postgres import server

ROWS = 95
Access = tuple[str, Credentials]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A Postgres server of its own, from the wheel."""
    with server() as running:
        yield running.url


@pytest.fixture(params=["sqlite", "postgres"])
def rms(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[sa.Engine, Access]:
    """An incident table as a vendor's system has it, and how to reach it."""
    if request.param == "sqlite":
        file = tmp_path / "rms.db"
        sqlite3.connect(file).execute("pragma journal_mode=wal")
        access = ("sqlite", Credentials(database=str(file)))
        engine = sa.create_engine(f"sqlite:///{file}")
    else:
        url = sa.make_url(request.getfixturevalue("postgres"))
        extra: dict[str, Any] = {"host": url.query["host"]}
        access = ("postgresql+psycopg2", Credentials(url.username, "pw-never-shown", None, None, url.database, extra))
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg2"))
    make_table(engine)
    return engine, access


def make_table(engine: sa.Engine) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "incidents", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("place", sa.Text),
        sa.Column("happened", sa.DateTime), sa.Column("loss", sa.Numeric(12, 2)), sa.Column("armed", sa.Boolean),
    )  # fmt: skip
    metadata.drop_all(engine)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [values(n) for n in range(1, ROWS + 1)])


def values(n: int) -> dict[str, Any]:
    from decimal import Decimal

    happened = datetime(2026, 1, 1) + timedelta(hours=n)
    place = f'5 "A", {n}\nrear é' if n % 3 else None
    return {"id": n, "place": place, "happened": happened, "loss": Decimal(n) / 4, "armed": n % 2 == 0}


def make(access: Access, **options: Any) -> Connector:
    driver, credentials = access
    known = {"driver": driver, "credentials": credentials, "table": "incidents", "key": "id", "page_size": 10}
    return make_connector("sql", {**known, **options})


def take(connector: Connector, folder: Path, cursor: dict[str, Any] | None = None) -> list[dict[str, str]]:
    return pulled(connector, next(iter(connector.poll(cursor or {}))), folder)[1]


def execute(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_every_row_once_in_key_order_as_text(rms: tuple[sa.Engine, Access], tmp_path: Path) -> None:
    rows = take(make(rms[1]), tmp_path)
    assert [int(row["id"]) for row in rows] == list(range(1, ROWS + 1))
    stored = rms[0].dialect.name == "sqlite"  # SQLite has no such types: what is stored is what comes
    happened, armed = ("2026-01-01 05:00:00.000000", "0") if stored else ("2026-01-01 05:00:00", "false")
    assert rows[4] == {
        "id": "5", "place": '5 "A", 5\nrear é', "happened": happened, "loss": "1.25", "armed": armed,
    }  # fmt: skip
    assert rows[2]["place"] == ""


@pytest.mark.parametrize("kill", [0, 4, 9])
def test_killed_and_resumed(
    rms: tuple[sa.Engine, Access], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill: int
) -> None:
    connector = make(rms[1])
    item = next(iter(connector.poll({})))
    real_add = Spool.add

    def add(self: Spool, page: Any) -> None:
        if len(list(self.folder.glob("page-*.json"))) == kill:
            raise Killed
        real_add(self, page)

    monkeypatch.setattr(Spool, "add", add)
    with pytest.raises(Killed):
        pulled(connector, item, tmp_path)
    monkeypatch.setattr(Spool, "add", real_add)
    rows = pulled(make(rms[1]), item, tmp_path)[1]
    assert [int(row["id"]) for row in rows] == list(range(1, ROWS + 1))


def test_incremental_by_a_column_with_overlap(rms: tuple[sa.Engine, Access], tmp_path: Path) -> None:
    connector = make(rms[1], changed="happened", overlap=2)
    item = next(iter(connector.poll({})))
    assert item.cursor["high"] in ("2026-01-04T23:00:00", "2026-01-04 23:00:00.000000")
    assert len(pulled(connector, item, tmp_path / "1")[1]) == ROWS
    assert list(connector.poll(item.cursor)) == []
    execute(rms[0], "update incidents set happened = '2026-02-01 00:00:00', place = 'moved' where id = 3")
    rows = take(connector, tmp_path / "2", item.cursor)
    assert sorted(int(row["id"]) for row in rows) == [3, 93, 94, 95]


def test_incremental_by_key_range(rms: tuple[sa.Engine, Access], tmp_path: Path) -> None:
    connector = make(rms[1], changed="id", overlap=0)
    item = next(iter(connector.poll({})))
    execute(rms[0], "insert into incidents (id, place) values (200, 'late')")
    rows = take(connector, tmp_path, item.cursor)
    assert [int(row["id"]) for row in rows] == [95, 200]


def test_rows_that_vanish_between_kill_and_resume(
    rms: tuple[sa.Engine, Access], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = make(rms[1])
    item = next(iter(connector.poll({})))
    Spool(tmp_path).add(__import__("connectors.spool").spool.Page([["1", "", "", "", ""]], ["1"]))
    execute(rms[0], "delete from incidents where id = 50")
    with pytest.raises(RetriableError, match="95 rows before, 94 now"):
        pulled(connector, item, tmp_path)


def test_a_wrong_table_is_the_feeds_fault(rms: tuple[sa.Engine, Access]) -> None:
    with pytest.raises(ConfigurationError, match="nothing_here") as error:
        list(make(rms[1], table="nothing_here").poll({}))
    assert "pw-never-shown" not in str(error.value)


def test_a_server_that_is_away_is_worth_a_retry() -> None:
    pytest.importorskip("psycopg2")
    away = Credentials("me", "pw-never-shown", "127.0.0.1", 1, "x")
    with pytest.raises(RetriableError) as error:
        list(make(("postgresql+psycopg2", away)).poll({}))
    assert "pw-never-shown" not in str(error.value) + repr(error.value.__context__)


def test_it_tells_what_it_holds(rms: tuple[sa.Engine, Access]) -> None:
    told = make(rms[1]).describe(2)  # type: ignore[attr-defined]
    assert told.total == ROWS
    assert list(told.columns) == ["id", "place", "happened", "loss", "armed"]
    assert [row["id"] for row in told.sample] == ["1", "2"]


def test_rows_without_a_mark_of_change_come_with_every_pull(rms: tuple[sa.Engine, Access], tmp_path: Path) -> None:
    """No comparison finds them, so they would never come."""
    execute(rms[0], "update incidents set happened = null where id in (7, 8)")
    connector = make(rms[1], changed="happened", overlap=0)
    item = next(iter(connector.poll({})))
    assert len(pulled(connector, item, tmp_path / "1")[1]) == ROWS
    rows = take(connector, tmp_path / "2", item.cursor)
    assert {7, 8} <= {int(row["id"]) for row in rows}


@pytest.mark.parametrize("written", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y%m%d%H%M%S"])
def test_marks_of_change_that_are_text_keep_their_form(
    rms: tuple[sa.Engine, Access], tmp_path: Path, written: str
) -> None:
    """SQLite has no type for instants, and old systems write them as text: bounds must compare as the texts do."""
    execute(rms[0], "drop table if exists log")
    execute(rms[0], "create table log (id integer primary key, changed_at varchar(40))")
    start = datetime(2026, 1, 1)
    marks = {n: f"{start + timedelta(hours=n):{written}}" for n in range(1, 41)}
    for n, mark in marks.items():
        execute(rms[0], f"insert into log values ({n}, '{mark}')")
    connector = make(rms[1], table="log", changed="changed_at", overlap=3)
    item = next(iter(connector.poll({})))
    assert len(pulled(connector, item, tmp_path / "1")[1]) == 40
    execute(rms[0], f"insert into log values (41, '{start + timedelta(hours=41):{written}}')")
    rows = take(connector, tmp_path / "2", item.cursor)
    assert [int(row["id"]) for row in rows] == [37, 38, 39, 40, 41]


def test_a_mark_of_change_that_tells_no_time_is_the_feeds_fault(rms: tuple[sa.Engine, Access]) -> None:
    with pytest.raises(ConfigurationError, match="place"):
        list(make(rms[1], changed="place", overlap=1).poll({"high": "5 A"}))


@pytest.mark.parametrize(
    "kind", ["numeric(10, 0)", "numeric(12, 2)", "bigint", "date", "timestamp with time zone", "double precision"]
)
def test_marks_of_change_of_every_type_are_kept_as_json(
    rms: tuple[sa.Engine, Access], tmp_path: Path, kind: str
) -> None:
    execute(rms[0], "drop table if exists log")
    execute(rms[0], f"create table log (id integer primary key, mark {kind})")
    moments = kind == "date" or kind.startswith("timestamp")
    for n in range(1, 21):
        value = (
            f"'2026-01-{n:02d}{' 10:00:00' if kind.startswith('timestamp') else ''}'"
            if moments
            else f"{n}.5"
            if "2)" in kind or "double" in kind
            else str(n)
        )
        execute(rms[0], f"insert into log values ({n}, {value})")
    connector = make(rms[1], table="log", changed="mark", overlap=48 if moments else 2)
    item = next(iter(connector.poll({})))
    assert len(pulled(connector, item, tmp_path / "1")[1]) == 20
    cursor = json.loads(json.dumps(item.cursor))
    plan = replace(item, plan=json.loads(json.dumps(item.plan)))
    assert len(pulled(connector, plan, tmp_path / "2")[1]) == 20, "a resumed pull has its plan from a file"
    assert list(connector.poll(cursor)) == []
    later = "'2026-01-21'" if moments else "21"
    execute(rms[0], f"insert into log values (21, {later})")
    rows = take(connector, tmp_path / "3", cursor)
    assert [int(row["id"]) for row in rows] == [18, 19, 20, 21]


@pytest.mark.parametrize("kind", ["uuid", "numeric(20, 0)", "timestamp", "varchar(40)"])
def test_resumed_by_keys_of_every_type(
    rms: tuple[sa.Engine, Access], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    execute(rms[0], "drop table if exists log")
    execute(rms[0], f"create table log (id {kind} primary key, n integer)")
    for n in range(1, 36):
        key = {"uuid": f"'00000000-0000-4000-8000-{n:012d}'", "timestamp": f"'2026-01-01 00:{n:02d}:00.000000'"}.get(
            kind, f"'{10**15 + n}'"
        )
        execute(rms[0], f"insert into log values ({key}, {n})")
    connector = make(rms[1], table="log")
    item = next(iter(connector.poll({})))
    real_add, pages = Spool.add, []

    def add(self: Spool, page: Any) -> None:
        if pages:
            raise Killed
        pages.append(page)
        real_add(self, page)

    monkeypatch.setattr(Spool, "add", add)
    with pytest.raises(Killed):
        pulled(connector, item, tmp_path)
    monkeypatch.setattr(Spool, "add", real_add)
    assert [int(row["n"]) for row in pulled(make(rms[1], table="log"), item, tmp_path)[1]] == list(range(1, 36))


def test_a_wrong_column_or_condition_is_the_feeds_fault(rms: tuple[sa.Engine, Access]) -> None:
    for options in ({"key": "nope"}, {"changed": "nope"}, {"where": "nope = 1"}, {"without": ["nope"]}):
        with pytest.raises(ConfigurationError, match="nope"):
            list(make(rms[1], **options).poll({}))


def test_a_source_is_only_read(rms: tuple[sa.Engine, Access], tmp_path: Path) -> None:
    connector = make(rms[1])
    with (
        pytest.raises((ConfigurationError, RetriableError), match=r"(?i)read-?only"),
        connector._connected() as connection,  # type: ignore[attr-defined]
    ):
        connection.execute(sa.text("delete from incidents"))


def test_a_missing_sqlite_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no SQLite file"):
        list(make(("sqlite", Credentials(database=str(tmp_path / "typo.db")))).poll({}))
    assert not (tmp_path / "typo.db").exists()
