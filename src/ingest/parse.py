"""From the bytes of a delivery to judged records on disk: a pure function of content, feed file and known-at.

The result is a folder: ``<kind>.parquet`` (records), ``quarantine.parquet`` and ``parsed.json`` (counts and verdict).
It is written whole or not at all, and found again by a retry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.registry import make_reader
from feeds.catalogue import LoadedFeed
from feeds.errors import SpecificationError
from feeds.spec import Layout, RecordSpec
from ingest.corrections import Correction, corrected
from ingest.files import process_name, whole_folder
from ingest.judge import judge_kind, shape_failures
from ingest.layouts import choose_layout, used_headings
from ingest.mapping import parsed_columns, records_query
from ingest.points import reached
from ingest.reading import forget_databases, own_database
from ingest.rules import build_rules
from ingest.sqltext import PARQUET, ident, literal
from ingest.tidying import source_view, tidy_headings
from ingest.tolerances import reader_options, tolerated
from settings import Settings

if TYPE_CHECKING:
    import duckdb

#: Part of every fingerprint: raise it when the meaning of what is written here changes.
FORMAT = 4
#: Keys of a feed file that decide what becomes of a delivery.
JUDGED_BY = {"layouts", "reader", "expectations", "timezone", "delivery", "tolerances"}


@dataclass(frozen=True)
class KindCounts:
    """What became of one record kind of one delivery (records)."""

    records: int
    accepted: int
    quarantined: int
    duplicates: int
    key_missing: int
    warned: int


@dataclass(frozen=True)
class Parsed:
    """A judged delivery: counts by kind, the verdict, and where the files lie."""

    folder: Path
    rows: int
    bad_rows: int
    layout: str
    kinds: dict[str, KindCounts]
    window: tuple[str, str] | None
    verdict: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    headings: tuple[str, ...] = ()

    def records(self, kind: str) -> Path:
        """Parquet of all selected records of a kind."""
        return self.folder / f"{kind}.parquet"

    @property
    def quarantine(self) -> Path:
        """Parquet of what was put into quarantine, with reasons and the original row."""
        return self.folder / "quarantine.parquet"


@dataclass(frozen=True)
class Request:
    """One delivery to parse."""

    feed: LoadedFeed
    content: Path
    known_at: datetime
    delivery_id: str
    file_name: str
    tolerate_headings: bool = False
    correction: Correction | None = None

    def fingerprint(self) -> str:
        """Changes with everything the result depends on besides the bytes."""
        spec = self.feed.spec.model_dump_json(include=JUDGED_BY)
        contracts = json.dumps({k: c.model_dump(mode="json") for k, c in sorted(self.feed.contracts.items())})
        parts = [str(FORMAT), self.file_name, spec, contracts, self.known_at.isoformat(), str(self.tolerate_headings)]
        parts += [self.correction.fingerprint()] if self.correction else []
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def target(self, settings: Settings) -> Path:
        """The folder that the result lies in, once it is there."""
        return settings.home / "lake" / "records" / self.feed.spec.feed_id / self.delivery_id / self.fingerprint()


def parse(settings: Settings, request: Request) -> Parsed:
    """Read, map and judge one delivery, or find the result of an earlier attempt.

    Raises:
        RefusedInput: the bytes cannot be read.
        HeldBatch: no layout fits.
    """
    settings.private_dir(settings.home / "lake")
    target = request.target(settings)
    if not target.is_dir():
        with whole_folder(settings.home, target) as scratch, workspace(settings, scratch) as connection:
            _parse_into(settings, request, connection, scratch)
        reached("parse.stored")
    return load_parsed(target)


def load_parsed(folder: Path) -> Parsed:
    """The result that lies in a folder."""
    raw = json.loads((folder / "parsed.json").read_text())
    kinds = {kind: KindCounts(**counts) for kind, counts in raw.pop("kinds").items()}
    window, headings = raw.pop("window"), tuple(raw.pop("headings", ()))
    return Parsed(folder=folder, kinds=kinds, window=tuple(window) if window else None, headings=headings, **raw)


@contextmanager
def workspace(settings: Settings, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own for one delivery, gone afterwards; memory is bounded, the rest spills to disk."""
    spill = settings.home / "scratch" / f"{process_name()}:spill"
    config = {"memory_limit": settings.ingest_memory, "threads": settings.threads, "temp_directory": str(spill)}
    try:
        with own_database(**config) as connection:
            connection.execute("set enable_progress_bar = false")  # duckdb 1.5.5 refuses it as an option of connect
            yield connection
    finally:
        if spill.exists():  # disk and memory of a large delivery are given back
            forget_databases()
        for left in scratch.glob("*.utf8"):
            left.unlink()


