"""The audit log: every way of changing it afterwards is tried, by somebody who can write to the ledger's file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import nnsc
from governance.audit import Event, Head, head_file, newest
from governance.decisions import Asked, decide
from governance.keys import key_file
from governance.verify import Verdict, verify
from ingest.ledger import engine, note, transaction
from settings import Settings

LINES = 6


@pytest.fixture
def log(settings: Settings) -> Settings:
    """A log of six lines: three decisions, three others."""
    for number in range(LINES // 2):
        note(settings, Event("publication", f"run {number}", {"tables": number}))
        with transaction(settings) as connection:
            decide(connection, settings, Asked("release", f"d{number}", "steward", "looked at it", {"rows": number}))
    return settings


def check(settings: Settings, *anchors: tuple[str, Head]) -> Verdict:
    with engine(settings).connect() as connection:
        return verify(connection, settings, anchors)


def tamper(settings: Settings, *statements: str) -> None:
    """As somebody with the file and sqlite3 would: triggers off, rows changed."""
    with closing(sqlite3.connect(settings.ledger_url.removeprefix("sqlite:///"))) as db:
        for table in ("audit_event", "decision"):
            for verb in ("update", "delete"):
                db.execute(f"drop trigger if exists {table}_no_{verb}")
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_an_untouched_log_is_proved(log: Settings) -> None:
    verdict = check(log)
    assert (verdict.lines, verdict.problems, verdict.notes) == (LINES, [], [])


def test_an_empty_log_is_proved(settings: Settings) -> None:
    assert check(settings) == Verdict(0, None)
    assert not key_file(settings, "audit").exists()


EDITS = {
    "a detail": "update audit_event set detail = '{\"tables\": 9}' where seq = 3",
    "who": "update audit_event set actor = 'somebody' where seq = 2",
    "when": "update audit_event set at = '2020-01-01 00:00:00.000000' where seq = 2",
    "the last line": f"update audit_event set subject = 'x' where seq = {LINES}",
    "a digest": "update audit_event set digest = upper(digest) where seq = 4",
}


@pytest.mark.parametrize("statement", EDITS.values(), ids=EDITS)
def test_an_edit_is_found(log: Settings, statement: str) -> None:
    tamper(log, statement)
    assert any("was edited" in problem for problem in check(log).problems)


@pytest.mark.parametrize("seq", range(1, LINES + 1))
def test_each_removed_line_is_found(log: Settings, seq: int) -> None:
    tamper(log, f"delete from audit_event where seq = {seq}")
    problems = " ".join(check(log).problems)
    assert ("removed at the end" in problems) if seq == LINES else ("is missing" in problems)


def test_removal_with_renumbering_is_found(log: Settings) -> None:
    tamper(log, "delete from audit_event where seq = 3", "update audit_event set seq = seq - 1 where seq > 3")
    assert check(log).problems


def test_reordering_is_found(log: Settings) -> None:
    tamper(
        log,
        "update audit_event set seq = 99 where seq = 2",
        "update audit_event set seq = 2 where seq = 3",
        "update audit_event set seq = 3 where seq = 99",
    )
    problems = " ".join(check(log).problems)
    assert "exchanged or moved" in problems


def test_a_line_forged_without_the_key_is_found(log: Settings) -> None:
    """The forger chains rightly and takes plain SHA-256 for want of the key."""
    tamper(
        log,
        "insert into audit_event select seq + 1, at, actor, action, subject, detail, digest, hex(randomblob(32)) "
        f"from audit_event where seq = {LINES}",
    )
    assert any(f"Line {LINES + 1} was edited" in problem for problem in check(log).problems)


def test_emptying_the_log_is_found(log: Settings) -> None:
    tamper(log, "delete from audit_event")
    assert any("removed at the end" in problem for problem in check(log).problems)


def test_removing_the_head_or_rewriting_it_is_found(log: Settings) -> None:
    file = head_file(log)
    stated = json.loads(file.read_text())
    tamper(log, f"delete from audit_event where seq = {LINES}")
    with engine(log).connect() as connection:
        shorter = newest(connection)
    assert shorter
    file.write_text(json.dumps({**stated, "seq": shorter.seq, "digest": shorter.digest}))
    assert any("head.json was edited" in problem for problem in check(log).problems)
    file.write_text("{}")
    assert any("cannot be read" in problem for problem in check(log).problems)
    file.unlink()
    assert any("is missing" in problem for problem in check(log).problems)


def test_an_old_head_put_back_with_an_old_log_is_found_by_an_anchor_kept_elsewhere(log: Settings) -> None:
    old = head_file(log).read_bytes()
    note(log, Event("publication", "run 9", {}))
    with engine(log).connect() as connection:
        kept = newest(connection)
    assert kept
    tamper(log, f"delete from audit_event where seq > {LINES}")
    head_file(log).write_bytes(old)
    assert check(log).problems == []  # nothing on this machine can tell
    assert any("removed at the end" in problem for problem in check(log, ("a mail", kept)).problems)
    log.private_dir(log.published)
    manifest = {"audit": {"seq": kept.seq, "digest": kept.digest}}
    (log.published / "manifest.json").write_text(json.dumps(manifest))
    assert any("manifest.json states" in problem for problem in check(log).problems)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update decision set why = 'other' where decision_id = 2", "Decision 2 was edited"),
        ("delete from decision where decision_id = 3", "Decision 3 was removed"),
        ("update decision set who = 'nobody', account = null where decision_id = 1", "Decision 1 was edited"),
        (
            "insert into decision (kind, subject, who, why, decided_at) values ('release', 'x', 'y', 'z', '2026-01-01')",
            "Decision 4 was added",
        ),
    ],
)
def test_a_decision_changed_behind_the_log_is_found(log: Settings, statement: str, said: str) -> None:
    tamper(log, statement)
    assert any(said in problem for problem in check(log).problems)


def test_a_lost_key_is_said_and_not_replaced(log: Settings) -> None:
    key_file(log, "audit").unlink()
    assert "is gone" in check(log).problems[0]
    assert not key_file(log, "audit").exists()


def test_a_transaction_that_is_rolled_back_leaves_neither_line_nor_head(log: Settings) -> None:
    before = head_file(log).read_bytes()

    def fails() -> None:
        with transaction(log) as connection:
            decide(connection, log, Asked("release", "d9", "steward", "looked"))
            raise RuntimeError("after the decision")

    with pytest.raises(RuntimeError):
        fails()
    assert head_file(log).read_bytes() == before
    assert check(log) == check(log)
    assert check(log).lines == LINES


def test_writers_at_the_same_time_make_one_chain(settings: Settings) -> None:
    def write(name: str) -> Callable[[], None]:
        return lambda: [note(settings, Event("read", f"{name}{n}")) for n in range(10)] and None

    note(settings, Event("read", "first"))
    workers = [threading.Thread(target=write(name)) for name in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    verdict = check(settings)
    assert (verdict.lines, verdict.problems, verdict.notes) == (41, [], [])


def test_the_command_line_says_it_and_exits_1(log: Settings, tmp_path: Path) -> None:
    run, environment = CliRunner(), {"NNSC_HOME": str(log.home)}
    good = run.invoke(nnsc, ["audit", "verify"], env=environment)
    assert (good.exit_code, "is as it was written: 6 lines" in good.output) == (0, True)
    head = good.output.rsplit(" ", 1)[-1].strip().rstrip(".")
    assert run.invoke(nnsc, ["audit", "verify", "--anchor", head], env=environment).exit_code == 0
    tamper(log, "update audit_event set actor = 'x' where seq = 1")
    bad = run.invoke(nnsc, ["audit", "verify"], env=environment)
    assert (bad.exit_code, "Line 1 was edited" in bad.output) == (1, True)
    assert run.invoke(nnsc, ["audit", "verify", "--anchor", "x"], env=environment).exit_code == 2
