"""The plan of a call-in as a table: who, why, whom that reaches, what is left out, for whom and for what it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from governance.audit import Event
from governance.decisions import Asked, Outcome, decide
from ingest.files import write_private
from ingest.ledger import note, transaction
from settings import Settings
from targeting.callin import PLAN_DAYS, CallIn
from targeting.cover import KINDS, Part

WHO = "The site's working group, two of whom decided together, and the outreach workers and officers whom they ask."
WHAT = "Whom to invite to a call-in: to hear the community, what help there is, and what the law can do."
NEVER = "Never for a stop, a search, an arrest, a charge, a sentence, bail, a job, a license or immigration."
COLUMNS = (
    "row", "jurisdiction_id", "publication_id", "known_on", "expires_on", "kind", "key", "supervised_by",
    "reaches_people", "reaches_groups", "reaches_disputes", "reasons", "who_may_use", "for_what", "never_for",
)  # fmt: skip


def table(plan: CallIn) -> Iterator[Sequence[str]]:
    """The rows of :data:`COLUMNS`: those to invite in order of their keys, then what stays unreached, and why."""
    last = str(plan.known_on + timedelta(days=PLAN_DAYS))
    head = (plan.jurisdiction_id, str(plan.publication_id), str(plan.known_on))
    uses = (WHO, WHAT, NEVER)
    for one in plan.called:
        reached = [" ".join(one.people), " ".join(one.groups), "; ".join(one.disputes)]
        why = "; ".join(map(str, one.reasons))
        supervised = " ".join(one.supervised_by)
        yield ("invite", *head, str(one.expires_on), "person", one.person_key, supervised, *reached, why, *uses)
    for parts, why in (
        (plan.cover.left_out, "there is no capacity for somebody who reaches it"),
        (plan.cover.unreachable, "nobody under supervision reaches it; think of a custom notification"),
    ):
        for part in parts:
            yield ("not reached", *head, last, part.kind, _named(part), "", "", "", "", why, *uses)


def as_csv(plan: CallIn) -> str:
    """The table with its headings, lines ending in LF; the same plan gives the same text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(table(plan))
    return out.getvalue()


def release(settings: Settings, plan: CallIn, file: Path, who: str, why: str) -> Outcome:
    """Write the plan to a file that only its owner may read, once two people decided so about this very plan.

    A line of the log comes before the file.

    Raises:
        WrongDecision: who or why is missing, nobody in particular decides, or the second person is the first.
    """
    content = as_csv(plan).encode()
    seen = {"publication_id": plan.publication_id, "digest": sha256(content).hexdigest()}
    subject = f"call-in {plan.jurisdiction_id}"
    with transaction(settings) as connection:
        outcome = decide(connection, settings, Asked("list_release", subject, who, why, seen))
    if outcome.is_effective:
        note(settings, Event("export", subject, {**seen, "rows": len(plan.called), "tier": "T3"}, who.strip()))
        write_private(file, content)
    return outcome


def summary(plan: CallIn) -> list[str]:
    """What a reader has to know before looking at names: how far the plan reaches, and how that was found."""
    cover = plan.cover
    said = [f"{plan.jurisdiction_id}, publication {plan.publication_id}, as known on {plan.known_on}: {plan.people} "
            f"candidates, {plan.supervised} of them under supervision."]  # fmt: skip
    said += [f"{count} candidates are {why}: in no part of this plan." for why, count in plan.aside.items() if count]
    if not plan.supervised:
        said.append("So nobody can be invited through supervision; think of custom notifications.")
    elif cover.is_complete:
        said.append(f"{len(plan.called)} people reach all that can be reached; {_proof(plan)}")
    else:
        said.append(
            f"A capacity of {plan.capacity} is too small: {_counted(cover.left_out)} stay unreached; {_proof(plan)}"
        )
    if cover.unreachable:
        said.append(f"Nobody under supervision reaches {_counted(cover.unreachable)}; the file names them.")
    return [*said, f"Who may use it: {WHO}", f"For what: {WHAT}", NEVER]


def _counted(parts: Sequence[Part]) -> str:
    words = {"dispute": "sides of disputes", "group": "groups", "person": "people"}
    counts = {words[kind]: sum(part.kind == kind for part in parts) for kind in KINDS}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _proof(plan: CallIn) -> str:
    cover = plan.cover
    if cover.method == "exact":
        return f"exact (integer programming): {cover.at_least} are the fewest who reach it all."
    if cover.is_complete:
        return f"greedy (too large for integer programming): {cover.at_least} at least are needed."
    best = f"at least {int(100 * cover.share)} percent of the best that {plan.capacity} can reach"
    return f"greedy: {best}; {cover.at_least} at least are needed to reach it all."


def _named(part: Part) -> str:
    return f"{part.of} (side {part.name})" if part.of else part.name
