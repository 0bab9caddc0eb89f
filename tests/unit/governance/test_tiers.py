"""The gate of tiers on the whole dbt project, and on violations planted in it one by one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feeds.contracts import load_contracts
from governance.gate import TIERS, Model, Report, TierPolicy, check, tier_policy
from settings import Settings
from support.world import PROJECT
from warehouse import dbt_runner, tables
from warehouse.dbt_runner import dbt_manifest, run_dbt
from warehouse.engine import engine_for
from warehouse.tiers import examine, leaves, models

CONTRACTS = load_contracts(PROJECT / "expectations")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation whose dbt project is compiled; nothing is loaded."""
    folder = tmp_path_factory.mktemp("compiled")
    settings = Settings(home=folder, project=PROJECT, jurisdictions=folder / "jurisdictions")
    with engine_for(settings).session() as db:
        tables.prepare(db, engine_for(settings), CONTRACTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_runner, "_ON_PARSED", {"compile"})  # compiling writes all that is read here
        run_dbt(settings, ["compile", "--full-refresh"])
    return settings


@pytest.fixture(scope="module")
def whole(home: Settings) -> Report:
    return examine(home, json.loads(dbt_manifest(home).read_text()), CONTRACTS)


@pytest.fixture(scope="module")
def policy(home: Settings) -> TierPolicy:
    return tier_policy(home)


def test_the_project_keeps_every_rule(whole: Report) -> None:
    assert whole.violations == []


def test_the_walk_covers_every_published_column(home: Settings, whole: Report) -> None:
    """Not a gate that passes because it saw nothing: the columns it traced are those that dbt describes."""
    seen = 0
    for model in models(home, json.loads(dbt_manifest(home).read_text())):
        if model.schema in ("core", "marts"):
            assert set(whole.traced[model.place].columns) == set(model.columns), model.name
            assert all(model.tier_of(name) in TIERS for name in model.columns), model.name
            seen += len(model.columns)
    assert seen > 400
    names = {str(leaf) for leaf, _ in whole.traced["core", "fct_shooting_victim"].columns["victim_age"]}
    assert names == {"raw.shooting_victim.victim_age (T4)"}


def test_every_column_of_every_contract_has_a_tier_and_identifiers_a_high_one() -> None:
    for contract in CONTRACTS.values():
        for name, column in contract.columns.items():
            assert column.tier in TIERS
            assert not column.identifies or column.tier >= "T3", f"{contract.kind}.{name}"


V, H = '"warehouse"."core"."fct_shooting_victim"', '"warehouse"."intermediate"."int_shooting_victim__versions"'
A, AH = '"warehouse"."core"."fct_arrest"', '"warehouse"."intermediate"."int_arrest__versions"'
READS = (
    ("core", "fct_shooting_victim"), ("intermediate", "int_shooting_victim__versions"), ("core", "fct_arrest"),
    ("intermediate", "int_arrest__versions"), ("core", "fct_arrest_charge"), ("core", "dim_jurisdiction"),
)  # fmt: skip
COUNT = {"tier": "T1", "deidentifies": ["count", "month"]}


def plant(whole: Report, policy: TierPolicy, sql: str, meta: dict[str, object], schema: str = "marts") -> str:
    """What the gate says of one more model that reads the project's own."""
    planted = Model(schema, "planted", meta, {}, sql, READS)
    return " | ".join(check([planted], whole.traced, policy, "duckdb").violations)


