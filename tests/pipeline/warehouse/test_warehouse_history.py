"""History: the versions that dbt computes equal a walk through the operations, incrementally and from scratch."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from support.narrow import build_unpublished
from support.warehouse_truth import fold
from support.warehouse_world import ARRESTS, PROJECT, SHOOTINGS, VICTIMS_ONLY, ChangeSet, World, shooting
from warehouse import dbt_runner
from warehouse.dbt_runner import run_dbt
from warehouse.engine import engine_for

pytestmark = pytest.mark.usefixtures("without_data_tests")

FOLDED = {"shooting_victim": "wound", "arrest_charge": "source_offense"}
COMPARED = [
    "intermediate.int_shooting_victim__versions",
    "intermediate.int_arrest_charge__versions",
    "core.fct_shooting_victim",
    "core.fct_shooting_victim_history",
    "core.fct_arrest_charge",
    "restricted.person_mention",
    "marts.mart_gvi__shootings_by_area_month",
    "marts.mart_gvi__arrests_by_offense_month",
]


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with engine_for(settings).session() as db:
        return db.execute(sql).fetchall()


def versions(settings: Settings, kind: str, content: str) -> list[tuple[Any, ...]]:
    return sorted(
        rows(
            settings,
            f"select feed_id, record_key, known_from, known_to, pending_since, {content} from core.fct_{kind}_history",
        ),
        key=str,
    )


class Agency:
    """Random deliveries of one feed; a late one supersedes all that were known after it."""

    def __init__(self, world: World, feed_id: str, kind: str, chance: random.Random) -> None:
        self.world, self.feed_id, self.kind, self.chance = world, feed_id, kind, chance
        self.days: list[float] = []
        self.sets: dict[float, ChangeSet] = {}

    def deliver(self) -> None:
        late = bool(self.days) and self.chance.random() < 0.4
        day = self.chance.uniform(20, max(self.days) + 5) if late else max(self.days, default=20) + 1
        later = [known for known in self.days if known > day]
        self.world.withdraw([self.sets[known] for known in later])
        self.days = sorted([*self.days, day])
        for known in [day, *later]:
            changes = {self.kind: self.changes([self.sets[d] for d in self.days if d < known])}
            self.sets[known] = self.world.deliver(self.feed_id, known, changes, generation=1 + len(later))

    def changes(self, before: list[ChangeSet]) -> list[dict[str, Any]]:
        """What may follow on the state that the deliveries before left."""
        current = {row[1] for row in fold(before, self.kind, FOLDED[self.kind]) if row[3] is None}
        made = []
        for number in range(12):
            key = f"{self.feed_id}-{number}"
            if key not in current:
                made += [self.record("insert", key)] if self.chance.random() < 0.5 else []
                continue
            op = self.chance.choice(["", "", "update", "delete", "mark", "clear"])
            if op:
                made.append(self.record(op, key) if op == "update" else {"op": op, "record_key": key})
        return made

    def record(self, op: str, key: str) -> dict[str, Any]:
        text = self.chance.choice(["ROBBERY", "MURDER", "Zoning", "ASSAULT 3", "CPW 2"])
        if self.kind == "arrest_charge":
            charge = {"arrest_id": "7", "arrest_key": "k1", "charge_number": 1, "source_offense": text}
            return {"op": op, "record_key": key, **charge}
        return shooting(self.kind, op, key, "i9", is_fatal=self.chance.random() < 0.3, wound=text)


def rebuilt(world: World, home: Path) -> Settings:
    """The same change sets, loaded at once into an empty warehouse."""
    settings = Settings(home=home, project=PROJECT, jurisdictions=world.settings.jurisdictions)
    build_unpublished(world, settings)
    return settings


def follow(world: World, seed: int, rounds: int) -> None:
    """Random rounds of deliveries; after each, history equals the fold."""
    chance = random.Random(seed)
    agencies = [
        Agency(world, SHOOTINGS, "shooting_victim", chance),
        Agency(world, VICTIMS_ONLY, "shooting_victim", chance),
        Agency(world, ARRESTS, "arrest_charge", chance),
    ]
    for _ in range(rounds):
        for agency in chance.sample(agencies, 2):
            for _ in range(chance.randint(1, 2)):
                agency.deliver()
        build_unpublished(world)
        for kind, content in FOLDED.items():
            assert versions(world.settings, kind, content) == fold(world.active, kind, content)


def compare(one: Settings, other: Settings) -> None:
    for table in COMPARED:
        columns = [name for (name, *_) in rows(one, f"describe {table}") if name != "load_seq"]
        listed = ", ".join(f'"{name}"' for name in columns)
        assert rows(one, f"select {listed} from {table} order by all") == rows(
            other, f"select {listed} from {table} order by all"
        ), table


@pytest.mark.builds(*(table.split(".")[1] for table in COMPARED))
def test_incremental_history_equals_the_fold_and_a_rebuild(built: World, tmp_path: Path) -> None:
    follow(built, seed=11, rounds=2)
    compare(built.settings, rebuilt(built, tmp_path / "anew"))


def test_rules_with_an_edge(built: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt's own unit tests: versions, offense rules, local months, what counts as an incident."""
    monkeypatch.setattr(dbt_runner, "_ON_PARSED", {"test"})  # what parsing leaves behind is not asked for
    results = run_dbt(built.settings, ["test", "--select", "test_type:unit"])
    assert {result.status for result in results} == {"pass"}, [r.message for r in results if r.status != "pass"]
    assert len(results) >= 5


def test_the_first_build_means_what_it_says(built: World) -> None:
    """Victims and incidents of two feeds, one of which delivers victims only; charges by rule; names in one place."""
    settings = built.settings
    assert rows(settings, "select * from marts.mart_gvi__shootings_by_area_month order by all") == [
        ("us_aa_first", "North", datetime(2023, 12, 1).date(), 1, 2, 1, 1),
        ("us_bb_second", "not recorded", datetime(2023, 12, 1).date(), 1, 2, 0, 2),
    ]
    groups = rows(settings, "select offense_group_code, arrests, charges from marts.mart_gvi__arrests_by_offense_month")
    assert sorted(groups) == [("not_recorded", 1, 1), ("robbery", 1, 1), ("unmapped", 1, 1)]
    assert rows(
        settings, "select mention_key, last_name from restricted.person_mention where last_name is not null"
    ) == [("v2:victim", "Zzyzxsson")]
    freshness = rows(
        settings, "select feed_id, batches, records_current from marts.mart_ops__feed_freshness order by 1"
    )
    assert freshness == [(ARRESTS, 1, 4), (SHOOTINGS, 1, 4), (VICTIMS_ONLY, 1, 2)]


@pytest.mark.builds("fct_shooting_victim", "fct_shooting_victim_history", "mart_ops__feed_freshness")
def test_a_record_in_quarantine_stands_and_is_marked(built: World) -> None:
    built.deliver(SHOOTINGS, 2, {"shooting_victim": [{"op": "mark", "record_key": "v1"}]})
    build_unpublished(built)
    marked = "select record_key from core.fct_shooting_victim where is_pending_correction"
    assert rows(built.settings, marked) == [("v1",)]
    assert rows(built.settings, "select sum(records_pending) from marts.mart_ops__feed_freshness") == [(1,)]
    built.deliver(SHOOTINGS, 3, {"shooting_victim": [{"op": "clear", "record_key": "v1"}]})
    build_unpublished(built)
    assert rows(built.settings, marked) == []
    assert rows(built.settings, "select count(*) from core.fct_shooting_victim_history where record_key = 'v1'") == [
        (1,)
    ]
