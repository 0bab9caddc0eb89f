"""Decisions: who, why and what was seen are kept; where two people are asked for, one person cannot be both."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cli import nnsc
from governance.decisions import Asked, Outcome, decide, listed
from governance.errors import WrongDecision
from ingest import tables as t
from ingest.api import deliveries, drain, fetch, held, release, withdraw
from ingest.errors import WrongState
from ingest.ledger import engine, transaction
from settings import Settings
from support.world import PROJECT, drop, rows, settings_in, write_feed


def say(settings: Settings, who: str, kind: str = "list_release", subject: str = "list-1", **more: object) -> Outcome:
    with transaction(settings) as connection:
        return decide(connection, settings, Asked(kind, subject, who, "checked each reason", **more))  # type: ignore[arg-type]


def kept(settings: Settings) -> list[dict[str, object]]:
    with engine(settings).connect() as connection:
        return listed(connection)


def policy(settings: Settings, tmp_path: Path, old: str, new: str) -> Settings:
    """The same installation under a changed policy."""
    folder = tmp_path / "policies"
    shutil.copytree(PROJECT / "policies", folder, dirs_exist_ok=True)
    text = (folder / "decisions.yml").read_text()
    assert old in text
    (folder / "decisions.yml").write_text(text.replace(old, new))
    return settings_in(tmp_path, policies=folder)


def test_one_person_suffices_where_nothing_else_is_declared(settings: Settings) -> None:
    assert say(settings, "steward", "release", "d1", seen={"rows": 3}).is_effective
    (row,) = kept(settings)
    told = {name: row[name] for name in ("kind", "subject", "who", "why", "seen", "state")}
    assert told == {
        "kind": "release", "subject": "d1", "who": "steward", "why": "checked each reason", "seen": {"rows": 3},
        "state": "effective",
    }  # fmt: skip
    assert row["account"]


def test_a_list_takes_two_people(settings: Settings) -> None:
    first = say(settings, "Ana Ruiz", seen={"sha256": "abc"})
    assert not first.is_effective
    second = say(settings, "Ben Okoye", seen={"sha256": "abc"})
    assert second.is_effective
    assert second.first == first.decision_id
    assert [row["state"] for row in kept(settings)] == ["confirmed", "effective"]


@pytest.mark.parametrize("again", ["Ana Ruiz", "ana ruiz", " Ana  Ruiz ", "ＡＮＡ Ruiz"])
def test_the_second_cannot_be_the_first_however_the_name_is_written(settings: Settings, again: str) -> None:
    say(settings, "Ana Ruiz")
    with pytest.raises(WrongDecision, match="second, different person"):
        say(settings, again)
    assert [row["state"] for row in kept(settings)] == ["waiting"]


def test_who_saw_something_else_confirms_nothing(settings: Settings) -> None:
    """The list was exchanged between the two: the second person's word is about another list."""
    say(settings, "Ana Ruiz", seen={"sha256": "abc"})
    assert not say(settings, "Ben Okoye", seen={"sha256": "def"}).is_effective
    assert not say(settings, "Cy Lund", seen={"sha256": "abc"}, detail={"to": "somebody"}).is_effective
    assert not say(settings, "Ben Okoye", subject="list-2", seen={"sha256": "abc"}).is_effective
    assert not say(settings, "Ben Okoye", kind="override", seen={"sha256": "abc"}).is_effective


def test_a_confirmation_is_used_up(settings: Settings) -> None:
    say(settings, "Ana Ruiz")
    assert say(settings, "Ben Okoye").is_effective
    assert not say(settings, "Cy Lund").is_effective  # a new release of the list needs two people again


def test_accounts_must_differ_where_the_site_says_so(settings: Settings, tmp_path: Path) -> None:
    strict = policy(settings, tmp_path, "accounts_must_differ: false", "accounts_must_differ: true")
    say(strict, "Ana Ruiz")
    with pytest.raises(WrongDecision, match="made by the account"):
        say(strict, "Ben Okoye")


@pytest.mark.parametrize(("who", "why"), [("", "because"), ("steward", "  ")])
def test_who_and_why_are_needed(settings: Settings, who: str, why: str) -> None:
    with transaction(settings) as connection, pytest.raises(WrongDecision, match="who decided and why"):
        decide(connection, settings, Asked("release", "d1", who, why))


