"""What the demo says of people: how many were found behind the records, and how that compares with the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo.summary import Say, table
from linkage.measure import Quality, quality
from linkage.policy import GRADES
from settings import Settings
from warehouse.api import query
from warehouse.engine import engine_for

#: Records whose own key the simulator's books name for one person.
_TRUTH = """
    with truth as (
        select feed_id, kind, source_key, min(person_id) as person_id
        from read_csv('{file}', all_varchar = true) group by all having count(distinct person_id) = 1),
    named as (select distinct record_key, feed_id, record_kind as kind, source_key from restricted.record_source)
    select truth.person_id, membership.person_key
    from restricted.person_mention as mention
    join named using (record_key)
    join truth on truth.feed_id = named.feed_id and truth.kind = named.kind and truth.source_key = named.source_key
    join core.person_membership as membership
        on membership.mention_key = mention.mention_key and membership.grade = '{grade}' and membership.known_to is null
    order by mention.mention_key"""
_COUNTS = """
    select grade, count(*), sum(mentions), count(*) filter (feeds > 1), count(*) filter (jurisdictions > 1)
    from core.dim_person where status = 'active' group by grade order by grade desc"""


def against_truth(settings: Settings, world: Path) -> dict[str, Quality]:
    """How good the links of each grade are, measured on the records whose person the simulator's books name."""
    found, file = {}, world / "truth" / "mentions.csv"
    with engine_for(settings).session() as db:
        for grade in GRADES:
            pairs = db.execute(_TRUTH.format(file=file, grade=grade)).fetchall()
            truth, people = (np.array([pair[side] for pair in pairs], dtype=str) for side in (0, 1))
            found[grade] = quality(truth, people)
    return found


def tell_people(settings: Settings, world: Path, say: Say) -> None:
    """People by grade, and the quality of the links."""
    measured = against_truth(settings, world)
    rows = [
        (grade, int(people), int(mentions), int(feeds), int(places), *_shares(measured[grade]))
        for grade, people, mentions, feeds, places in query(settings, _COUNTS).rows
    ]
    say("\nWho is one person (linked: for statistics; action: for whatever may touch a person)")
    headings = ("grade", "people", "mentions", "in several feeds", "in several jurisdictions", "precision", "recall",
                "falsely merged")  # fmt: skip
    for line in table(headings, rows):
        say(line)
    checked = measured[GRADES[0]].mentions
    say(f"  Precision, recall and falsely merged people: {checked:,} mentions against the simulator's truth, an upper")
    say("  bound for real agencies. What waits for people: `nnsc link review`; the ties: `nnsc link network`.")


def _shares(found: Quality) -> tuple[str, str, str]:
    return f"{found.precision:.4f}", f"{found.recall:.4f}", f"{found.false_merged:.2%}"
