"""Whatever comes, changes, leaves and is decided in whatever order: every table ends as a full relink makes it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from ingest import link_tables as lt
from ingest.ledger import engine
from linkage import state, store
from linkage.decisions import ANSWERS, Verdict, decide
from linkage.mentions import compare
from linkage.policy import GRADES, POLICY, Policy
from linkage.resolve import resolve
from linkage.review import refresh
from linkage.run import run
from linkage.store import base_model
from settings import Settings
from simulator.mentions import COLUMNS, mention_rows
from support.people_world import crowd, groups, mention, write

Rows = dict[str, dict[str, Any]]
_WHO = ("last_name", "second_last_name", "first_name", "middle_name", "name_suffix", "birth_date", "sid", "fbi_number",
        "local_id", "address")  # fmt: skip
_TRUTH = ("person_id", "stratum", "name_group", "true_sex")


def simulated(seed: int, mentions: int) -> Rows:
    found = {}
    for values in mention_rows(seed, mentions):
        row = {k: v for k, v in zip(COLUMNS, values, strict=True) if k not in _TRUTH}
        key = str(row.pop("mention_key"))
        found[key] = mention(key, **row)
    return found


def shift(rows: Rows, everybody: Rows, rng: random.Random) -> Rows:
    """What the next delivery makes of the mentions: some come, some leave, some are corrected, some are said twice."""
    now = {key: row for key, row in rows.items() if rng.random() > 0.06}
    for key, row in everybody.items():
        if key not in now and rng.random() < 0.3:  # some turn out to be somebody else
            other = everybody[rng.choice(sorted(everybody))] if rng.random() < 0.3 else row
            now[key] = row | {name: other[name] for name in _WHO}
    keys = sorted(now)
    for key in rng.sample(keys, len(keys) // 12):
        other = everybody[rng.choice(sorted(everybody))]
        column = rng.choice(["sid", "local_id", "birth_date", "last_name", "name_suffix", "address", "age"])
        now[key] = now[key] | {column: rng.choice([None, other[column], row_of(everybody, key)[column]])}
    for key in rng.sample(keys, len(keys) // 20):  # a census says it again, under a key before or after the first
        now[f"{rng.choice('az')}{key}"] = now[key] | {"mention_key": f"{rng.choice('az')}{key}"}
    filler = everybody[min(everybody)]["sid"] or "55512345"
    for key in rng.sample(keys, rng.choice([0, 3, 9])):  # one id for many, until the next correction
        now[key] = now[key] | {"sid": filler}
    return {key: row | {"mention_key": key} for key, row in now.items()}


def row_of(everybody: Rows, key: str) -> dict[str, Any]:
    """As it was at first, also of one that was said twice."""
    return everybody[key.lstrip("az")]


def opinions(rows: Rows, before: list[Verdict], rng: random.Random) -> list[Verdict]:
    """Some answers are taken back, others come; some speak of mentions that left."""
    kept = {v.pair: v for v in before if rng.random() > 0.3}
    for _ in range(6):
        low, high = sorted(rng.sample(sorted(rows), 2))
        answer = rng.choice([(("x",), (), ()), (("x", "y"), (), ()), ((), ("x",), ()), (("x",), ("y",), ()),
                             ((), (), ("x",))])  # fmt: skip
        kept[low, high] = Verdict((low, high), *answer)
    return [kept[pair] for pair in sorted(kept)]


def tables(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[Any]]]:
    """Everything that a run keeps, in one order; weights to nine places (sums of floats in another order)."""
    for table in state.TABLES:
        columns = [(row[0], row[1]) for row in db.execute(f"describe state.{table}").fetchall()]
        shown = ", ".join(f"round({name}, 9)" if kind == "DOUBLE" else f'"{name}"' for name, kind in sorted(columns))
        yield table, db.execute(f"select {shown} from state.{table} order by all").fetchall()


def advance(db: duckdb.DuckDBPyConnection, source: str, verdicts: list[Verdict], policy: Policy, anew: bool) -> None:
    compare(db, source, anew)
    resolve(db, base_model(), "mention", verdicts, policy, anew)
    refresh(db, policy, anew)


POLICIES = {
    "usual": POLICY,
    "small blocks": replace(POLICY, largest_block=6),
    "few people per id": replace(POLICY, people_per_id=1, largest_block=20),
}


def walk(
    folder: Path, deliveries: list[Rows], decided: list[list[Verdict]], policy: Policy
) -> Iterator[dict[str, str]]:
    """Advance through the deliveries, each compared with a full relink; gives the linked labels after each."""
    with duckdb.connect(config={"threads": 2}) as db:
        state.in_memory(db)
        for step, (rows, verdicts) in enumerate(zip(deliveries, decided, strict=True)):
            source = write(folder / f"{step}.parquet", list(rows.values()))
            advance(db, source, verdicts, policy, anew=step == 0)
            with duckdb.connect(config={"threads": 2}) as whole:
                state.in_memory(whole)
                advance(whole, source, verdicts, policy, anew=True)
                for (table, found), (_, wanted) in zip(tables(db), tables(whole), strict=True):
                    assert found == wanted, f"{table} in step {step}"
            yield dict(db.execute("select unique_id, linked from state.partition").fetchall())


@pytest.mark.parametrize("name", sorted(POLICIES))
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_every_step_ends_where_a_full_relink_ends(tmp_path: Path, name: str, seed: int) -> None:
    rng = random.Random(seed)
    everybody = simulated(40 + seed, 500)
    deliveries: list[Rows] = [{key: row for key, row in everybody.items() if rng.random() < 0.5}]
    decided: list[list[Verdict]] = [[]]
    for _ in range(4):
        deliveries.append(shift(deliveries[-1], everybody, rng))
        decided.append(opinions(deliveries[-2], decided[-1], rng))
    assert len({len(labels) for labels in walk(tmp_path, deliveries, decided, POLICIES[name])}) > 1


def test_a_son_who_comes_parts_the_ageless_record_from_his_father_until_he_leaves(tmp_path: Path) -> None:
    """Nothing about the ageless record or the father changed: what changed is whom else it fits."""
    name = {"first_name": "Terrence", "last_name": "Okafor", "middle_name": "Lee", "sex": "M", "address": "12 Cedar St"}
    others = {row["mention_key"]: row for row in crowd()}
    father = (
        others | {k: mention(k, **name, birth_date="1991-04-17") for k in ("a1", "a2")} | {"w": mention("w", **name)}
    )
    with_son = father | {"b1": mention("b1", **name, birth_date="2012-02-03")}
    labels = walk(tmp_path, [father, with_son, father], [[], [], []], POLICY)
    for parted in (False, True, False):
        assert (lambda now: (now["a1"] == now["a2"], now["w"] != now["a1"]))(next(labels)) == (True, parted)


def held(settings: Settings, grade: str) -> dict[str, str]:
    """Person by mention as the ledger holds it now; each mention stands there once."""
    member = lt.person_membership.c
    query = sa.select(member.mention_key, member.person_key).where(member.grade == grade, member.valid_to.is_(None))
    with engine(settings).connect() as connection:
        rows = connection.execute(query).tuples().all()
    assert len({mention for mention, _ in rows}) == len(rows)
    return dict(rows)


def labels(settings: Settings, grade: str) -> dict[str, str]:
    last = store.last_run(settings)
    assert last is not None
    with last.open() as db:
        return dict(db.execute(f"select unique_id, {grade} from partition").fetchall())


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_the_ledger_bears_what_the_partition_says_and_people_keep_their_keys(tmp_path: Path, seed: int) -> None:
    """Through deliveries, withdrawals and returns, decisions and full relinks: one person a cluster, one cluster a
    person, and whoever is the same cluster as before is the same person."""
    rng, day = random.Random(100 + seed), datetime(2026, 1, 1, tzinfo=UTC)
    everybody = simulated(60 + seed, 300)
    rows: Rows = {key: row for key, row in everybody.items() if rng.random() < 0.6}
    before: dict[str, dict[frozenset[str], str]] = {grade: {} for grade in GRADES}
    for step in range(7):
        settings = Settings(home=tmp_path / "home", clock=day + timedelta(days=step))
        run(settings, full=step == 4, source=write(tmp_path / f"{step}.parquet", list(rows.values())))
        for grade in GRADES:
            people, clusters = held(settings, grade), labels(settings, grade)
            now = {members: people[min(members)] for members in groups(clusters)}
            assert groups(people) == groups(clusters)
            assert all(now[members] == key for members, key in before[grade].items() if members in now)
            before[grade] = now
        known = sorted(labels(settings, "linked"))
        for _ in range(4):
            low, high = rng.sample(known, 2)
            decide(settings, low, high, rng.choice(ANSWERS), rng.choice(["Ines", "Omar"]), "prints")
        rows = shift(rows, everybody, rng)
    with engine(settings).connect() as connection:
        retired = set(
            connection.execute(sa.select(lt.person.c.person_key).where(lt.person.c.status == "retired")).scalars()
        )
    assert retired
    assert not retired & {*held(settings, "linked").values(), *held(settings, "action").values()}


def test_who_was_joined_by_people_is_joined_again_when_they_come_back(tmp_path: Path) -> None:
    """No edge leads from whoever came back to the other one, of whom nothing changed."""
    others = {row["mention_key"]: row for row in crowd()}
    one = mention("a", first_name="Terrence", last_name="Okafor", birth_date="1991-04-17", sid="77120001")
    two = mention("b", first_name="Wilma", last_name="Zander", birth_date="1950-01-09", sid="99887766")
    both = others | {"a": one, "b": two}
    said = [Verdict(("a", "b"), ("x", "y"), (), ())]
    for left in ("a", "b"):
        without = {key: row for key, row in both.items() if key != left}
        labels = list(walk(tmp_path, [both, without, both], [said] * 3, POLICY))
        assert [now.get("a") == now.get("b") for now in labels] == [True, False, True]
