"""Trying a feed file without data: connector, reader, mapping and rules are built as for a delivery."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.credentials import Credentials
from connectors.errors import ConfigurationError
from connectors.registry import make_connector, make_reader
from feeds.catalogue import LoadedFeed, feed_ids, layout_headings, load_feed
from feeds.contracts import load_contracts
from feeds.errors import SpecificationError
from feeds.spec import Layout
from ingest.batch import MEASURES, batch_expectations
from ingest.conditions import lacking
from ingest.layouts import unpivoted
from ingest.mapping import parsed_columns, records_query
from ingest.reading import own_database
from ingest.rules import Rule, build_rules
from ingest.sqltext import ident
from ingest.tidying import source_view
from ingest.tolerances import reader_options, unknown
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
        secret = {"credentials": Credentials()} if feed.spec.connector.connection else {}
        make_connector(feed.spec.connector.kind, {**options, **base, **secret})
        make_reader(feed.spec.reader.kind, reader_options(feed, datetime(2000, 1, 1, tzinfo=UTC)))
    except ConfigurationError as error:
        raise SpecificationError(feed.file, "connector/reader", str(error), "Correct the key.") from None
    rules: list[tuple[str, Rule]] = []
    for layout in feed.spec.layouts:
        rules += _compile_layout(feed, layout)
    _check_batch(feed)
    for tolerance in unknown(feed, rules):
        names = ", ".join(sorted({rule.name for kind, rule in rules if tolerance.kind in (None, kind)}))
        raise SpecificationError(
            feed.file, "tolerances", f"{tolerance.rule!r} is no rule here.", f"Use one of: {names}."
        )


def _check_batch(feed: LoadedFeed) -> None:
    for kind in feed.spec.kinds():
        for expectation in batch_expectations(feed, kind):
            if expectation.type not in MEASURES:
                known = ", ".join(sorted(MEASURES))
                raise SpecificationError(
                    feed.file, "expectations", f"{expectation.type} cannot be of severity batch.", f"Use: {known}."
                )


def _compile_layout(feed: LoadedFeed, layout: Layout) -> list[tuple[str, Rule]]:
    import duckdb

    headings = tuple(sorted(layout_headings(layout)))
    found: list[tuple[str, Rule]] = []
    with own_database() as connection:
        columns = ", ".join(f"c{number} varchar" for number in range(len(headings)))
        connection.execute(f"create temp table text_rows (row_number bigint, {columns})")
        for position, record in enumerate(layout.records):
            place = f"layouts.{layout.name}.records.{position}"
            known = [*headings, *unpivoted(record), *layout.from_file_name]
            needed = [] if record.where is None else lacking(record.where, known)
            if hidden := sorted(set(needed) & set(layout.never_load)):
                raise SpecificationError(
                    feed.file, f"{place}.where", f"{', '.join(hidden)} is never loaded, so nothing can depend on it.",
                    "Move it from never_load to ignore, or drop the condition.",
                )  # fmt: skip
            extra = "".join(f", null::varchar as {ident(name)}" for name in [*needed, *layout.from_file_name])
            bare = layout.model_copy(update={"from_file_name": {}})
            view = source_view(feed.spec, bare, headings, "text_rows", "")
            connection.execute(f"create or replace temp view source as select *{extra} from ({view})")
            contract = feed.contracts[record.kind]
            try:
                connection.execute(records_query(record, contract, feed.spec.zone, "source"))
                moment = datetime(2000, 1, 1, tzinfo=UTC)
                parsed = parsed_columns(record, contract)
                rules = build_rules(contract, feed.spec.expectations, parsed, moment, feed.spec.zone)
                found += [(record.kind, rule) for rule in rules]
            except (duckdb.Error, ValueError) as error:
                first = str(error).splitlines()[0]
                raise SpecificationError(feed.file, place, f"{first}.", "Correct `where`, `map` or the rule.") from None
    return found
