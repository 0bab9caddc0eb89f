"""``nnsc link evaluate``: linkage against known truth, by stratum, name group and sex."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linkage import measure, state
from linkage.model import level_cases, level_words, pair_columns
from linkage.policy import GRADES, POLICY, Policy

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from linkage.train import Model

Say = Callable[[str], None]
STRATA = ("ordinary", "juniors", "twins", "families")
#: Seeds of the simulated populations that are measured; the model is trained on another one.
TRAINING_SEED, FIRST_SEED = 500, 1
_NOTE = "Simulated truth: accuracy is an upper bound for real agencies."


def evaluate(
    mentions: int, seeds: int, real: Path | None, out: Path | None, say: Say, page: Path | None = None
) -> dict[str, Any]:
    """Measure on ``seeds`` simulated populations and on the public sets under ``real``; returns all figures.

    ``out`` takes them as JSON, ``page`` as a page to read.
    """
    found: dict[str, Any] = {"note": _NOTE, "mentions": mentions, "simulated": [], "public": {}}
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        if mentions:
            model = _model(folder, mentions)
            say(f"Model {model.version}, trained on seed {TRAINING_SEED}; {_NOTE}")
            runs = [simulated(folder, model, FIRST_SEED + number, mentions, say) for number in range(seeds)]
            found["simulated"] = [figures for figures, _ in runs]
            say(f"\n{seeds} seeds together")
            found["pooled"] = {
                grade: by_group(_pooled([graded[grade] for _, graded in runs]), grade, say) for grade in GRADES
            }
            lines = [line for figures, _ in runs for line in figures["worst"]]
            found["worst"] = sorted(lines, key=lambda line: -line["weight"])[:10]
        if real:
            found["public"] = public(folder, real, say)
    if out:
        out.write_text(json.dumps(found, indent=1, sort_keys=True))
    if page:
        from linkage.accuracy_page import as_page

        page.write_text(as_page(found), encoding="utf-8")
    return found


def _connect() -> duckdb.DuckDBPyConnection:
    import duckdb

    db = duckdb.connect(config={"threads": 2, "memory_limit": "6GB"})
    db.execute("set enable_progress_bar = false")
    state.in_memory(db)
    return db


def load_simulated(db: duckdb.DuckDBPyConnection, folder: Path, seed: int, mentions: int) -> None:
    """Create table ``mention`` with a simulated population and its truth."""
    from simulator.mentions import write_mentions

    path = folder / f"{seed}.csv"
    write_mentions(path, seed, mentions)
    db.execute(
        "create or replace table mention as select * replace (birth_date::date as birth_date, age::int as age, "
        f"seen_on::date as seen_on) from read_csv('{path}', all_varchar = true)"
    )
    path.unlink()


def train_on(
    db: duckdb.DuckDBPyConnection, folder: Path, least: int = 2000, policy: Policy = POLICY, before: Model | None = None
) -> Model:
    """A model of the table ``mention``; see :func:`linkage.train.train`."""
    from linkage import blocks, features, fillers
    from linkage.train import train

    features.build(db, "mention", "feature_used", policy)
    fillers.blank(db, "feature_used", policy)
    blocks.add(db, "feature_used", policy)
    return train(db, "feature_used", folder / "models", policy, least, before)


def _model(folder: Path, mentions: int) -> Model:
    with _connect() as db:
        load_simulated(db, folder, TRAINING_SEED, min(mentions, 200_000))
        return train_on(db, folder)


def simulated(
    folder: Path, model: Model, seed: int, mentions: int, say: Say
) -> tuple[dict[str, Any], dict[str, Graded]]:
    """Figures of one simulated population at both grades, and what they come from."""
    import time

    from linkage.resolve import resolve

    with _connect() as db:
        load_simulated(db, folder, seed, mentions)
        start = time.monotonic()
        resolve(db, model, "mention")
        seconds = time.monotonic() - start
        say(f"\nSeed {seed}: linked in {seconds:.0f} s")
        graded = {grade: _graded(db, grade) for grade in GRADES}
        found: dict[str, Any] = {"seed": seed, "seconds": seconds}
        found |= {grade: by_group(graded[grade], grade, say) for grade in GRADES}
        found["worst"] = [{"seed": seed, **line} for line in worst(db, model)]
        for line in found["worst"]:
            say(f"  false merge at {line['weight']:.1f} ({', '.join(line['strata'])}): {line['evidence']}")
    return found, graded


@dataclass(frozen=True)
class Graded:
    """Per mention of one or several populations what :func:`measure.per_mention` says, its stratum and people."""

    parts: dict[str, NDArray[Any]]
    stratum: NDArray[Any]
    people: NDArray[Any]


def _graded(db: duckdb.DuckDBPyConnection, grade: str) -> Graded:
    """A mention that nothing tells the person of is alone."""
    frame = db.execute(
        f"select m.person_id, m.stratum, m.name_group || ' ' || m.true_sex as people, "
        f"coalesce(p.{grade}::varchar, m.mention_key) as label "
        "from mention as m left join state.partition as p on p.unique_id = m.mention_key order by m.mention_key"
    ).fetchnumpy()
    parts = measure.per_mention(np.asarray(frame["person_id"]), np.asarray(frame["label"]))
    return Graded(parts, np.asarray(frame["stratum"]), np.asarray(frame["people"]))


def _pooled(given: list[Graded]) -> Graded:
    """Several populations as one; people of different ones are different."""
    parts = {name: np.concatenate([g.parts[name] for g in given]) for name in ("person", "cluster", "both")}
    before = np.cumsum([0, *(int(g.parts["code"].max()) + 1 for g in given)])
    parts["code"] = np.concatenate([g.parts["code"] + start for g, start in zip(given, before[:-1], strict=True)])
    return Graded(parts, np.concatenate([g.stratum for g in given]), np.concatenate([g.people for g in given]))


def by_group(given: Graded, grade: str, say: Say) -> dict[str, Any]:
    """Figures of everybody, of each stratum, and of each name group and sex with 95% intervals."""
    parts = given.parts
    found: dict[str, Any] = {"all": measure.summarize(parts).as_dict()}
    say(_line(grade, "all", found["all"]))
    for stratum in STRATA:
        found[stratum] = measure.summarize(parts, given.stratum == stratum).as_dict()
        say(_line(grade, stratum, found[stratum]))
    groups = {}
    for group in sorted(set(given.people)):
        where = given.people == group
        groups[group] = measure.summarize(parts, where).as_dict() | {"interval": measure.bootstrap(parts, where)}
        low, high = groups[group]["interval"]["recall"]
        say(_line(grade, group, groups[group]) + f"  recall 95% {low:.4f} to {high:.4f}")
    found["groups"] = groups
    found["missed_worst_to_best"] = _worst_to_best([1 - g["recall"] for g in groups.values()])
    found["merged_worst_to_best"] = _worst_to_best([g["false_merged"] for g in groups.values()])
    say(f"  {grade} worst group to best: missed pairs {found['missed_worst_to_best']}, "
        f"falsely merged {found['merged_worst_to_best']}")  # fmt: skip
    return found


def _worst_to_best(shares: list[float]) -> float | None:
    """None where the best group has no error at all."""
    return max(shares) / min(shares) if min(shares) > 0 else None


def _line(grade: str, name: str, q: dict[str, Any]) -> str:
    return (
        f"  {grade:6} {name:12} precision {q['precision']:.5f} recall {q['recall']:.5f} "
        f"B3 {q['bcubed_precision']:.5f}/"
        f"{q['bcubed_recall']:.5f} falsely merged {q['false_merged']:.3%} split {q['split']:.3%} "
        f"({q['people']:,} people)"
    )


def worst(db: duckdb.DuckDBPyConnection, model: Model, count: int = 10) -> list[dict[str, Any]]:
    """Of each two people that the linked grade holds together the strongest edge, explained without names."""
    cases, words = level_cases(model.settings), level_words(model.settings)
    columns = [row[0] for row in db.execute("describe state.feature").fetchall()]
    chosen = ", ".join(f"{case} as {name}" for name, case in cases.items())
    rows = db.execute(
        f"with pair as (select {pair_columns(columns)}, e.match_weight, a.stratum as one, b.stratum as other, "
        "a.person_id as p1, b.person_id as p2, p.action = q.action as acted "
        "from state.edge as e join state.feature as l on l.unique_id = e.unique_id_l join state.feature as r "
        "on r.unique_id = e.unique_id_r join mention as a on a.mention_key = e.unique_id_l join mention as b "
        "on b.mention_key = e.unique_id_r join state.partition as p on p.unique_id = e.unique_id_l "
        "join state.partition as q on q.unique_id = e.unique_id_r where p.linked = q.linked and a.person_id <> "
        "b.person_id and e.veto is null) "
        f"select match_weight, one, other, p1, p2, acted, {chosen} from pair qualify row_number() over (partition by "
        "least(p1, p2), greatest(p1, p2) order by match_weight desc, unique_id_l, unique_id_r) = 1 "
        f"order by match_weight desc, p1, p2 limit {count}"
    ).fetchall()
    found = []
    for weight, one, other, p1, p2, acted, *levels in rows:
        said = [f"{name}: {words[name, v]}" for name, v in zip(cases, levels, strict=True) if v != -1]
        found.append(
            {"weight": float(weight), "strata": sorted({one, other}), "people": sorted((p1, p2)),
             "action": bool(acted), "evidence": "; ".join(said)}
        )  # fmt: skip
    return found


def public(folder: Path, real: Path, say: Say) -> dict[str, Any]:
    """Figures of each public set: trained on itself without its truth, thresholds as in production."""
    from linkage import evaluation_sets as sets
    from linkage.resolve import resolve
    from linkage.store import base_model

    found = {}
    for name, given in sets.SETS.items():
        with _connect() as db:
            sets.read(db, real, name, "mention")
            model = train_on(db, folder, 100, given.policy, base_model())
            resolve(db, model, "mention", policy=given.policy)
            found[name] = _of_set(db, "linked").as_dict()
            _without_rules(db, given.policy)
            found[name]["f1_without_rules"] = _of_set(db, "scored").f1
            say(f"  {_line('linked', name, found[name])} F1 {found[name]['f1']:.4f}, "
                f"without rules {found[name]['f1_without_rules']:.4f}")  # fmt: skip
    return found


def _of_set(db: duckdb.DuckDBPyConnection, label: str) -> measure.Quality:
    """Who cannot be anybody is alone."""
    frame = db.execute(
        f"select m.person_id, coalesce(p.{label}::varchar, m.mention_key) as label from mention as m left join "
        "state.partition as p on p.unique_id = m.mention_key order by m.mention_key"
    ).fetchnumpy()
    return measure.quality(np.asarray(frame["person_id"]), np.asarray(frame["label"]))


def _without_rules(db: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """``state.partition.scored``: connected components of the weights alone, to see what vetoes and clustering cost."""
    import igraph
    import pyarrow as pa

    keys = [row[0] for row in db.execute("select unique_id from state.partition order by 1").fetchall()]
    kept = db.execute(
        f"select unique_id_l, unique_id_r from state.edge where match_weight >= {policy.linked_weight}"
    ).fetchall()
    graph = igraph.Graph()
    graph.add_vertices(keys)
    graph.add_edges(kept)
    labels = pa.table({"unique_id": keys, "scored": graph.connected_components().membership})
    db.register("lk_arrow", labels)
    db.execute(
        "create or replace table state.partition as select p.*, scored from state.partition as p "
        "join lk_arrow using (unique_id)"
    )
    db.unregister("lk_arrow")