@pytest.mark.parametrize("nobody", ["anonymous", " Unknown ", "ano\u200bnymous"])
def test_whoever_has_no_name_is_not_one_of_two(settings: Settings, nobody: str) -> None:
    with pytest.raises(WrongDecision, match="may be anybody"):
        say(settings, nobody)
    say(settings, "Ana Ruiz")
    with pytest.raises(WrongDecision, match="may be anybody"):
        say(settings, nobody)
    assert say(settings, nobody, "release", "d1").is_effective, "where one suffices, the answer counts"


def test_what_names_people_takes_two_whatever_the_policy_says(settings: Settings, tmp_path: Path) -> None:
    loose = policy(settings, tmp_path, "list_release: {people: 2", "list_release: {people: 1")
    assert not say(loose, "Ana Ruiz").is_effective
    assert say(loose, "Ben Okoye").is_effective


def test_an_unknown_kind_is_refused(settings: Settings) -> None:
    with pytest.raises(WrongDecision, match=r"policies/decisions\.yml"):
        say(settings, "steward", "shrug")


def test_decisions_cannot_be_changed_or_removed(settings: Settings) -> None:
    say(settings, "steward", "release", "d1")
    for statement in (t.decision.update().values(why="other"), t.decision.delete(), t.audit_event.delete()):
        with pytest.raises(sa.exc.IntegrityError, match="append-only"), transaction(settings) as connection:
            connection.execute(statement)
    assert len(kept(settings)) == 1


@pytest.fixture
def feed(settings: Settings) -> Settings:
    write_feed(settings)
    return settings


def hold_one(settings: Settings) -> str:
    drop(settings, "a.csv", rows(*(f"A{n},2024-12-01,30" for n in range(9))))
    drop(settings, "b.csv", rows("A1,2024-12-01,30"))
    fetch(settings, "us_test/arrest")
    drain(settings, "us_test/arrest")
    return held(settings)[0].delivery_id


def test_a_release_by_two_people_changes_nothing_before_the_second(feed: Settings, tmp_path: Path) -> None:
    strict = policy(feed, tmp_path, "release: {people: 1", "release: {people: 2")
    delivery = hold_one(strict)
    assert not release(strict, delivery, "Ana Ruiz", "the agency closed cases").is_effective
    assert held(strict)
    assert drain(strict, "us_test/arrest").deliveries == []
    assert release(strict, delivery, "Ben Okoye", "I called them too").is_effective
    assert drain(strict, "us_test/arrest").deliveries[0].state == "applied"


def test_a_withdrawal_by_two_people_changes_nothing_before_the_second(feed: Settings, tmp_path: Path) -> None:
    strict = policy(feed, tmp_path, "withdraw: {people: 1", "withdraw: {people: 2")
    drop(strict, "a.csv", rows("A1,2024-12-01,30"))
    fetch(strict, "us_test/arrest")
    delivery = drain(strict, "us_test/arrest").deliveries[0].delivery_id
    assert not withdraw(strict, delivery, "Ana Ruiz", "wrong county").is_effective
    assert deliveries(strict)[0].state == "applied"
    outcome = withdraw(strict, delivery, "Ben Okoye", "wrong county indeed")
    assert (outcome.is_effective, deliveries(strict)[0].state) == (True, "withdrawn")
    assert [row["state"] for row in kept(strict)] == ["confirmed", "effective"]


def test_a_decision_that_fails_leaves_no_trace(feed: Settings) -> None:
    delivery = hold_one(feed)
    release(feed, delivery, "steward", "the agency closed cases")
    with pytest.raises(WrongState):
        release(feed, delivery, "steward", "once more")
    assert len(kept(feed)) == 1


def test_the_command_line_lists_and_exports_everything(feed: Settings) -> None:
    delivery = hold_one(feed)
    release(feed, delivery, "=cmd()", "the agency closed cases")
    run = CliRunner()
    environment = {"NNSC_HOME": str(feed.home), "NNSC_JURISDICTIONS": str(feed.jurisdictions)}
    found = json.loads(run.invoke(nnsc, ["decisions", "list", "--json"], env=environment).output)
    assert [(d["kind"], d["subject"], d["state"]) for d in found] == [("release", delivery, "effective")]
    exported = run.invoke(nnsc, ["decisions", "export"], env=environment).output.splitlines()
    assert [json.loads(line)["seen"]["reason"] for line in exported] == ["row_floor"]
    table = run.invoke(nnsc, ["decisions", "export", "--format", "csv"], env=environment).output
    assert [row["who"] for row in csv.DictReader(io.StringIO(table))] == ["'=cmd()"]
