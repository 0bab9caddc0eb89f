"""Training: unsupervised, its parameters audited and clamped, frozen as a versioned model."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage.errors import LinkageError, TooFewMentions
from linkage.model import TERM_FREQUENCIES, level_cases, pair_columns, splink_settings
from linkage.policy import POLICY, Policy
from linkage.state import one_thread

if TYPE_CHECKING:
    import duckdb

_SEED = 20240101
_LEAST_FREE = 3
#: How often each level (as gamma value) of each comparison is seen; m and u by comparison and level.
Seen = dict[tuple[str, int], int]
Levels = dict[tuple[str, str], tuple[float, float]]
#: With fewer mentions than this the model that comes with linkage serves better: trained on the 3,400 of the demo, the
#: action grade found 72% of the true pairs instead of 95%, because half of the levels were hardly seen.
LEAST_MENTIONS = 20_000


@dataclass(frozen=True)
class Model:
    """A frozen model: Splink's settings with trained parameters, and where its term frequencies lie."""

    version: str
    settings: dict[str, Any]
    frequencies: dict[str, Path]
    alerts: list[str] = field(default_factory=list)


def train(
    db: duckdb.DuckDBPyConnection, features: str, folder: Path, policy: Policy = POLICY, least: int = LEAST_MENTIONS,
    before: Model | None = None,
) -> Model:  # fmt: skip
    """Learn the parameters from ``features`` (with blocks) and write ``<folder>/<version>/``.

    What is never seen keeps the weight of the model ``before``. The version is a hash of parameters and frequencies:
    the same data gives the same version.

    Raises:
        TooFewMentions: there is too little to learn from.
    """
    from splink import Linker
    from splink.internals.duckdb.database_api import DuckDBAPI

    count = int(db.execute(f"select count(*) from {features}").fetchall()[0][0])
    if count < least:
        raise TooFewMentions(
            f"{count} mentions are too few to train on ({least} at least): the model in use stays. "
            "Ingest more feeds with names, run `nnsc build`, and train again."
        )
    quiet_splink()
    with one_thread(db):
        linker = Linker(DuckDBAPI(db).register(features), splink_settings(policy), log_level=logging.ERROR)
        _prior(linker, policy)
        linker.training.estimate_u_using_random_sampling(max_pairs=policy.training_pairs, seed=_SEED)
        rules = _training_rules(db, features, policy)
        seen = [_observations(db, features, splink_settings(policy), rule) for rule in rules]
        learnt = [_learn(linker, rule, levels, policy) for rule, levels in zip(rules, seen, strict=True)]
    failed = [failure for failure in learnt if failure]
    settings = linker.misc.save_model_to_json()
    alerts = audit(settings, seen[0], policy, _levels(before))
    return _freeze(db, features, folder, settings, failed + alerts)


def _learn(linker: Any, rule: str, seen: Seen, policy: Policy) -> str | None:
    """Learn within a block; returns what to tell where its pairs cannot teach.

    Two classes of pairs are told apart from three comparisons on (a latent class model is not identified with fewer):
    those that are recorded for enough of the block's pairs and differ among them.
    """
    total = max((sum(n for (c, _), n in seen.items() if c == name) for name in {c for c, _ in seen}), default=0)
    free = []
    for name in sorted({c for c, _ in seen}):
        levels = [n for (c, value), n in seen.items() if c == name and value >= 0]
        if len(levels) > 1 and sum(levels) >= policy.least_recorded * total:
            free.append(name)
    if len(free) < _LEAST_FREE:
        return f"nothing was learnt where {rule}: only {', '.join(free) or 'nothing'} can be compared there"
    linker.training.estimate_parameters_using_expectation_maximisation(
        rule, estimate_without_term_frequencies=True, max_pairs=policy.training_pairs
    )
    return None


def _training_rules(db: duckdb.DuckDBPyConnection, features: str, policy: Policy) -> list[str]:
    """Blocks to learn in: what a rule compares it cannot teach, so each comparison is free in one of them at least.

    By an id that enough pairs share everything else is learnt; where agencies give none, names are learnt by birth
    date and birth dates by name.
    """
    # Splink leaves out the comparisons that name a column of the rule: "dob" stands for the birth date's.
    rules: list[tuple[str, ...]] = [("dob", "dob_sure"), ("first_canon", "last_main")]
    for name in ("sid", "fbi", "local"):
        shared = db.execute(
            f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from {features} "
            f"where {name} is not null group by {name})"
        ).fetchall()[0][0]
        if shared >= policy.least_observations:
            rules = [(name,), ("dob", "dob_sure", "last_main")]
            break
    return [_equal(rule) for rule in rules]


