"""What people decided about pairs of mentions: durable, keyed to source records, stronger than any run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from governance import decisions as governance
from governance.errors import WrongDecision
from governance.tables import decision
from ingest.ledger import engine, transaction
from linkage import state
from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

ANSWERS = ("same", "different", "cannot_tell")
_KIND = "link_decision"


@dataclass(frozen=True)
class Verdict:
    """What holds for a pair: the newest answer of each person, weighed.

    ``different`` holds as soon as one person said so: parting records is the safe side, at both grades. ``same`` holds
    for the linked grade when nobody objects, and for the action grade when enough different people said so.
    """

    pair: tuple[str, str]
    same: tuple[str, ...]
    different: tuple[str, ...]
    cannot_tell: tuple[str, ...]

    @property
    def parts(self) -> bool:
        """The two are kept apart."""
        return bool(self.different)

    @property
    def joins(self) -> bool:
        """The two are joined for statistics."""
        return bool(self.same) and not self.different

    def joins_for_action(self, policy: Policy = POLICY) -> bool:
        """The two are joined where it may touch a person; an answer without a name may be anybody's second one."""
        named = [who for who in self.same if who not in governance.NOBODY]
        return self.joins and len(named) >= policy.deciders_for_action

    @property
    def disputed(self) -> bool:
        """People disagree."""
        return bool(self.same) and bool(self.different)


def decide(settings: Settings, mention: str, other: str, answer: str, who: str, why: str) -> Verdict:
    """Record one person's answer about a pair; a later answer of the same person takes the place of theirs before.

    Raises:
        WrongDecision: an unknown answer, one mention twice or one that was never linked, or no name or reason.
    """
    if answer not in ANSWERS:
        raise WrongDecision(f"{answer!r} is no answer.", f"Give one of {', '.join(ANSWERS)}.")
    if mention == other:
        raise WrongDecision(f"{mention} stands twice.", "A decision is about two mentions.")
    low, high = sorted((mention, other))
    _require_linked(settings, (low, high))
    with transaction(settings) as connection:
        asked = governance.Asked(_KIND, f"{low}|{high}", who, why, detail={"answer": answer})
        governance.decide(connection, settings, asked)
    return next(v for v in verdicts(settings) if v.pair == (low, high))


def _require_linked(settings: Settings, mentions: tuple[str, str]) -> None:
    """A decision about a mistyped mention would protect nobody, and say that it holds.

    Raises:
        WrongDecision: nothing was linked yet, or the newest run knew no such mention.
    """
    from linkage import store

    last = store.last_run(settings)
    if last is None or not store.has_files(last):
        raise WrongDecision("Nothing is linked.", "Run `nnsc link run`; `nnsc link review` then shows what waits.")
    with last.open() as db:
        query = "select unique_id from partition where unique_id in (?, ?)"
        known = {key for (key,) in db.execute(query, list(mentions)).fetchall()}
    for key in mentions:
        if key not in known:
            raise WrongDecision(
                f"{key} was not linked: there is no such mention, or nothing in it tells who it is.",
                "Copy both from `nnsc link review`.",
            )


def verdicts(settings: Settings) -> list[Verdict]:
    """What holds for every pair that somebody decided, sorted by pair."""
    query = sa.select(decision).where(decision.c.kind == _KIND).order_by(decision.c.decision_id)
    latest: dict[str, dict[str, str]] = defaultdict(dict)
    with engine(settings).connect() as connection:
        for row in connection.execute(query):
            latest[row.subject][governance.folded(row.who)] = row.detail["answer"]
    found = []
    for subject, answers in sorted(latest.items()):
        low, high = subject.split("|")
        by = {answer: tuple(sorted(who for who, a in answers.items() if a == answer)) for answer in ANSWERS}
        found.append(Verdict((low, high), by["same"], by["different"], by["cannot_tell"]))
    return found


def tabulate(db: duckdb.DuckDBPyConnection, found: Sequence[Verdict], policy: Policy, anew: bool) -> None:
    """Bring ``state.verdict`` up to date: ``settled`` pairs wait for nobody. ``lk_heard``: mentions of what changed."""
    import pyarrow as pa

    rows = [{"low": v.pair[0], "high": v.pair[1], "parts": v.parts, "joins": v.joins,
             "joins_for_action": v.joins_for_action(policy), "answer": _answer(v, policy)} for v in found]  # fmt: skip
    flags = [(name, pa.bool_()) for name in ("parts", "joins", "joins_for_action")]
    schema = pa.schema([("low", pa.string()), ("high", pa.string()), *flags, ("answer", pa.string())])
    state.take_in(db, "lk_verdict", pa.Table.from_pylist(rows, schema))
    changed = "((from lk_verdict except from state.verdict) union (from state.verdict except from lk_verdict))"
    db.execute(
        "create or replace temp table lk_heard as select distinct unnest([low, high]) as unique_id from "
        f"{'lk_verdict' if anew else changed}"
    )
    db.execute("create or replace table state.verdict as from lk_verdict")


def _answer(verdict: Verdict, policy: Policy) -> str:
    if verdict.disputed:
        return "disputed"
    if verdict.joins and not verdict.joins_for_action(policy):
        return "second_person"
    return "settled"
