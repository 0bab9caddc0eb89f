"""The public sets are read whole, with the truth that their makers state; the page shows what was measured."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from linkage import evaluate, measure
from linkage.accuracy_page import as_page
from linkage.evaluation_sets import SETS, read

#: Records and true pairs as published.
STATED = {"FEBRL1": (1000, 500), "FEBRL2": (5000, 1934), "FEBRL3": (5000, 6538), "FEBRL4": (10_000, 5000),
          "RLdata500": (500, 50), "RLdata10000": (10_000, 1000)}  # fmt: skip


@pytest.mark.parametrize("name", STATED)
def test_a_public_set_has_its_records_and_pairs(real: Path, name: str) -> None:
    with duckdb.connect() as db:
        read(db, real / "linkage", name, "mention")
        records, keys, columns = db.execute(
            "select count(*), count(distinct mention_key), count(last_name) > 0 and count(birth_date) > 0 from mention"
        ).fetchall()[0]
        pairs = db.execute(
            "select sum(n * (n - 1) / 2) from (select count(*) as n from mention group by person_id)"
        ).fetchall()[0][0]
        assert not set(SETS[name].policy.more.columns) - {r[0] for r in db.execute("describe mention").fetchall()}
    assert (records, int(pairs)) == STATED[name]
    assert keys == records
    assert columns


def graded(truth: str, found: str, people: str) -> evaluate.Graded:
    parts = measure.per_mention(np.array(list(truth)), np.array(list(found)))
    return evaluate.Graded(parts, np.array(["twins"] * len(truth)), np.array([f"us {p}" for p in people]))


def test_seeds_are_pooled_without_mixing_their_people_and_the_page_says_it() -> None:
    said: list[str] = []
    one, two = graded("aabb", "xxyy", "MMFF"), graded("aabb", "xxxx", "MMFF")
    seeds = [{"seed": n, **{g: evaluate.by_group(x, g, said.append) for g in ("linked", "action")}, "worst": []}
             for n, x in enumerate((one, two), start=1)]  # fmt: skip
    pooled = evaluate.by_group(evaluate._pooled([one, two]), "linked", said.append)
    assert (pooled["all"]["people"], pooled["all"]["recall"]) == (4, 1.0)
    assert pooled["all"]["precision"] == pytest.approx(4 / 8)  # one seed 4 of 4 ends, the other 4 of 12
    assert pooled["all"]["false_merged"] == 0.5
    assert pooled["merged_worst_to_best"] == 1.0
    worst = {"weight": 9.2, "action": False, "seed": 2, "people": ["P1", "P2"], "strata": ["twins"], "evidence": "e"}
    page = as_page(
        {
            "mentions": 4,
            "simulated": seeds,
            "pooled": {"linked": pooled, "action": pooled},
            "worst": [worst],
            "public": {},
        }
    )
    assert "| linked | twins | 4 | 0.50000 | 1.00000 |" in page
    assert "| linked | seed 2 | 2 | 0.33333 |" in page
    assert "| 9.2 | no | 2 | P1 and P2 | twins | e |" in page
    assert "falsely merged 1.00" in page
