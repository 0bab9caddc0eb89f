"""The conformance suite, inherited by every connector that pulls a table over HTTP."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Connector
from connectors.credentials import Credentials
from connectors.errors import ConfigurationError, RetriableError
from connectors.registry import make_connector
from simulator.portal.server import Portal, running_portal
from simulator.portal.tables import Faults, Table
from support.conformance import TableConformance, expected, pulled, sample

QUICK = {"backoff_seconds": 0.001, "page_size": 10, "attempts": 8}


class _OverHttp(TableConformance):
    kind = ""
    marked = True

    def options(self, portal: Portal) -> dict[str, Any]:
        raise NotImplementedError

    def make(self, portal: Portal, **options: Any) -> Connector:
        return make_connector(self.kind, {**QUICK, **self.options(portal), **options})

    def test_an_unchanged_source_gives_no_item(self, portal: Portal, table: Table) -> None:
        connector = self.make(portal)
        item = next(iter(connector.poll({})))
        assert len(list(connector.poll(item.cursor))) == (0 if self.marked else 1)
        table.replace(table.rows)
        again = list(connector.poll(item.cursor))
        assert len(again) == 1
        assert again[0].version != item.version

    def test_columns_can_stay_at_the_source(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        connector = self.make(portal, without=["place"])
        headings, rows = pulled(connector, next(iter(connector.poll({}))), tmp_path)
        assert "place" not in headings
        assert len(rows) == len(table.rows)

    def test_a_misspelt_column_that_is_to_stay_is_an_error(self, portal: Portal, table: Table) -> None:
        with pytest.raises(ConfigurationError, match=r"no column 'plase'; it has: .*place"):
            list(self.make(portal, without=["plase"]).poll({}))


class TestSocrata(_OverHttp):
    kind = "socrata"

    def options(self, portal: Portal) -> dict[str, Any]:
        return {"url": f"{portal.url}/socrata", "dataset": "tbl1"}

    def test_only_what_changed_with_an_overlap(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        connector = self.make(portal, incremental=True, overlap_hours=1)
        first = next(iter(connector.poll({})))
        assert len(pulled(connector, first, tmp_path / "1")[1]) == 95
        table.changed += 36_000
        table.updated[3] = table.changed
        table.updated[7] = table.changed - 35_000 - 7200  # before the overlap of the last pull
        table.updated[8] = table.changed - 36_000 - 1800  # within it
        second = next(iter(connector.poll(first.cursor)))
        numbers = {row["number"] for row in pulled(connector, second, tmp_path / "2")[1]}
        same_mark = {row["number"] for n, row in enumerate(table.rows) if n not in (3, 7, 8)}
        assert numbers == same_mark | {"00004", "00009"}
        table.changed += 36_000
        table.updated[5] = table.changed
        third = next(iter(connector.poll(second.cursor)))
        assert [row["number"] for row in pulled(connector, third, tmp_path / "3")[1]] == ["00004", "00006"]

    def test_what_no_text_may_hold_does_not_stop_a_pull(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        table.rows[3]["place"], table.rows[4]["place"] = "half \ud800 a character", "nul\0"
        rows = self.take(self.make(portal), tmp_path)
        assert [rows[3]["place"], rows[4]["place"]] == ["half ? a character", "nul\ufffd"]
        assert len(rows) == 95

    def test_several_data_sets_have_cursors_of_their_own(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        portal.tables["tbl2"] = sample(5, first=500)
        connector = self.make(portal, dataset=["tbl1", "tbl2"])
        items = list(connector.poll({}))
        assert [len(pulled(connector, item, tmp_path / item.name)[1]) for item in items] == [95, 5]
        portal.tables["tbl2"].changed += 1
        assert [item.plan["dataset"] for item in connector.poll(items[-1].cursor)] == ["tbl2"]

    def test_a_wrong_filter_is_the_feeds_fault(self, portal: Portal, table: Table) -> None:
        with pytest.raises(ConfigurationError, match="Unrecognized filter"):
            list(self.make(portal, where="date_of_occurrence > 3").poll({}))

    def test_no_such_data_set(self, portal: Portal) -> None:
        with pytest.raises(ConfigurationError, match="404"):
            list(self.make(portal).poll({}))

    def test_a_filter(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        connector = self.make(portal, where="number = '00007'")
        assert len(pulled(connector, next(iter(connector.poll({}))), tmp_path)[1]) == 1


class TestArcGIS(_OverHttp):
    kind = "arcgis"
    extra = ("OBJECTID",)

    def options(self, portal: Portal) -> dict[str, Any]:
        return {"url": f"{portal.url}/arcgis/rest/services/tbl1/FeatureServer/0"}

    def test_coordinates_become_columns(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        connector = self.make(portal, coordinates=True)
        _, rows = pulled(connector, next(iter(connector.poll({}))), tmp_path)
        assert {(row["_x"], row["_y"]) for row in rows} == {("-76.6", "39.3")}

    @pytest.mark.parametrize(
        ("literal", "written"),
        [("timestamp", "TIMESTAMP '2025-01-01'"), ("date", "DATE '2025-01-01'"), ("bare", "'2025-01-01'")],
    )
    def test_each_server_takes_another_date_literal(
        self, portal: Portal, table: Table, literal: str, written: str
    ) -> None:
        connector = self.make(portal, date_column="when_", since="2025-01-01", date_literal=literal)
        item = next(iter(connector.poll({})))
        assert item.plan["where"] == f"(1=1) AND when_ >= {written}"

    def test_an_error_under_status_200_names_the_layer(self, portal: Portal, table: Table) -> None:
        portal.faults = Faults(error_every=1)
        with pytest.raises(Exception, match="FeatureServer/0: error 500"):
            list(self.make(portal, attempts=2).poll({}))


class TestArcGISWithoutPaging(TestArcGIS):
    """Old servers: object-id ranges instead of offsets."""

    @pytest.fixture(autouse=True)
    def _old(self, portal: Portal) -> None:
        portal.faults.no_paging = True

    def make(self, portal: Portal, **options: Any) -> Connector:
        portal.faults.no_paging = True
        return super().make(portal, **options)


class TestCkan(_OverHttp):
    kind = "ckan"

    def options(self, portal: Portal) -> dict[str, Any]:
        return {"url": f"{portal.url}/ckan", "resource": "tbl1"}

    def test_a_dump_is_the_portals_own_file(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        connector = self.make(portal, via="dump")
        headings, rows = pulled(connector, next(iter(connector.poll({}))), tmp_path)
        assert headings[0] == "_id"
        assert [{k: v for k, v in row.items() if k != "_id"} for row in rows] == [
            {k: v.replace("\n", "\n") for k, v in row.items()} for row in expected(table)
        ]

    def test_a_dump_that_breaks_off_lands_nothing(self, portal: Portal, table: Table, tmp_path: Path) -> None:
        """A portal that fails while it writes a dump ends it as if it were whole."""
        connector = self.make(portal, via="dump")
        item = next(iter(connector.poll({})))
        rows, ids = table.rows, table.ids
        table.rows, table.ids = rows[:40], ids[:40]
        with pytest.raises(RetriableError, match="40 rows, but the datastore counts 95"):
            pulled(connector, item, tmp_path)
        table.rows, table.ids = rows, ids
        assert len(pulled(connector, item, tmp_path)[1]) == 95

    def test_rotating_resources_are_found_by_the_package(self, portal: Portal, tmp_path: Path) -> None:
        months = ["Census 2026-02", "Census 2026-01", "Data dictionary"]
        portal.tables["census"] = Table({}, [], resources=[
            {"id": f"res{n}", "name": name, "created": name[-2:], "last_modified": "x"} for n, name in enumerate(months)
        ])  # fmt: skip
        portal.tables |= {"res0": sample(3), "res1": sample(4)}
        connector = make_connector(
            "ckan", {**QUICK, "url": f"{portal.url}/ckan", "package": "census", "pattern": "^Census"}
        )
        items = list(connector.poll({}))
        assert [item.plan["resource"] for item in items] == ["res1", "res0"]
        assert list(connector.poll(items[-1].cursor)) == []

    def test_literal_nan_is_null(self, portal: Portal, tmp_path: Path) -> None:
        portal.tables["tbl1"] = Table({"number": "text", "x": "number"}, [{"number": "1", "x": float("nan")}])
        connector = self.make(portal)
        assert pulled(connector, next(iter(connector.poll({}))), tmp_path)[1] == [{"number": "1", "x": ""}]

    def test_a_trailing_blank_in_a_name_stays_in_the_question(self, portal: Portal, tmp_path: Path) -> None:
        portal.tables["tbl1"] = Table({"Arrest_Date ": "date"}, [{"Arrest_Date ": "2025-01-01"}])
        connector = self.make(portal)
        assert pulled(connector, next(iter(connector.poll({}))), tmp_path)[1] == [{"Arrest_Date ": "2025-01-01"}]


class TestCarto(_OverHttp):
    kind = "carto"
    marked = False
    extra = ("cartodb_id",)

    def options(self, portal: Portal) -> dict[str, Any]:
        return {"url": f"{portal.url}/carto/api/v2/sql", "table": "tbl1"}

    def test_a_statement_timeout_shrinks_the_page(self, portal: Portal, tmp_path: Path) -> None:
        portal.tables["tbl1"] = sample(900)
        portal.faults = Faults(limit_429_above=200)
        connector = self.make(portal, page_size=600, attempts=2)
        assert len(self.take(connector, tmp_path)) == 900


class TestHttpFile:
    """A plain file has no pages; it has a version, a length and ranges."""

    BODY = b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(50_000))

    def make(self, portal: Portal, **options: Any) -> Connector:
        portal.files.setdefault("d/x.csv", (self.BODY, {"ETag": '"v1"'}))
        return make_connector("http", {"url": f"{portal.url}/files/d/x.csv", "backoff_seconds": 0.001, **options})

    def body(self, connector: Connector, folder: Path) -> bytes:
        with connector.open(next(iter(connector.poll({}))), folder) as stream:
            return stream.read()

    def test_the_bytes(self, portal: Portal, tmp_path: Path) -> None:
        assert self.body(self.make(portal), tmp_path) == self.BODY

    def test_an_unchanged_file_is_not_taken_again(self, portal: Portal) -> None:
        connector = self.make(portal)
        item = next(iter(connector.poll({})))
        assert item.name == "x.csv"
        assert list(connector.poll(item.cursor)) == []
        portal.files["d/x.csv"] = (b"new", {"ETag": '"v2"'})
        assert len(list(connector.poll(item.cursor))) == 1

    @pytest.mark.parametrize("told", [{"ETag": '"v1"'}, {"ETag": 'W/"weak"'}, {"Last-Modified": "today"}, {}])
    def test_a_dying_connection(self, portal: Portal, tmp_path: Path, told: dict[str, str]) -> None:
        portal.files["d/x.csv"] = (self.BODY, told)
        portal.faults, portal.bytes_sent_before_cut = Faults(cut_every=2), 200_000
        assert self.body(self.make(portal), tmp_path) == self.BODY

    def test_a_killed_download_goes_on(self, portal: Portal, tmp_path: Path) -> None:
        connector = self.make(portal)
        item = next(iter(connector.poll({})))
        (tmp_path / "body").write_bytes(self.BODY[:1000])
        (tmp_path / "body.json").write_text(json.dumps({"etag": '"v1"', "size": len(self.BODY)}))
        with connector.open(item, tmp_path) as stream:
            assert stream.read() == self.BODY
        assert portal.requests[-1][2]["Range"] == "bytes=1000-"

    def test_a_missing_file_is_the_feeds_fault(self, portal: Portal) -> None:
        with pytest.raises(ConfigurationError, match="404"):
            list(self.make(portal, url=f"{portal.url}/files/none.csv").poll({}))

    def test_login_and_password_are_basic_authentication_and_are_not_shown(
        self, portal: Portal, tmp_path: Path
    ) -> None:
        known = Credentials("agency", "never-sh0wn")
        coded = base64.b64encode(b"agency:never-sh0wn").decode()
        portal.faults = Faults(needs_token=f"Basic {coded}")
        assert self.body(self.make(portal, credentials=known), tmp_path) == self.BODY
        assert coded in known.secrets()

    def test_a_token_does_not_follow_a_redirect_to_another_place(self, portal: Portal, tmp_path: Path) -> None:
        with running_portal() as other:
            other.files["d/x.csv"] = (self.BODY, {})
            portal.files["d/x.csv"] = (b"", {"Location": f"{other.url}/files/d/x.csv"})
            connector = self.make(portal, credentials=Credentials(password="never-sh0wn"))
            assert self.body(connector, tmp_path) == self.BODY
            assert other.requests
            assert all("never-sh0wn" not in repr(headers) for _, _, headers in other.requests)
            assert any("never-sh0wn" in repr(headers) for _, _, headers in portal.requests)
