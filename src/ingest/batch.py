"""Expectations of severity ``batch``: what a delivery looks like as a whole, beside its own feed's last 90 days.

They hold nothing back. What was measured is kept for every delivery (table ``metric``), and the receipt names what is
unusual. Where history is needed and there is too little of it, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed
from feeds.contracts import Contract, Expectation
from ingest import tables as t
from ingest.history import predecessor
from ingest.ledger import engine
from ingest.parse import Parsed, load_parsed
from ingest.reading import own_database
from ingest.sqltext import ident, literal, literals
from settings import Settings

if TYPE_CHECKING:
    import duckdb

#: Fewer earlier deliveries than this are no history.
MIN_HISTORY = 3
_DAYS = 90
#: Of a feed that delivers every few minutes the newest deliveries are history enough: cost must not follow the ledger.
MAX_HISTORY = 100
#: Added to every count before distributions are compared, so that a new value is surprising and not infinitely so.
_SMOOTHING = 0.5


@dataclass(frozen=True)
class Measured:
    """One measure of one record kind of a delivery; ``low`` and ``high`` are what it was expected to lie between."""

    record_kind: str
    rule: str
    measure: str
    column: str | None
    observed: float
    low: float | None
    high: float | None
    records: int

    @property
    def success(self) -> bool:
        """True when it lies where it was expected."""
        above = self.low is None or self.observed >= self.low
        return above and (self.high is None or self.observed <= self.high)


@dataclass
class _Batch:
    """What a measure may look at."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings
    feed: LoadedFeed
    parsed: Parsed
    known_at: datetime
    kind: str
    accepted: str
    past: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def one(self, query: str) -> Any:
        return self.connection.execute(query).fetchall()[0][0]

    def usual(self, rule: str) -> float | None:
        """The median of the rule's measure over the deliveries of the last 90 days, at most the newest hundred."""
        found = self.past.get((self.kind, f"batch:{rule}"), [])
        return median(found) if len(found) >= MIN_HISTORY else None


_Found = tuple[float, float | None, float | None] | None


def measure(
    settings: Settings, feed: LoadedFeed, parsed: Parsed, known_at: datetime, *, with_history: bool = True
) -> list[Measured]:
    """What the batch expectations of contracts and feed find in a judged delivery."""
    past = _past(settings, feed.spec.feed_id, known_at) if with_history else {}
    found = []
    with own_database() as connection:
        for kind, counts in sorted(parsed.kinds.items()):
            accepted = accepted_records(parsed, kind)
            batch = _Batch(connection, settings, feed, parsed, known_at, kind, accepted, past)
            for expectation in batch_expectations(feed, kind):
                name, make = MEASURES[expectation.type]
                told = make(batch, expectation)
                if told is not None:
                    found.append(Measured(kind, expectation.rule, name, expectation.column, *told, counts.records))
    return found


def accepted_records(parsed: Parsed, kind: str) -> str:
    """SELECT of the accepted records of a kind, all columns."""
    file, status, counts = parsed.records(kind), parsed.folder / f"{kind}.status.parquet", parsed.kinds[kind]
    if not counts.quarantined and not counts.duplicates:
        return f"read_parquet({literal(str(file))})"
    return (
        f"(select r.* from read_parquet({literal(str(file))}) as r "
        f"anti join read_parquet({literal(str(status))}) as s using (row_number, record_no))"
    )


def batch_expectations(feed: LoadedFeed, kind: str) -> list[Expectation]:
    """The kind's own, then the feed's where the kind has the column; those replace the contract's of equal name."""
    contract = feed.contracts[kind]
    own = {e.rule: e for e in contract.expectations if e.severity == "batch" and _supplied(feed, kind, e)}
    more = {e.rule: e for e in feed.spec.expectations if e.severity == "batch" and _fits(contract, e)}
    return list((own | more).values())


def _fits(contract: Contract, expectation: Expectation) -> bool:
    kind = expectation.arguments.get("record_kind", contract.kind)
    return kind == contract.kind and (expectation.column is None or expectation.column in contract.columns)


def _supplied(feed: LoadedFeed, kind: str, expectation: Expectation) -> bool:
    """Of a column that the agency does not supply nothing is expected."""
    records = [record for layout in feed.spec.layouts for record in layout.records if record.kind == kind]
    return expectation.column is None or any(expectation.column in record.supplied() for record in records)


def _past(settings: Settings, feed_id: str, known_at: datetime) -> dict[tuple[str, str], list[float]]:
    table, delivery = t.metric, t.delivery
    newest = (
        sa.select(delivery.c.delivery_id)
        .where(delivery.c.feed_id == feed_id, delivery.c.state == "applied")
        .where(delivery.c.known_at < known_at, delivery.c.known_at >= known_at - timedelta(days=_DAYS))
        .order_by(delivery.c.known_at.desc())
        .limit(MAX_HISTORY)
    ).subquery()
    query = (
        sa.select(table.c.record_kind, table.c.rule, table.c.observed)
        .join(newest, newest.c.delivery_id == table.c.delivery_id)
        .where(table.c.severity == "batch")
    )
    found: dict[tuple[str, str], list[float]] = {}
    with engine(settings).connect() as connection:
        for row in connection.execute(query):
            if row.observed is not None:
                found.setdefault((row.record_kind, row.rule), []).append(row.observed)
    return found


