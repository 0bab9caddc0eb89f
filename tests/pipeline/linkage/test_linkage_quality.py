"""Fifty thousand simulated mentions with the model that comes with the project: what must hold at this size."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from linkage import evaluate, measure, state
from linkage.resolve import resolve
from linkage.store import base_model


def test_fifty_thousand_mentions(tmp_path: Path) -> None:
    with duckdb.connect(config={"threads": 2}) as db:
        state.in_memory(db)
        evaluate.load_simulated(db, tmp_path, 11, 50_000)
        resolve(db, base_model(), "mention")
        frame = db.execute(
            "select m.person_id, m.stratum, p.linked, p.action from mention as m join state.partition as p "
            "on p.unique_id = m.mention_key order by m.mention_key"
        ).fetchnumpy()
        two_numbers = db.execute(
            "select count(*) from (select p.linked, f.area from state.partition as p join state.used as u "
            "using (unique_id) join state.feature as f using (unique_id) where u.sid is not null group by all "
            "having count(distinct u.sid) > 1)"
        ).fetchall()[0][0]
    linked = measure.per_mention(frame["person_id"], frame["linked"])
    action = measure.per_mention(frame["person_id"], frame["action"])
    assert measure.summarize(linked).precision >= 0.9995
    assert measure.summarize(linked).recall >= 0.98
    assert measure.summarize(linked).false_merged <= 0.001
    assert measure.summarize(action).false_merged <= 0.0005
    assert measure.summarize(linked, np.asarray(frame["stratum"] == "twins")).false_merged <= 0.01
    assert two_numbers == 0, "no cluster holds two state numbers of one state"
