"""Scoring pairs with a frozen model. Every edge keeps the parts of its weight: they sum to it, and they explain it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from linkage.model import TERM_FREQUENCIES
from linkage.policy import POLICY, Policy
from linkage.train import Model, quiet_splink

if TYPE_CHECKING:
    import duckdb


def score(
    db: duckdb.DuckDBPyConnection, model: Model, features: str, edges: str, new: str | None = None,
    policy: Policy = POLICY,
) -> int:  # fmt: skip
    """Create table ``edges`` (unique_id_l < unique_id_r, match_weight, mw_*, gamma_*) of pairs at the review weight.

    Without ``new`` all pairs of ``features`` are scored, with ``new`` (a table of features) only those that touch it:
    ``features`` then holds the old mentions. Returns the number of pairs kept.
    """
    from splink import Linker
    from splink.internals.duckdb.database_api import DuckDBAPI

    quiet_splink()
    api = DuckDBAPI(db)
    old = api.register(features)
    linker = Linker(old, dict(model.settings), log_level=logging.ERROR, validate_settings=False)
    for column in TERM_FREQUENCIES:
        _register_frequencies(db, api, linker, column, model)
    # A shared number is for people to see whatever speaks against it; so these pairs are kept below the threshold too.
    at = policy.review_weight - policy.seen_below
    options: dict[str, Any] = {"threshold_match_weight": at, "warning_mode": "never"}
    if new is None:
        found = [linker.inference.predict(**options)]
    else:
        fresh = api.register(new)
        found = [
            linker.inference.predict_between(old, fresh, **options),
            linker.inference.predict_within(fresh, **options),
        ]
    parts = " union all by name ".join(f"select * from {frame.physical_name}" for frame in found)
    db.execute(f"create or replace table {edges} as {_ordered(parts, policy)}")
    for frame in found:
        frame.drop_table_from_database_and_remove_from_cache()
    return int(db.execute(f"select count(*) from {edges}").fetchall()[0][0])


def _ordered(parts: str, policy: Policy) -> str:
    """One row per pair, the smaller id on the left (features compare alike in both directions)."""
    return (
        "select least(unique_id_l, unique_id_r) as unique_id_l, greatest(unique_id_l, unique_id_r) as unique_id_r, "
        f"match_weight, columns('^(mw_|gamma_)') from ({parts}) "
        f"where match_weight >= {policy.review_weight} or mw_sid > 0 or mw_fbi > 0"
    )


def _register_frequencies(db: duckdb.DuckDBPyConnection, api: Any, linker: Any, column: str, model: Model) -> None:
    table = f"lk_frequency_{column}"
    path = model.frequencies.get(column)
    source = (
        f"read_parquet('{path}')" if path else f"(select null::varchar as {column}, 0::double as tf_{column} limit 0)"
    )
    db.execute(f"create or replace table {table} as select {column}, tf_{column} from {source}")
    linker.table_management.register_term_frequency_lookup(api.register(table), column)


def prior_weight(model: Model) -> float:
    """The weight before any evidence: log2 of the odds that two random mentions are one person."""
    from math import log2

    share = float(model.settings["probability_two_random_records_match"])
    return log2(share / (1 - share))
