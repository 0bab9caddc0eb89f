"""Every setting of linkage, in one place, with its reason. A figure names the measurement that it comes from.

A false merge puts one person's history on another, so wherever a choice costs recall or precision, recall pays.
Race and ethnicity are not here and nowhere in linkage: ``features`` does not read them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: What DuckDB may hold in memory while linking; the rest goes to disk. Scoring a million mentions then peaks below
#: 2 GB, and takes no longer (docs/linkage.md).
MEMORY = "1400MB"


def _words(text: str) -> list[str]:
    return text.split()


@dataclass(frozen=True)
class Evidence:
    """What one data set tells beside the columns of every mention, in the terms of ``model``.

    ``columns`` are taken from the mentions as they are; ``comparisons`` are Splink's; ``blocking`` adds rules;
    ``certain`` adds rules of whose pairs nearly all are true, for the prior.
    """

    columns: tuple[str, ...] = ()
    comparisons: tuple[dict[str, Any], ...] = ()
    blocking: tuple[tuple[str, ...], ...] = ()
    certain: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Policy:
    """Thresholds are match weights: log2 of the odds that two mentions are one person (+1 doubles the odds)."""

    #: *Linked*, for statistics: below 8 (odds 256 to 1) the share of true pairs falls under three quarters.
    linked_weight: float = 8.0
    #: *Action*, for whatever may touch a person: at 17 (odds 131,000 to 1) half as many people are merged falsely.
    action_weight: float = 17.0
    #: Pairs from here up to ``linked_weight`` are stored and shown to reviewers (three of four are true).
    review_weight: float = 4.0
    #: Pairs that share a state or FBI number are shown down to this much below it: somebody used another's number, or
    #: two lives were recorded as one.
    seen_below: float = 16.0
    #: A cluster of this many mentions ...
    dense_from: int = 4
    #: ... with a smaller share of its pairs joined by an edge must hold at the action weight or falls apart into it.
    #: Clusters of 4 and more with density below one half were impure in three of four cases.
    least_density: float = 0.6
    #: A name may be written in many ways; the records of one person under one name hardly differ in birth by this much.
    birth_years_apart: float = 2.0
    #: Two ids agree: then different names and birth dates are a life's changes, not another person.
    ids_that_outweigh: int = 2
    #: An id that stands beside more different (surname, birth year) pairs than this is a filler ("000000"), not an id.
    people_per_id: int = 3
    #: Ids that agencies write when they have none, beside runs of one digit and ids shorter than ``shortest_id``.
    filler_ids: frozenset[str] = frozenset(
        _words("UNKNOWN UNK NONE NA NULL NOTAVAILABLE PENDING TEST REFUSED NOSID NOID 12345678 123456789 1234567")
    )
    shortest_id: int = 4
    #: Blocks larger than this are left out: 3,000 people called alike cost 4.5 million pairs and no evidence tells
    #: them apart. Ids and birth dates still find such people.
    largest_block: int = 3000
    #: Weights that training may not go below: true conflicts are hardly seen among training pairs, so that they train
    #: to -17 (suffix) and -11 (middle name) and one wrong letter would outweigh two ids.
    clamps: dict[str, float] = field(
        default_factory=lambda: {
            "suffix": -6.0,
            "middle": -6.0,
            "sex": -6.0,
            "first": -8.0,
            "last": -8.0,
            "birth": -10.0,
            "sid": -10.0,
            "fbi": -10.0,
            "local": -5.0,
            "address": -3.0,
        }
    )
    #: The other way: no single agreement outweighs everything else; an id typed into the wrong form is 20 bits wrong.
    ceilings: dict[str, float] = field(
        default_factory=lambda: {"sid": 16.0, "fbi": 16.0, "local": 12.0, "address": 10.0, "birth": 15.0}
    )
    #: A level seen fewer times than this among likely pairs has no estimate worth the name; training says so.
    least_observations: int = 100
    #: A comparison teaches where at least this share of a training block's pairs is recorded on both sides.
    least_recorded: float = 0.2
    #: Share of true pairs that the deterministic rules find; it sets the prior.
    deterministic_recall: float = 0.8
    training_pairs: float = 2e6
    em_iterations: int = 15
    em_convergence: float = 1e-3
    #: Agencies have none; public evaluation sets have columns that no record contract knows (a post code).
    more: Evidence = field(default_factory=Evidence)
    #: What people decided counts for more than any evidence.
    human_weight: float = 166.0
    #: Different people who have to say "same" before it holds at the action grade.
    deciders_for_action: int = 2

    def describe(self) -> dict[str, object]:
        """The settings as stored beside a model and in run notes."""
        from dataclasses import asdict

        return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in asdict(self).items()}


POLICY = Policy()
#: Grades in order of strictness; the action partition refines the linked one.
GRADES = ("linked", "action")
