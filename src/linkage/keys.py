"""Which key a cluster bears: people keep theirs through every relink; merges and splits are written down.

A cluster takes the key of the person with whom it shares most state numbers, then most mentions, then the oldest.
A key that finds no cluster is retired and redirects; it is never given out again.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

NewKey = Callable[[], str]


def random_key() -> str:
    """A random key: nothing of a person is in it."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Event:
    """A merge, split or heal: mentions that were ``person_from`` are ``person_to`` now."""

    kind: str
    person_from: str
    person_to: str
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class Assignment:
    """Keys of the clusters given, and what happened to the people before."""

    keys: list[str]
    created: list[str]
    retired: dict[str, str | None] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


def assign(
    clusters: Sequence[Sequence[str]],
    before: Mapping[str, str],
    born: Mapping[str, datetime],
    sids: Mapping[str, str],
    merged_into: Mapping[str, set[str]],
    new_key: NewKey = random_key,
) -> Assignment:
    """Keys for clusters of mentions; ``before`` holds the last person of each mention that had one.

    ``clusters`` has to contain every mention of each person that it touches, or that person's mentions must be gone.
    ``merged_into`` says which retired keys were once merged into a person: a split that parts them again heals.
    """
    shared: dict[tuple[int, str], list[str]] = defaultdict(list)
    for number, members in enumerate(clusters):
        for mention in members:
            if mention in before:
                shared[number, before[mention]].append(mention)
    order = sorted(
        shared.items(),
        key=lambda item: (-len({sids[m] for m in item[1] if m in sids}), -len(item[1]), born[item[0][1]], item[0][1],
                          item[0][0]),
    )  # fmt: skip
    keys: list[str | None] = [None] * len(clusters)
    taken: set[str] = set()
    for (number, person), _ in order:
        if keys[number] is None and person not in taken:
            keys[number] = person
            taken.add(person)
    created = []
    final: list[str] = []
    for key in keys:
        if key is None:
            key = new_key()
            created.append(key)
        final.append(key)
    events = _events(shared, final, taken, merged_into)
    touched = {person for _, person in shared}
    retired: dict[str, str | None] = {}
    for person in sorted(touched - taken):
        parts = [(len(m), final[number]) for (number, p), m in shared.items() if p == person]
        retired[person] = max(parts, key=lambda part: (part[0], part[1]))[1]
    return Assignment(final, created, retired, events)


def _events(
    shared: Mapping[tuple[int, str], list[str]], keys: Sequence[str], taken: set[str],
    merged_into: Mapping[str, set[str]],
) -> list[Event]:  # fmt: skip
    events = []
    for (number, person), mentions in sorted(shared.items(), key=lambda item: (item[0][1], item[0][0])):
        key = keys[number]
        if key == person:
            continue
        if person not in taken:
            kind = "merge"
        else:
            kind = "heal" if merged_into.get(person) else "split"
        events.append(Event(kind, person, key, tuple(sorted(mentions))))
    return events