def _levels(model: Model | None) -> Levels:
    """m and u by comparison and level of a model."""
    if model is None:
        return {}
    return {
        (comparison["output_column_name"], level["label_for_charts"]): (level["m_probability"], level["u_probability"])
        for comparison in model.settings["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    }


def quiet_splink() -> None:
    """Splink reports every step; what matters is in the audit."""
    logging.getLogger("splink").setLevel(logging.ERROR)


def _prior(linker: Any, policy: Policy) -> None:
    certain = [("sid",), ("fbi",), ("local",), ("first", "last", "dob_sure"), *policy.more.certain]
    linker.training.estimate_probability_two_random_records_match(
        [_equal(rule) for rule in certain], recall=policy.deterministic_recall
    )
    if not linker.misc.save_model_to_json()["probability_two_random_records_match"] > 0:
        raise TooFewMentions("No two mentions agree in an id, or in name and birth date: there is nothing to learn.")


def _equal(columns: Iterable[str]) -> str:
    return " and ".join(f'l."{column}" = r."{column}"' for column in columns)


def _observations(db: duckdb.DuckDBPyConnection, features: str, settings: dict[str, Any], rule: str) -> Seen:
    """How often each level is seen among the pairs of a training block."""
    cases = [f"{case} as gamma_{name}" for name, case in level_cases(settings).items()]
    names = list(level_cases(settings))
    columns = [r[0] for r in db.execute(f"describe {features}").fetchall() if not r[0].startswith("block_")]
    sides = pair_columns(columns)
    db.execute(
        f"create or replace temp table lk_seen as select {', '.join(cases)} from (select {sides} from {features} as l "
        f"join {features} as r on {rule} and l.unique_id < r.unique_id limit 500000)"
    )
    seen = {
        (name, int(value)): int(count)
        for name in names
        for value, count in db.execute(f"select gamma_{name}, count(*) from lk_seen group by 1").fetchall()
    }
    db.execute("drop table lk_seen")
    return seen


def audit(settings: dict[str, Any], seen: Seen, policy: Policy = POLICY, before: Levels | None = None) -> list[str]:
    """Clamp the parameters in place; returns what a person should know about them.

    A weight is log2(m / u); a clamp changes m, so that weights stay what Splink computes from the stored settings.
    """
    from math import log2

    alerts = []
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        real = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for value, level in zip(range(len(real) - 1, -1, -1), real, strict=True):
            label, fixed = f"{name}: {level['label_for_charts']}", level.get("fix_m_probability")
            count = seen.get((name, value), 0)
            if level.get("m_probability") is None or level.get("u_probability") is None:
                _fill(level, name, value, policy, before or {})
                alerts.append(f"{label}: never seen in training")
            elif count < policy.least_observations and not fixed:
                alerts.append(f"{label}: seen {count} times among likely pairs")
            m, u = float(level["m_probability"]), float(level["u_probability"])
            m, u = max(m, 1e-12), max(u, 1e-12)
            weight = log2(m / u)
            low, high = policy.clamps.get(name, -99.0), policy.ceilings.get(name, 99.0)
            if not low <= weight <= high:
                held = min(max(weight, low), high)
                # m may not pass 1 (Splink caps it): lower u for gains, m for losses
                level["m_probability"], level["u_probability"] = _at(m, u, held)
                alerts.append(f"{label}: weight {weight:.1f} clamped to {held:.1f}")
    return alerts


def _fill(level: dict[str, Any], name: str, value: int, policy: Policy, before: Levels) -> None:
    """What was never seen: how often it occurs within a person as known before, by chance as found here; else no
    evidence either way, which is the weight 0, and a conflict weighs what its clamp allows."""
    m, u = before.get((name, level["label_for_charts"]), (None, 0.5 if value == 0 else 1e-4))
    chance = level.get("u_probability")
    level["u_probability"] = u if chance is None else chance
    held = policy.clamps.get(name, 0.0) if value == 0 else 0.0
    level["m_probability"] = level["u_probability"] * 2**held if m is None else m


def _at(m: float, u: float, weight: float) -> tuple[float, float]:
    """m and u with ``log2(m / u) == weight``, the one that is nearer 1 kept."""
    return (m, m / 2**weight) if m >= u else (u * 2**weight, u)


def _freeze(
    db: duckdb.DuckDBPyConnection, features: str, folder: Path, settings: dict[str, Any], alerts: list[str]
) -> Model:
    settings = {k: v for k, v in settings.items() if k != "linker_uid"}
    tables = {
        column: db.execute(
            f"select {column} as value, count(*)::double / (select count({column}) from {features}) as share "
            f"from {features} where {column} is not null group by 1 having count(*) > 1 order by 1"
        ).fetchall()
        for column in TERM_FREQUENCIES
    }
    digest = hashlib.sha256(json.dumps([settings, tables], sort_keys=True, default=str).encode()).hexdigest()[:12]
    target = folder / digest
    target.mkdir(parents=True, exist_ok=True)
    for column in TERM_FREQUENCIES:
        path = target / f"frequency_{column}.parquet"
        db.execute(
            f"copy (select {column}, count(*)::double / (select count({column}) from {features}) as tf_{column} "
            f"from {features} where {column} is not null group by 1 having count(*) > 1 order by 1) "
            f"to '{path}' (format parquet)"
        )
    (target / "audit.json").write_text(json.dumps(alerts, indent=1))
    (target / "model.json").write_text(json.dumps(settings, indent=1, sort_keys=True))
    return load_model(target)


def load_model(folder: Path) -> Model:
    """A frozen model from its folder.

    Raises:
        LinkageError: there is none.
    """
    file = folder / "model.json"
    if not file.is_file():
        raise LinkageError(f"There is no linkage model in {folder}; run `nnsc link train`.")
    frequencies = {c: path for c in TERM_FREQUENCIES if (path := folder / f"frequency_{c}.parquet").is_file()}
    alerts = json.loads((folder / "audit.json").read_text()) if (folder / "audit.json").is_file() else []
    return Model(folder.name, json.loads(file.read_text()), frequencies, alerts)
