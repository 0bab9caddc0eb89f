"""A feed's state in layers holds what a plain dictionary holds, in few layers and without rewriting itself each time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingest.state import KindState, Layer, load_state, meet_state, next_state

DELIVERIES, NEWS, KEYS = 70, 20, 1_000


def _outcome(connection: duckdb.DuckDBPyConnection, changes: dict[str, str | None]) -> None:
    """What a delivery changes: a key gets a content, or ``None`` and goes."""
    rows = [
        (key.encode(), f"record-{key}", (content or "").encode(), content is None) for key, content in changes.items()
    ]
    connection.execute("""create or replace temp table outcome (
        key_hash blob, slot integer, record_key varchar, content blob, accepted blob, ok boolean, row_number bigint,
        pending boolean, raw blob, window_value varchar, old_window varchar, gone boolean)""")
    connection.executemany(
        "insert into outcome select ?, 0, ?, ?, null, not ?, 1, false, null, null, null, ?",
        [(key, name, content, gone, gone) for key, name, content, gone in rows],
    )


def _run(
    home: Path, deliveries: int, seed: int, searched: Callable[[int], bool] = bool, name: str = "key-"
) -> tuple[list[KindState], list[dict[str, str]], int]:
    """Deliveries of news, corrections and withdrawals: the states and the dictionaries after each, and rows written.

    ``searched`` says of a delivery whether its layer gets a file of keys; ``name`` is how all keys begin.
    """
    draw, truth, state = random.Random(seed), dict[str, str](), KindState(key="k")
    states, truths, written = [], [], 0
    with duckdb.connect() as connection:
        for number in range(deliveries):
            changes: dict[str, str | None] = {
                f"{name}{draw.randrange(KEYS)}": draw.choice([f"content-{number}", f"content-{number}", None])
                for _ in range(NEWS)
            }
            changes = {key: content for key, content in changes.items() if content is not None or key in truth}
            truth = {key: content for key, content in (truth | changes).items() if content is not None}
            folder = home / str(number)
            folder.mkdir()
            load_state(connection, home, state)
            _outcome(connection, changes)
            before, state = (
                state,
                next_state(connection, home, state, folder, Path(str(number)), "arrest", "k", False, searched(number)),
            )
            written += state.layers[-1].rows if state != before else 0
            states.append(state)
            truths.append(truth)
    return states, truths, written


def _held(home: Path, state: KindState) -> dict[str, str]:
    with duckdb.connect() as connection:
        load_state(connection, home, state)
        rows = connection.execute("select key_hash, accepted from old").fetchall()
    assert len(rows) == len({key for key, _ in rows})
    return {bytes(key).decode(): bytes(content).decode() for key, content in rows}


def test_every_state_is_what_a_dictionary_says_in_few_layers(tmp_path: Path) -> None:
    states, truths, written = _run(tmp_path, DELIVERIES, seed=1)
    for number in [*range(0, DELIVERIES, 9), DELIVERIES - 1]:
        assert _held(tmp_path, states[number]) == truths[number], number
    assert max(len(state.layers) for state in states) <= 12 + math.log2(KEYS)
    assert written <= DELIVERIES * NEWS * (2 + math.log2(len(truths[-1]) / NEWS))


def test_news_of_a_long_state_rewrite_little_of_it(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"""copy (
            select ('old-' || i)::blob as key_hash, 0 as slot, 'r' as record_key, 'c'::blob as accepted,
                false as pending, null::blob as raw, null::varchar as window_value, false as gone
            from range(50000) t(i)) to '{tmp_path}/base.parquet' (format parquet)""")
        state, written = KindState((Layer("base.parquet", 50_000),), "k"), 0
        for number in range(40):
            (tmp_path / str(number)).mkdir()
            load_state(connection, tmp_path, state)
            _outcome(connection, {f"new-{number}-{i}": "content" for i in range(NEWS)})
            state = next_state(
                connection, tmp_path, state, tmp_path / str(number), Path(str(number)), "arrest", "k", False
            )
            written += state.layers[-1].rows
        assert state.layers[0].path == "base.parquet"
        assert written <= 40 * NEWS * 4
        load_state(connection, tmp_path, state)
        assert connection.execute("select count(*) from old").fetchall() == [(50_000 + 40 * NEWS,)]


@pytest.mark.parametrize("name", ["key-", "all keys begin like this "])
@pytest.mark.parametrize("searched", [lambda n: False, lambda n: True, lambda n: n >= 10], ids=["no", "all", "later"])
def test_a_delivery_in_mode_append_meets_the_records_that_it_names(
    tmp_path: Path, searched: Callable[[int], bool], name: str
) -> None:
    states, truths, _ = _run(tmp_path, 20, 3, searched, name)
    assert len(states[-1].layers) > 2
    known = sorted(truths[-1])[:5]
    gone = sorted({key for truth in truths for key in truth} - truths[-1].keys())[:5]
    unknown = [f"{name}{KEYS + number}" for number in range(5)]
    assert len(gone) == 5
    with duckdb.connect() as connection:
        for names, expected in (([*known, *unknown, *gone], known), (gone, []), (unknown, []), ([], [])):
            connection.execute("create or replace temp table new (key_hash blob)")
            connection.execute("insert into new select unnest(?::blob[])", [[name.encode() for name in names]])
            meet_state(connection, tmp_path, states[-1])
            met = connection.execute("select key_hash, accepted from touched order by 1").fetchall()
            assert {bytes(k).decode(): bytes(c).decode() for k, c in met} == {k: truths[-1][k] for k in expected}


def test_only_layers_that_hold_a_key_are_read(tmp_path: Path) -> None:
    states, truths, _ = _run(tmp_path, 20, 3, lambda n: True)
    layers = states[-1].layers
    with duckdb.connect() as connection:
        key = next(iter(truths[-1])).encode()
        read = f"select count(*) from read_parquet(?) where key_hash = '{key.decode()}'::blob"
        holding = {
            layer.path for layer in layers if connection.execute(read, [str(tmp_path / layer.path)]).fetchone() != (0,)
        }
        for layer in layers:
            if layer.path not in holding:
                (tmp_path / layer.path).unlink()
        assert 0 < len(holding) < len(layers)
        connection.execute("create temp table new as select ?::blob as key_hash", [key])
        meet_state(connection, tmp_path, states[-1])
        assert connection.execute("select count(*) from touched").fetchall() == [(1,)]
