"""What every connector must do. A connector's test class inherits this and says how its source is made."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Connector, Item
from connectors.errors import IngestError, RetriableError
from connectors.spool import Spool
from simulator.portal.server import Portal
from simulator.portal.tables import Faults, Table

Rows = list[dict[str, str]]


class Killed(BaseException):
    """Stands for a SIGKILL: nothing catches it, only what is on disk remains."""


def sample(count: int = 95, first: int = 1) -> Table:
    """Rows with everything that spoils text formats: quotes, commas, line ends, nulls, digits, other alphabets."""
    rows: list[dict[str, Any]] = []
    for n in range(first, first + count):
        rows.append(
            {
                "number": f"{n:05d}",
                "place": None if n % 3 else f'5 "North", {n}\nrear; Peña €',
                "latitude": 40.0 + n / 1000 if n % 4 else None,
                "late": "only in later rows" if n > count * 0.6 else None,
            }
        )
    return Table({"number": "text", "place": "text", "latitude": "number", "late": "text"}, rows)


def expected(table: Table) -> Rows:
    """The table as text, by rules of our own: null is empty, numbers as Python writes them."""
    return [{name: "" if row[name] is None else str(row[name]) for name in table.columns} for row in table.rows]


def pulled(connector: Connector, item: Item, spool: Path) -> tuple[list[str], Rows]:
    """What landing would store, read with the csv module."""
    with connector.open(item, spool) as stream:
        text = stream.read().decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return list(reader.fieldnames or []), [dict(row) for row in reader]


class TableConformance:
    """A source that is a table, pulled in pages. ``extra`` columns are the protocol's own (row ids)."""

    extra: tuple[str, ...] = ()

    def make(self, portal: Portal, **options: Any) -> Connector:
        raise NotImplementedError

    @pytest.fixture
    def table(self, portal: Portal) -> Table:
        portal.tables["tbl1"] = sample()
        return portal.tables["tbl1"]

    def take(self, connector: Connector, folder: Path, cursor: dict[str, Any] | None = None) -> Rows:
        item = next(iter(connector.poll(cursor or {})))
        headings, rows = pulled(connector, item, folder)
        assert [name for name in headings if name not in self.extra] == ["number", "place", "latitude", "late"]
        return [{name: row[name] for name in row if name not in self.extra} for row in rows]

    def test_every_row_once_in_a_stable_order(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        first = self.take(self.make(portal), tmp_path / "1")
        assert first == expected(table)
        assert self.take(self.make(portal, page_size=1000), tmp_path / "2") == first

    def test_an_empty_source_is_a_heading_line(self, portal: Portal, tmp_path: Path) -> None:
        portal.tables["tbl1"] = Table(sample(1).columns, [])
        assert self.take(self.make(portal), tmp_path) == []

    @pytest.mark.parametrize(
        "faults",
        [
            Faults(throttle_every=3), Faults(html_every=4), Faults(error_every=3), Faults(cut_every=3),
            Faults(silent_limit=4), Faults(empty_page=2), Faults(silent_limit=4, throttle_every=5, empty_page=3),
        ],
        ids=["throttled", "html", "error 200", "dying connections", "silent limit", "empty page", "all together"],
    )  # fmt: skip
    def test_passing_faults_cost_time_not_rows(
        self, portal: Portal, table: Table, tmp_path: Path, faults: Faults
    ) -> None:
        portal.faults = faults
        assert self.take(self.make(portal), tmp_path) == expected(table)

    @pytest.mark.parametrize(
        "faults", [Faults(unstable_order=True), Faults(hidden_rows=1)], ids=["no stable order", "a row kept back"]
    )
    def test_a_source_that_contradicts_itself_lands_nothing(
        self, portal: Portal, table: Table, tmp_path: Path, faults: Faults
    ) -> None:
        portal.faults = faults
        with pytest.raises(RetriableError) as error:
            self.take(self.make(portal), tmp_path)
        assert error.value.code in ("order_changed", "count_mismatch", "source_changed")
        assert not list(tmp_path.glob("page-*"))

    def test_a_republication_during_the_pull_lands_nothing(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        fresh = sample(95, first=50)
        portal.faults.on_page = lambda number: table.replace(fresh.rows) if number == 4 else None
        with pytest.raises(RetriableError):
            self.take(self.make(portal), tmp_path)
        portal.faults.on_page = None
        assert self.take(self.make(portal), tmp_path) == expected(fresh)

    def test_killed_at_any_page_and_resumed(
        self, portal: Portal, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connector = self.make(portal)
        item = next(iter(connector.poll({})))
        whole = self.take(connector, tmp_path / "whole")
        real_add: Callable[..., None] = Spool.add
        pages = len(list((tmp_path / "whole").glob("page-*.json")))
        assert pages >= 9
        for kill in range(pages):
            spool = tmp_path / f"kill{kill}"

            def add(self: Spool, page: Any, kill: int = kill) -> None:
                if len(list(self.folder.glob("page-*.json"))) == kill:
                    (self.folder / f"page-{kill:07d}.csv").write_text("half a pa")
                    raise Killed
                real_add(self, page)

            monkeypatch.setattr(Spool, "add", add)
            with pytest.raises(Killed):
                pulled(connector, item, spool)
            monkeypatch.setattr(Spool, "add", real_add)
            before = portal.pages
            rows = pulled(self.make(portal), item, spool)[1]
            assert [{k: v for k, v in row.items() if k not in self.extra} for row in rows] == whole
            assert portal.pages - before == pages - kill or before == 0

    def test_a_source_changed_between_kill_and_resume_is_begun_anew(
        self, portal: Portal, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connector = self.make(portal)
        item = next(iter(connector.poll({})))
        real_add: Callable[..., None] = Spool.add

        def add(self: Spool, page: Any) -> None:
            real_add(self, page)
            raise Killed

        monkeypatch.setattr(Spool, "add", add)
        with pytest.raises(Killed):
            pulled(connector, item, tmp_path)
        monkeypatch.setattr(Spool, "add", real_add)
        table.replace(sample(97).rows)
        with pytest.raises(RetriableError, match="begins anew"):
            pulled(connector, item, tmp_path)
        assert self.take(self.make(portal), tmp_path) == expected(table)

    def test_a_service_that_stays_down_is_an_error_to_retry(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        portal.faults = Faults(html_every=1)
        with pytest.raises(RetriableError, match="HTML") as error:
            self.take(self.make(portal, attempts=2), tmp_path)
        assert error.value.code == "html_answer"

    def test_a_token_is_never_shown(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        from connectors.credentials import Credentials

        secret = "s3cr3t+/token=="
        portal.faults = Faults(needs_token=secret)
        known = Credentials(password=secret)
        connector = self.make(portal, credentials=known)
        item = next(iter(connector.poll({})))
        assert self.take(connector, tmp_path / "a") == expected(table)
        assert secret not in repr(connector) + repr(item)
        assert all(secret not in path + repr(query) for path, query, _ in portal.requests)
        portal.faults.error_every = 1
        with pytest.raises(IngestError) as error:
            next(iter(self.make(portal, credentials=known, attempts=1).poll({})))
        assert secret not in str(error.value) + repr(error.value.__cause__) + repr(error.value.__context__)

    def test_it_tells_what_it_holds(self, portal: Portal, table: Table) -> None:
        told = self.make(portal).describe(2)  # type: ignore[attr-defined]
        assert told.total == len(table.rows)
        assert [name for name in told.columns if name not in self.extra] == list(table.columns)
        assert [row["number"] for row in told.sample] == ["00001", "00002"]
