"""Runs of linkage on a real ledger: keys that stay, decisions that last, batches that end where a full relink ends."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from governance.errors import WrongDecision
from ingest import link_tables as lt
from ingest.ledger import engine
from linkage import api, explain, run, store
from linkage.decisions import decide
from linkage.errors import LinkageError
from linkage.policy import POLICY, Policy
from linkage.score import prior_weight
from settings import Settings
from simulator.mentions import COLUMNS, mention_rows
from support.people_world import crowd, groups, mention, write

START = datetime(2026, 1, 1, tzinfo=UTC)


class World:
    """A home whose clock moves one day with each run."""

    def __init__(self, home: Path) -> None:
        self.home, self.day, self.numbers = home, 0, count(1)

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, clock=START + timedelta(days=self.day))

    def link(self, rows: list[dict[str, Any]], full: bool = False, policy: Policy = POLICY) -> run.LinkResult:
        """Link these mentions on the next day, with numbered keys."""
        self.day += 1
        source = write(self.home / f"mentions{self.day}.parquet", rows)
        return run.run(self.settings, full, lambda: f"{next(self.numbers):032x}", policy, source=source)

    def people(self, grade: str = "linked", at: datetime | None = None) -> dict[str, str]:
        """Person by mention as held at an instant (now unless told)."""
        at = at or self.settings.now()
        m = lt.person_membership.c
        held = sa.and_(m.grade == grade, m.valid_from <= at, sa.or_(m.valid_to.is_(None), m.valid_to > at))
        with engine(self.settings).connect() as connection:
            return {
                r.mention_key: r.person_key for r in connection.execute(sa.select(lt.person_membership).where(held))
            }

    def events(self) -> list[Any]:
        with engine(self.settings).connect() as connection:
            return list(connection.execute(sa.select(lt.person_event).order_by(lt.person_event.c.event_id)))

    def row(self, key: str) -> Any:
        with engine(self.settings).connect() as connection:
            return connection.execute(sa.select(lt.person).where(lt.person.c.person_key == key)).one()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def simulated(seed: int, mentions: int) -> list[dict[str, Any]]:
    rows = []
    for values in mention_rows(seed, mentions):
        row = {
            k: v
            for k, v in zip(COLUMNS, values, strict=True)
            if k not in ("person_id", "stratum", "name_group", "true_sex")
        }
        rows.append(mention(str(row.pop("mention_key")), **row))
    return rows


def sets(people: dict[str, str]) -> set[frozenset[str]]:
    codes = {key: number for number, key in enumerate(sorted(set(people.values())))}
    return groups({mention: codes[key] for mention, key in people.items()})


def test_a_second_run_changes_nothing(world: World) -> None:
    rows = simulated(3, 600)
    first = world.link(rows)
    before = world.people()
    again = world.link(rows)
    assert first.is_full
    assert first.changed
    assert (again.is_full, again.new_or_changed, again.changed) == (False, 0, False)
    assert world.people() == before
    assert world.link(rows, full=True).changed is False


def edges(world: World) -> set[tuple[str, str, float]]:
    """The pairs that the last run kept, with their weights."""
    last = store.last_run(world.settings)
    assert last is not None
    with last.open() as db:
        kept = db.execute("select unique_id_l, unique_id_r, round(match_weight, 6) from edge")
        return set(kept.fetchall())


@pytest.mark.parametrize(("seed", "policy"), [(1, POLICY), (2, replace(POLICY, largest_block=5))])
def test_any_order_of_batches_ends_where_a_full_relink_ends(tmp_path: Path, seed: int, policy: Policy) -> None:
    """Also where blocks pass the largest size on the way, so that pairs found before are found no more."""
    rows = simulated(7, 900)
    random.Random(seed).shuffle(rows)
    batches, whole = World(tmp_path / "batches"), World(tmp_path / "whole")
    for w in (batches, whole):
        w.home.mkdir()
    for stop in (250, 500, 700, len(rows)):
        batches.link(rows[:stop], policy=policy)
    whole.link(rows, policy=policy)
    assert edges(batches) == edges(whole)
    for grade in ("linked", "action"):
        assert sets(batches.people(grade)) == sets(whole.people(grade))


def test_changed_and_withdrawn_mentions_are_heeded(tmp_path: Path) -> None:
    rows = simulated(9, 600)
    batches, whole = World(tmp_path / "batches"), World(tmp_path / "whole")
    for w in (batches, whole):
        w.home.mkdir()
    batches.link(rows)
    later = [
        row | {"last_name": "Zzyzx", "sid": None, "fbi_number": None} if i % 50 == 0 else row
        for i, row in enumerate(rows)
        if i % 17
    ]
    batches.link(later)
    whole.link(later)
    assert sets(batches.people()) == sets(whole.people())
    assert not {row["mention_key"] for i, row in enumerate(rows) if not i % 17} & batches.people().keys()


def test_who_left_and_came_back_is_the_same_person(world: World) -> None:
    """Also after a second time, so that the newest of two closed memberships counts."""
    other = {"sid": "77120009", "first_name": "Wendell", "last_name": "Pruitt", "birth_date": "1970-01-05"}
    rows = [*crowd(20), mention("a", **PAIR), mention("b", **PAIR), mention("c", **PAIR | other)]
    world.link(rows)
    before = world.people()
    for _ in range(2):
        world.link([row for row in rows if row["mention_key"] not in ("a", "c")])
        assert not {"a", "c"} & world.people().keys()
        assert world.people()["b"] == before["b"]
        world.link(rows)
        assert world.people() == before


@pytest.mark.parametrize("full", [False, True])
def test_who_comes_back_as_somebody_else_takes_nobodys_key(world: World, full: bool) -> None:
    """Nor a retired one: then the one whom it redirects to is whose key they may not take."""
    other = {"first_name": "Wilma", "last_name": "Zander", "birth_date": "1950-01-09", "sid": "99887766", "sex": "F"}
    third = PAIR | {"first_name": "Marcus", "last_name": "Quist", "birth_date": "1970-01-05", "sid": "77120009"}
    rows = {row["mention_key"]: row for row in (*crowd(20), *(mention(k, **PAIR) for k in "abm"))}
    rows |= {key: mention(key, **third) for key in ("n", "o")}
    world.link(list(rows.values()))
    before = {grade: world.people(grade) for grade in ("linked", "action")}
    stay = {key: row for key, row in rows.items() if key not in "mn"}
    world.link(list(stay.values()))
    stay["o"] = mention("o", **PAIR)  # one person with a and b, whose key retires theirs
    world.link(list(stay.values()))
    world.link([*stay.values(), mention("m", **other), mention("n", **third)], full=full)
    for grade, was in before.items():
        now = world.people(grade)
        assert now["a"] == now["b"] == now["o"] == was["a"]
        assert len({now["a"], now["m"], now["n"]}) == 3
        assert {world.row(key).status for key in now.values()} == {"active"}
        kinds = {(e.kind, e.person_from, e.person_to) for e in world.events() if e.grade == grade}
        assert {kind for kind, _, to in kinds if to in (now["m"], now["n"])} <= {"split", "heal"}
        assert world.row(was["o"]).redirect_to == now["a"]


def test_mentions_of_nobody_are_counted_also_when_nothing_is_new(world: World) -> None:
    rows = [*crowd(20), mention("nobody", first_name="Jane", last_name="Doe")]
    assert [world.link(rows).nobody, world.link(rows).nobody, world.link(rows[:-1]).nobody] == [1, 1, 0]


def test_every_edge_sums_exactly(world: World) -> None:
    world.link(simulated(3, 900))
    last = store.last_run(world.settings)
    assert last is not None
    prior = prior_weight(store.current_model(world.settings))
    with last.open() as db:
        parts = [row[0] for row in db.execute("describe edge").fetchall() if row[0].startswith("mw_")]
        worst, edges = db.execute(
            f"select max(abs({prior} + {' + '.join(parts)} - match_weight)), count(*) from edge"
        ).fetchall()[0]
    assert edges > 500
    assert worst < 1e-9


PAIR = {"first_name": "Terrence", "last_name": "Okafor", "birth_date": "1991-04-17", "sex": "M", "sid": "77120001"}


def test_merge_split_and_heal_keep_keys_and_leave_a_trace(world: World) -> None:
    rows = [
        *crowd(20),
        mention("a", **PAIR | {"sid": None, "local_id": "L-771"}),
        mention(
            "b",
            **PAIR | {"sid": "77120001", "first_name": "Wendell", "last_name": "Pruitt", "birth_date": "1970-01-05"},
        ),
    ]
    world.link(rows)
    one, two = world.people()["a"], world.people()["b"]
    assert one != two
    rows[-1] = mention("b", **PAIR | {"local_id": "L-771"})
    joined = world.link(rows)
    assert joined.merges == 2  # at both grades
    stays = world.people()["a"]
    gone = world.row(two if stays == one else one)
    assert (gone.status, gone.redirect_to) == ("retired", stays)
    assert world.people(at=START + timedelta(days=1))["b"] == two, "as it was held on the first day"
    decide(world.settings, "a", "b", "different", "Ines", "two photographs")
    world.link(rows)
    assert world.people()["a"] != world.people()["b"]
    assert world.row(gone.person_key).status == "retired", "a retired key is never used again"
    assert [e.kind for e in world.events() if e.grade == "linked"] == ["merge", "heal"]
    assert {"pair", "weight", "veto"} == world.events()[0].evidence["edges"][0].keys()


def test_a_human_split_is_never_undone(world: World) -> None:
    rows = [*crowd(20), *(mention(k, **PAIR) for k in "abc")]
    world.link(rows)
    assert len({world.people()[k] for k in "abc"}) == 1
    decide(world.settings, "c", "a", "different", "Ines", "two photographs")
    for turn in range(3):
        world.link([*rows, *(mention(f"n{turn}{i}", **PAIR) for i in range(turn + 1))], full=turn == 1)
        for grade in ("linked", "action"):
            assert world.people(grade)["a"] != world.people(grade)["c"]


def test_same_needs_two_people_for_action_and_dissent_parts(world: World) -> None:
    rows = [
        *crowd(20),
        mention("a", **PAIR),
        mention("b", first_name="Wendell", last_name="Pruitt", birth_date="1970-01-05", sid="88220002"),
    ]
    world.link(rows)
    decide(world.settings, "a", "b", "same", "In\u00e9s Ruiz", "fingerprints")
    world.link(rows)
    assert world.people()["a"] == world.people()["b"]
    assert world.people("action")["a"] != world.people("action")["b"]
    waiting = [w for w in api.queue(world.settings) if w.reason == "second_person"]
    assert [{w.mention, w.other} for w in waiting] == [{"a", "b"}]
    decide(world.settings, "b", "a", "same", " INE\u0301S  ruiz ", "said it twice")
    world.link(rows)
    assert world.people("action")["a"] != world.people("action")["b"], "one person twice is one person"
    assert not decide(world.settings, "a", "b", "same", "Anonymous", "nobody logs in").joins_for_action()
    assert [w for w in api.queue(world.settings) if w.reason == "second_person"] == waiting
    decide(world.settings, "b", "a", "same", "Omar", "fingerprints, checked")
    world.link(rows)
    assert world.people("action")["a"] == world.people("action")["b"]
    decide(world.settings, "a", "b", "different", "Ruth", "the prints are of another case")
    world.link(rows)
    assert world.people()["a"] != world.people()["b"]


def test_what_a_rule_vetoed_waits_for_people_until_they_answered(world: World) -> None:
    twin = PAIR | {"first_name": "Marcus", "sid": "77120002", "address": "12 Cedar St"}
    rows = [*crowd(20), mention("a", **PAIR | {"address": "12 Cedar St"}), mention("b", **twin)]
    world.link(rows)
    waiting = api.queue(world.settings)
    assert [(w.mention, w.other, w.reason) for w in waiting if {w.mention, w.other} == {"a", "b"}] in (
        [("a", "b", "state_numbers")], [("a", "b", "twins_sure")], []
    )  # fmt: skip
    close = [
        *crowd(20),
        mention("a", **PAIR | {"address": "12 Cedar St", "sid": None, "middle_name": "L", "local_id": "L-5511"}),
        mention("b", **PAIR | {"address": "12 Cedar St", "sid": None, "middle_name": "L", "name_suffix": "Jr"}),
        mention("c", **PAIR | {"address": "12 Cedar St", "sid": None, "middle_name": "L", "name_suffix": "Sr"}),
    ]
    world.link(close)
    waiting = api.queue(world.settings)
    assert [w for w in waiting if w.reason in ("suffixes", "cluster")]
    first = next(w for w in waiting if w.reason in ("suffixes", "cluster"))
    api.decide(world.settings, first.mention, first.other, "cannot_tell", "Ines", "nothing to compare")
    assert first not in api.queue(world.settings)


def test_an_explanation_adds_up_and_says_what_would_change(world: World) -> None:
    world.link([*crowd(20), *(mention(k, **PAIR | {"address": f"{i} Elm St"}) for i, k in enumerate("abc"))])
    why = api.show(world.settings, "a", "b")
    assert why.weight is not None
    assert sum(part.weight for part in why.parts) == pytest.approx(why.weight)
    assert ("state number", "the same") in {(p.compared, p.found) for p in why.parts}
    assert "3 records" in why.consequence
    assert "Okafor" not in str(why)
    with pytest.raises(LinkageError, match="was not linked"):
        explain.explain(world.settings, "a", "nobody")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"answer": "maybe"}, "no answer"),
        ({"other": "a"}, "twice"),
        ({"other": "c"}, "c was not linked"),
        ({"mention": "a|b", "other": "c"}, "was not linked"),
        ({"who": " "}, "who decided"),
        ({"why": ""}, "why"),
    ],
)
def test_a_decision_that_cannot_be_taken(world: World, change: dict[str, str], says: str) -> None:
    given = {"mention": "a", "other": "b", "answer": "same", "who": "Ines", "why": "prints"} | change
    with pytest.raises(WrongDecision, match="|".join(("Nothing is linked", "no answer", "twice"))):
        decide(world.settings, **given)
    world.link([*crowd(20), mention("a", **PAIR), mention("b", **PAIR)])
    with pytest.raises(WrongDecision, match=says):
        decide(world.settings, **given)


def test_lost_files_cost_a_full_relink_and_no_key(world: World) -> None:
    rows = simulated(3, 600)
    world.link(rows)
    before = world.people()
    last = store.last_run(world.settings)
    assert last is not None
    for file in last.folder.iterdir():
        file.unlink()
    again = world.link(rows)
    assert again.is_full
    assert world.people() == before


def test_a_damaged_file_asks_for_a_full_relink(world: World) -> None:
    rows = crowd()
    world.link(rows)
    before, last = world.people(), store.last_run(world.settings)
    assert last is not None
    (last.folder / store.STATE).write_bytes(b"?" * 5000)
    for use in (lambda: world.link(rows), lambda: api.queue(world.settings)):
        with pytest.raises(LinkageError, match="--full"):
            use()
    assert world.link(rows, full=True).changed is False
    assert world.people() == before


def test_a_mention_that_stands_twice_is_refused_and_not_kept(world: World) -> None:
    rows = crowd()
    people = world.link(rows).people
    for twice in (rows[0], rows[0] | {"address": "9 Oak St"}):
        for full in (False, True):
            with pytest.raises(LinkageError, match="61 mentions have only 60 keys"):
                world.link([*rows, twice], full=full)
    assert world.link(rows).people == people


def test_a_run_that_dies_before_the_ledger_leaves_everything_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = simulated(3, 600)
    world.link(rows[:400])
    before, last = world.people(), store.last_run(world.settings)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "record", die)
    with pytest.raises(KeyboardInterrupt):
        world.link(rows)
    monkeypatch.undo()
    assert world.people() == before
    assert store.last_run(world.settings) == last
    world.link(rows)
    assert world.people().keys() == {row["mention_key"] for row in rows}
    assert len(list(store.root(world.settings).glob("run-*"))) == 1