TOO_LOW = {
    "a column of a victim at T2": (f"select record_key, victim_age as n from {V}", {"tier": "T2"}, "victim_age (T4)"),
    "renamed twice": (f"with a as (select victim_age as b from {V}) select b as c from a", {"tier": "T2"}, "(T4)"),
    "in arithmetic": (f"select record_key, 2 * coalesce(victim_age, 0) + 1 as x from {V}", {"tier": "T2"}, "(T4)"),
    "as a minimum": (f"select area_id, min(victim_age) as n from {V} group by 1", COUNT, "victim_age (T4)"),
    "as a list": (f"select area_id, list(victim_age) as n from {V} group by 1", COUNT, "victim_age (T4)"),
    "as a group key": (f"select victim_age, count(*) as n from {V} group by 1", COUNT, "planted.victim_age says T1"),
    "a name": (f"select record_key, victim_last_name as x from {H}", {"tier": "T4"}, "identifies people"),
    "a hash of a name": (f"select record_key, md5(victim_last_name) as x from {H}", {"tier": "T4"}, "identifies people"),
    "initials": (f"select left(victim_first_name, 1) as x, count(*) as n from {H} group by 1", COUNT, "identifies"),
    "an agency's number": (f"select incident_id as x from {H}", {"tier": "T3"}, "identifies people"),
    "through a union": (
        f"select area_id as x from {V} union all select cast(victim_age as varchar) from {V}", {"tier": "T2"}, "(T4)",
    ),
    # y takes the age in the second round, x takes it from there in the third
    "through a query that reads itself": (
        f"with recursive r as (select record_key, area_id as x, area_id as y from {V} union "
        f"select r.record_key, r.y, cast(v.victim_age as varchar) from r join {V} as v on v.record_key = r.record_key) "
        "select r.record_key, r.x as x from r", {"tier": "T2"}, "planted.x says T2",
    ),
    "through a scalar subquery": (
        f"select record_key, (select max(v.victim_age) from {V} as v) as x from {A}", {"tier": "T2"}, "(T4)",
    ),
    "through a lateral name": (f"select victim_age as a, a + 1 as b from {V}", {"tier": "T2"}, "planted.b says T2"),
    "a window is no count": (
        f"select record_key, sum(victim_age) over (partition by record_key) as x from {V}", {"tier": "T2", **{
            "deidentifies": ["count"]}}, "victim_age (T4)",
    ),
    "a sum that is not declared": (f"select area_id, sum(victim_age) as x from {V} group by 1", {"tier": "T1"}, "(T4)"),
    "a day is no month": (
        f"select date_trunc('day', arrested_on) as d, count(*) as n from {A} group by 1", COUNT, "arrested_on (T2)",
    ),
    "the month of a birth": (
        f"select date_trunc('month', arrestee_birth_date) as m, count(*) as n from {AH} group by 1", COUNT, "identifies",
    ),
    "single records at T1": (f"select area_id, precinct_id from {A}", {"tier": "T1"}, "rows stand for single records"),
    "single records at T0": (f"select 1 as one from {A}", {"tier": "T0"}, "rows stand for single records"),
    "rows chosen by a name": (
        f"select area_id, count(*) as n from {AH} where arrestee_last_name = 'X' group by 1", COUNT, "rows are chosen by",
    ),
    "rows chosen by a name in a subquery": (
        f"select area_id, count(*) as n from {A} where record_key in "
        f"(select h.record_key from {AH} as h where h.arrestee_sid is not null) group by 1", COUNT, "rows are chosen by",
    ),
    "rows chosen by the age of a victim": (f"select record_key from {V} where victim_age < 18", {"tier": "T2"}, "chosen by"),
    "no tier": (f"select area_id, count(*) as n from {A} group by 1", {}, "has no tier"),
    "a tier that does not exist": (f"select 1 as x from {A}", {"tier": "T7"}, "has no tier"),
    "a table by name": ("select * from raw.nobody_knows", {"tier": "T4"}, "of which nothing is known"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "meta", "said"), TOO_LOW.values(), ids=TOO_LOW)
def test_a_planted_column_below_its_tier_is_found(
    whole: Report, policy: TierPolicy, sql: str, meta: dict[str, object], said: str
) -> None:
    assert said in plant(whole, policy, sql, meta)


