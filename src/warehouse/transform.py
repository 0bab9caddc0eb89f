"""Running dbt: models and tests in one invocation, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from settings import Settings
from warehouse.changes import naive_utc
from warehouse.dbt_runner import NodeResult, project_digest, run_dbt
from warehouse.engine import Engine, engine_for
from warehouse.errors import TransformError
from warehouse.scope import changed_kinds, reached
from warehouse.tables import has_loads
from warehouse.touched import forget, has_passed

OnEvent = Callable[[str], None]
#: All tests run nevertheless: with `empty`, leaving out a view does not leave out its tests.
_WITHOUT_VIEWS = ["--exclude", "config.materialized:view", "--indirect-selection", "empty"]
_PASSED, _WARNED = {"success", "pass", "skipped"}, {"warn"}


@dataclass(frozen=True)
class TransformResult:
    """What dbt did: models and seeds built; all standing tests by outcome, and the text of each warning."""

    run_id: int
    load_id: int
    models: int
    tests_passed: int
    tests_warned: int
    full_refresh: bool
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """One run of dbt as ``raw.transform_run`` remembers it; state is running, partial, failed or passed."""

    run_id: int
    load_id: int
    project_digest: str
    state: str
    tests_passed: int
    tests_warned: int


def newest_run(db: duckdb.DuckDBPyConnection) -> Run | None:
    """The newest run of dbt on this warehouse, however it ended; None before the first."""
    if not has_loads(db):
        return None
    row = db.execute(
        "select run_id, load_id, project_digest, state, coalesce(tests_passed, 0), coalesce(tests_warned, 0) "
        "from raw.transform_run order by run_id desc limit 1"
    ).fetchone()
    return Run(*row) if row else None


def transform(
    settings: Settings, select: str | None = None, full_refresh: bool = False, on_event: OnEvent | None = None
) -> TransformResult:
    """Build the models from ``raw`` and test them.

    Touched record keys are rebuilt; views, and tables and tests that nothing loaded since can reach, stand as the run
    before left them. Everything is built when the dbt project changed since the last whole run, when none passed yet,
    when the run before failed, or with ``full_refresh``. With ``select`` (dbt's syntax) only a part runs; that neither
    counts as a whole run nor can be published.

    Raises:
        TransformError: a model or a test failed, or nothing was loaded yet.
    """
    engine = engine_for(settings)
    digest = project_digest(settings)
    with engine.session() as db:
        load_id = _newest_load(db)
        full = full_refresh or not has_passed(db) or (select is None and not _built_with(db, digest))
        before = newest_run(db) if select is None and not full else None
        views_stand = before is not None and (before.state, before.project_digest) == ("passed", digest)
        kinds = changed_kinds(db, before.load_id) if before is not None and views_stand else None
        run_id = _next_run(db)
        started = [run_id, load_id, digest, full, "running" if select is None else "partial"]
        db.execute(
            "insert into raw.transform_run values (?, ?, ?, ?, ?, ?, null, null, null, null, null)",
            [*started, naive_utc(settings.now())],
        )
    arguments = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure"]
    arguments += ["--full-refresh"] if full else []
    arguments += ["--select", *select.split()] if select else []
    names = reached(settings, kinds) if kinds is not None else None
    if views_stand and not names and engine.keeps_views:
        arguments += _WITHOUT_VIEWS
    results = run_dbt(settings, arguments, on_event, only=frozenset(names or ()))
    return _record(settings, engine, results, TransformResult(run_id, load_id, 0, 0, 0, full), select is None)


def _record(
    settings: Settings, engine: Engine, results: list[NodeResult], result: TransformResult, whole: bool
) -> TransformResult:
    """Write down how the run ended; a whole run that passed moves the touched keys out of the way."""
    failed = [r for r in results if r.status not in _PASSED | _WARNED or (r.status == "skipped" and r.message)]
    models = sum(r.status == "success" for r in results)
    state = "failed" if failed else ("passed" if whole else "partial")
    with engine.transaction() as db:
        standing = _note_tests(db, [r for r in results if r.resource_type == "test"], result)
        warnings = [f"{name}: {message}" for name, status, message in standing if status in _WARNED]
        passed = sum(status == "pass" for _, status, _ in standing)
        db.execute(
            "update raw.transform_run set state = ?, finished_at = ?, models = ?, tests_passed = ?, tests_warned = ?, "
            "tests_failed = ? where run_id = ?",
            [state, naive_utc(settings.now()), models, passed, len(warnings), len(failed), result.run_id],
        )
        if state == "passed":
            forget(db, result.load_id)
    if failed:
        with engine.session() as db:
            said = "; ".join(f"{r.name}: {r.message}{_problems(db, r)}" for r in failed[:3])
        raise TransformError(
            f"{len(failed)} dbt models or tests failed: {said}.",
            f"The publication was left as it is. See {settings.home / 'dbt' / 'logs' / 'dbt.log'}.",
        )
    return TransformResult(result.run_id, result.load_id, models, passed, len(warnings), result.full_refresh, warnings)


def _problems(db: duckdb.DuckDBPyConnection, failed: NodeResult) -> str:
    """What is wrong by the rows of a test that failed, where they say it: one test looks at all columns of a model."""
    if " as problem" not in failed.rows:
        return ""
    counted = f"select problem, count(*) from ({failed.rows}) group by problem order by problem limit 10"
    return " (" + "; ".join(f"{problem}: {rows}" for problem, rows in db.execute(counted).fetchall()) + ")"


def _note_tests(
    db: duckdb.DuckDBPyConnection, tests: list[NodeResult], result: TransformResult
) -> list[tuple[str, str, str]]:
    """Write down what the tests of this run said; returns what every standing test said last, by name."""
    names = [test.name for test in tests]
    everything = "true" if result.full_refresh else "false"
    db.execute(f"delete from raw.test_result where {everything} or test_name in (select unnest(?))", [names])
    for test in tests:
        db.execute(
            "insert into raw.test_result values (?, ?, ?, ?)", [test.name, test.status, test.message, result.run_id]
        )
    return db.execute("select test_name, status, message from raw.test_result order by test_name").fetchall()


def _newest_load(db: duckdb.DuckDBPyConnection) -> int:
    newest = db.execute("select max(load_id) from raw.load").fetchall()[0][0] if has_loads(db) else None
    if newest is None:
        raise TransformError("Nothing was loaded into the warehouse yet.", "Run `nnsc build`, which loads first.")
    return int(newest)


def _next_run(db: duckdb.DuckDBPyConnection) -> int:
    return int(db.execute("select coalesce(max(run_id), 0) + 1 from raw.transform_run").fetchall()[0][0])


def _built_with(db: duckdb.DuckDBPyConnection, digest: str) -> bool:
    """True when every run that may have left rows in the incremental tables used this dbt project."""
    others = db.execute(
        "select count(*) from raw.transform_run where project_digest <> ? and run_id >= "
        "(select coalesce(max(run_id), 0) from raw.transform_run where state = 'passed')",
        [digest],
    ).fetchall()[0][0]
    return int(others) == 0
