"""Trying a feed file without data: connector, reader, mapping and rules are built as for a delivery."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.errors import ConfigurationError
from connectors.registry import make_connector, make_reader
from feeds.catalogue import LoadedFeed, feed_ids, layout_headings, load_feed
from feeds.contracts import load_contracts
from feeds.errors import SpecificationError
from feeds.spec import Layout
from ingest.mapping import parsed_columns, records_query, source_view
from ingest.rules import build_rules
from ingest.sqltext import ident
from settings import Settings


def check_feeds(settings: Settings, only: list[str] | None = None) -> list[SpecificationError]:
    """What is wrong with the feed files named, or with any: each wrong file once, the others unhindered."""
    problems = []
    contracts = load_contracts(settings.contracts)
    for feed_id in only or feed_ids(settings):
        try:
            compile_feed(load_feed(settings, feed_id, contracts))
        except SpecificationError as error:
            problems.append(error)
    return problems


def compile_feed(feed: LoadedFeed) -> None:
    """Build everything a delivery of this feed needs.

    Raises:
        SpecificationError: something in the file cannot be carried out.
    """
    try:
        options = feed.spec.connector.options
        base = {"base": "."} if feed.spec.connector.kind == "bucket" else {}
        make_connector(feed.spec.connector.kind, {**options, **base})
        make_reader(feed.spec.reader.kind, feed.spec.reader.options)
    except ConfigurationError as error:
        raise SpecificationError(feed.file, "connector/reader", str(error), "Correct the key.") from None
    for layout in feed.spec.layouts:
        _compile_layout(feed, layout)


def _compile_layout(feed: LoadedFeed, layout: Layout) -> None:
    import duckdb

    headings = tuple(sorted(layout_headings(layout)))
    connection = duckdb.connect()
    columns = ", ".join(f"c{number} varchar" for number in range(len(headings)))
    connection.execute(f"create table text_rows (row_number bigint, {columns})")
    for position, record in enumerate(layout.records):
        place = f"layouts.{layout.name}.records.{position}"
        extra = "" if record.where is None else _named_in(record.where, headings)
        view = source_view(feed.spec, layout, headings, "text_rows")
        connection.execute(f"create or replace view source as select *{extra} from ({view})")
        contract = feed.contracts[record.kind]
        try:
            connection.execute(records_query(record, contract, feed.spec.zone, "source"))
            moment = datetime(2000, 1, 1, tzinfo=UTC)
            build_rules(contract, feed.spec.expectations, parsed_columns(record, contract), moment, feed.spec.zone)
        except (duckdb.Error, ValueError) as error:
            first = str(error).splitlines()[0]
            raise SpecificationError(feed.file, place, f"{first}.", "Correct `where`, `map` or the rule.") from None


def _named_in(condition: str, headings: tuple[str, ...]) -> str:
    """Headings that only ``where`` uses, as empty columns: which ones it means, DuckDB's parser tells."""
    import duckdb

    names: set[str] = set()
    while True:
        extra = "".join(f", null::varchar as {ident(name)}" for name in sorted(names))
        known = "".join(f", null::varchar as {ident(name)}" for name in headings)
        try:
            duckdb.execute(f"select 1 from (select 1 as row_number{known}{extra}) where {condition}")
        except duckdb.BinderException as error:
            missing = _missing_column(str(error))
            if missing is None or missing in names:
                return extra
            names.add(missing)
        except duckdb.Error:
            return extra
        else:
            return extra


def _missing_column(message: str) -> str | None:
    import re

    found = re.search(r'[Cc]olumn "([^"]+)" not found', message)
    return found[1] if found else None