TARGETING = {
    "a column": f"select record_key, arrestee_race as x from {A}",
    "in a case": f"select record_key, case when arrestee_race = 'B' then 2 else 1 end as weight from {A}",
    "a filter": f"select record_key from {A} where arrestee_ethnicity = 'H'",
    "a filter in a CTE": f"with a as (select * from {A} where arrestee_race = 'B') select record_key from a",
    "a semi-join": f"select record_key from {A} where exists (select 1 from {V} as v where v.victim_race = 'B')",
    "an inner join": f"select a.record_key from {A} as a join {V} as v on v.victim_race = a.arrestee_race",
    "a value looked up by race": (
        f"select a.record_key, v.area_id as x from {A} as a left join {V} as v on v.victim_race = a.arrestee_race"
    ),
    "a sort that cuts": f"select record_key from {A} order by arrestee_race limit 10",
    "a window's partition": (
        f"select record_key, row_number() over (partition by arrestee_race order by arrested_on) as x from {A}"
    ),
    "qualify": f"select record_key from {A} qualify row_number() over (order by arrestee_race) < 9",
    "having": f"select area_id, count(*) as n from {A} group by 1 having max(arrestee_race) = 'B'",
    "a count of a group": f"select area_id, count(*) filter (where arrestee_race = 'B') as n from {A} group by 1",
    "distinct on": f"select distinct on (arrestee_race) record_key from {A}",
    "a proxy by its name": "select jurisdiction_id, time_zone as preferred_language from core.dim_jurisdiction",
}


@pytest.mark.parametrize("schema", ["marts", "restricted"])
@pytest.mark.parametrize("sql", TARGETING.values(), ids=TARGETING)
def test_race_planted_in_targeting_is_found(whole: Report, policy: TierPolicy, sql: str, schema: str) -> None:
    meta: dict[str, object] = {"tier": "T4", "deidentifies": ["count"]}
    assert "targeting" in plant(whole, policy, sql, meta, schema)


def test_a_declared_audit_of_disparity_may_know_race(whole: Report, policy: TierPolicy) -> None:
    sql = f"select arrestee_race, count(*) as n from {A} group by 1"
    assert plant(whole, policy, sql, {"tier": "T4", "purpose": "disparity_audit"}) == ""
    assert "targeting" in plant(whole, policy, sql, {"tier": "T4", "purpose": "because I say so"})


SOUND = {
    "counts by area and month": f"select area_id, date_trunc('month', arrested_on) as m, count(*) as n from {A} group by 1, 2",
    "a mean of ages": f"select area_id, avg(victim_age) as a from {V} group by 1",
    "counts of a case": f"select area_id, sum(case when victim_age < 18 then 1 else 0 end) as n from {V} group by 1",
}


@pytest.mark.parametrize("sql", SOUND.values(), ids=SOUND)
def test_what_is_sound_passes(whole: Report, policy: TierPolicy, sql: str) -> None:
    """The gate tells apart: it does not refuse everything."""
    assert plant(whole, policy, sql, COUNT) == ""


def test_a_contract_column_of_a_forbidden_name_has_to_be_audit_only(home: Settings) -> None:
    arrest = CONTRACTS["arrest"]
    column = arrest.columns["area_id"].model_copy(update={"tier": "T2"})
    names = ("arrestee_nationality", "arrestee_religion", "arrestee_birth_country", "arrestee_language")
    changed = arrest.model_copy(update={"columns": {**arrest.columns, **dict.fromkeys(names, column)}})
    # contracts are judged beside the models, which the whole walk looks at
    nothing_built = {**json.loads(dbt_manifest(home).read_text()), "nodes": {}}
    assert examine(home, nothing_built, CONTRACTS).violations == []
    said = examine(home, nothing_built, {**CONTRACTS, "arrest": changed}).violations
    assert len(said) == len(names)
    for name in names:
        assert any(f"{name} bears the name of" in text for text in said), name


def test_every_table_that_loading_writes_is_known() -> None:
    written = {(name.split(".")[0], name.split(".")[1]) for name in tables._CONTROL.split() if name.count(".") == 1}
    assert written <= set(leaves(CONTRACTS))
    assert {("raw", kind) for kind in CONTRACTS} <= set(leaves(CONTRACTS))


def test_the_policy_is_refused_when_it_says_too_much(home: Settings, tmp_path: Path) -> None:
    from feeds.errors import SpecificationError

    (tmp_path / "tiers.yml").write_text((PROJECT / "policies" / "tiers.yml").read_text() + "nothing_checked: true\n")
    with pytest.raises(SpecificationError, match="nothing_checked"):
        tier_policy(Settings(home=home.home, project=PROJECT, policies=tmp_path))