def _row_count(batch: _Batch, e: Expectation) -> _Found:
    """Records against the median of the last 90 days."""
    records = float(batch.parsed.kinds[batch.kind].records)
    usual = batch.usual(e.rule)
    low, high = (float(e.arguments.get(name, 0)) for name in ("min_ratio", "max_ratio"))
    return records, low * usual if usual else None, high * usual if usual and high else None


def _non_null(batch: _Batch, e: Expectation) -> _Found:
    """Share of values that are filled in: a floor of its own, or the most it may lie below its median."""
    share = batch.one(f"select avg(({ident(e.column or '')} is not null)::int) from {batch.accepted}")
    if share is None:
        return None
    usual, drop = batch.usual(e.rule), e.arguments.get("max_drop")
    low = e.arguments.get("min_value", usual - drop if usual is not None and drop is not None else None)
    return float(share), low, e.arguments.get("max_value")


def _unmapped(batch: _Batch, e: Expectation) -> _Found:
    """Share of values outside a list."""
    known = literals([str(value) for value in e.arguments["value_set"]])
    column = ident(e.column or "")
    share = batch.one(f"select avg(({column}::varchar not in ({known}))::int) from {batch.accepted}")
    return (float(share), None, 1 - float(e.arguments.get("mostly", 1))) if share is not None else None


def _freshness(batch: _Batch, e: Expectation) -> _Found:
    """Age of the newest record in days."""
    age = _days_before(batch, f"max({ident(e.column or '')})")
    return (age, None, float(e.arguments["max_age_days"])) if age is not None else None


def _date_drift(batch: _Batch, e: Expectation) -> _Found:
    """Days between the middle record and the delivery, against their own median."""
    column = ident(e.column or "")
    lag = _days_before(batch, f"quantile_disc({column}, 0.5)")
    if lag is None:
        return None
    usual, most = batch.usual(e.rule), float(e.arguments["max_days"])
    return (lag, usual - most, usual + most) if usual is not None else (lag, None, None)


def _days_before(batch: _Batch, moment: str) -> float | None:
    known = literal(batch.known_at.replace(tzinfo=None).isoformat(sep=" "))
    days = batch.one(f"select date_diff('day', ({moment})::timestamp, timestamp {known}) from {batch.accepted}")
    return float(days) if days is not None else None


def _duplicates(batch: _Batch, e: Expectation) -> _Found:
    """Share of rows that only repeat another one."""
    counts = batch.parsed.kinds[batch.kind]
    rows = counts.records + counts.duplicates
    return (counts.duplicates / rows, None, float(e.arguments["max_value"])) if rows else None


def _distribution(batch: _Batch, e: Expectation) -> _Found:
    """Kullback-Leibler divergence (nats) of the column's values from those of the delivery before."""
    before = predecessor(batch.settings, batch.feed.spec.feed_id, batch.known_at) if batch.past else None
    old = load_parsed(batch.settings.home / before.files["parsed"]) if before is not None else None
    if old is None or batch.kind not in old.kinds:
        return None
    column = f"coalesce({ident(e.column or '')}::varchar, '')"
    divergence = batch.one(f"""
        with p as (select {column} as v, count(*) as n from {batch.accepted} group by 1),
        q as (select {column} as v, count(*) as n from {accepted_records(old, batch.kind)} group by 1),
        met as (select coalesce(p.n, 0) + {_SMOOTHING} as p, coalesce(q.n, 0) + {_SMOOTHING} as q
                 from p full join q using (v)),
        shares as (select p / (select sum(p) from met) as p, q / (select sum(q) from met) as q from met)
        select sum(p * ln(p / q)) from shares""")
    return (float(divergence), None, float(e.arguments["threshold"])) if divergence is not None else None


def _referential(batch: _Batch, e: Expectation) -> _Found:
    """Share of references to a record of another kind that the same delivery does not hold."""
    other = str(e.arguments["kind"])
    if other not in batch.parsed.kinds:
        return None
    column = ident(e.column or "")
    target = accepted_records(batch.parsed, other)
    share = batch.one(f"""
        select avg(({column} not in (select {column} from {target} where {column} is not null))::int)
        from {batch.accepted} where {column} is not null""")
    return (float(share), None, float(e.arguments.get("max_value", 0))) if share is not None else None


#: The expectations of severity batch: Great Expectations' name -> (name of the measure, how it is measured).
MEASURES: dict[str, tuple[str, Callable[[_Batch, Expectation], _Found]]] = {
    "expect_table_row_count_to_be_between": ("row_count", _row_count),
    "expect_column_proportion_of_non_null_values_to_be_between": ("null_share", _non_null),
    "expect_column_values_to_be_in_set": ("unmapped_share", _unmapped),
    "expect_column_max_to_be_between": ("freshness", _freshness),
    "expect_column_median_to_be_between": ("date_drift", _date_drift),
    "expect_compound_columns_to_be_unique": ("duplicate_share", _duplicates),
    "expect_column_kl_divergence_to_be_less_than": ("distribution", _distribution),
    "expect_column_values_to_be_in_other_kind": ("referential", _referential),
}