def _parse_into(settings: Settings, request: Request, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    spec = request.feed.spec
    reader = make_reader(spec.reader.kind, reader_options(request.feed, request.known_at))
    table = reader.read(request.content, connection, folder)
    if request.correction is not None:
        table = corrected(connection, spec.reader, table, request.correction)
    reached("parse.read")
    layout = choose_layout(request.feed, table.headings, request.tolerate_headings)
    tidy = tidy_headings(connection, spec, table, used_headings(layout, table.headings))
    view = source_view(spec, layout, table.headings, table.table, request.file_name, tidy)
    connection.execute(f"create temp view source as {view}")
    connection.execute(shape_failures(table, layout))
    kinds, verdict = {}, {}
    for record in layout.records:
        kinds[record.kind], verdict[record.kind] = _one_kind(settings, request, connection, record, folder)
    connection.execute(f"copy quarantine to {literal(str(folder / 'quarantine.parquet'))} ({PARQUET})")
    reached("parse.judged")
    result = {
        "rows": table.rows,
        "bad_rows": connection.execute(f"select count(*) from {table.rejects}").fetchall()[0][0],
        "layout": layout.name,
        "headings": table.headings,
        "kinds": {kind: asdict(counts) for kind, counts in kinds.items()},
        "window": _window(request, connection, layout, folder),
        "verdict": verdict,
    }
    (folder / "parsed.json").write_text(json.dumps(result, default=str))


def _one_kind(
    settings: Settings, request: Request, connection: duckdb.DuckDBPyConnection, record: RecordSpec, folder: Path
) -> tuple[KindCounts, list[dict[str, Any]]]:
    spec, contract = request.feed.spec, request.feed.contracts[record.kind]
    file = folder / f"{record.kind}.parquet"
    query = records_query(record, contract, spec.zone, "source")
    connection.execute(f"copy ({query}) to {literal(str(file))} ({PARQUET})")
    reached("parse.mapped")
    parsed = parsed_columns(record, contract)
    try:
        rules = build_rules(contract, spec.expectations, parsed, request.known_at, spec.zone, record.supplied())
    except ValueError as error:
        raise SpecificationError(request.feed.file, "expectations", f"{error}.", "Correct the expectation.") from None
    rules = tolerated(request.feed, record.kind, rules, request.known_at)
    return judge_kind(connection, record, file, rules, folder)


def _window(
    request: Request, connection: duckdb.DuckDBPyConnection, layout: Layout, folder: Path
) -> tuple[str, str] | None:
    """First and last value of the window column over the accepted records.

    A quarantined record does not widen the window: one mistyped year would delete the whole history.
    """
    column = request.feed.spec.delivery.window_column
    if column is None:
        return None
    parts = [
        f"select {ident(column)} as value from read_parquet({literal(str(folder / f'{kind}.parquet'))}) as records "
        f"anti join read_parquet({literal(str(folder / f'{kind}.status.parquet'))}) as status "
        "using (row_number, record_no)"
        for kind in (record.kind for record in layout.records)
    ]
    query = f"select min(value)::varchar, max(value)::varchar from ({' union all '.join(parts)})"
    low, high = connection.execute(query).fetchall()[0]
    return (low, high) if low is not None else None
