"""Mentions of people alone, in any number, with the person behind each: for measuring linkage.

The people and the ways of writing them are those of the simulated agencies (``population``, ``recording``): nothing of
the noise is set here. Beside twins and juniors there are brothers: one surname and address, adjacent state numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from simulator.places import BAJIO, LAGRANGE, MILLBROOK, RIVERMOUTH
from simulator.population import Person, make_population
from simulator.recording import Habits, describe

START = date(2024, 1, 1)
_BROTHERS = 0.02
#: Six agencies: where they are, how they write, whom they see.
_AGENCIES: tuple[tuple[str, str, Habits], ...] = (
    (RIVERMOUTH, "arrest", Habits("RM")),
    (RIVERMOUTH, "probation", Habits("PB")),
    (MILLBROOK, "arrest", Habits("MB", upper=False)),
    (LAGRANGE, "arrest", Habits("LG")),
    ("sim_us_oh_state", "prison", Habits("A", upper=False, sexes=("Male", "Female", "Unknown"))),
    (BAJIO, "arrest", Habits("BJ", upper=False, mexican=True, sexes=("Hombre", "Mujer", "ND"), sid=False)),
)
COLUMNS = (
    "mention_key", "jurisdiction_id", "feed_id", "last_name", "second_last_name", "first_name", "middle_name",
    "name_suffix", "alias_names", "birth_date", "age", "seen_on", "sex", "sid", "fbi_number", "local_id", "address",
    "person_id", "stratum", "name_group", "true_sex",
)  # fmt: skip
_FACTS = ("last", "second", "first", "middle", "suffix", "alias", "dob", "age")
_MORE = ("sex", "sid", "fbi", "local", "address")


def write_mentions(path: Path, seed: int, mentions: int) -> int:
    """A CSV file with about that many mentions (3.4 a person) and the truth in its last columns; returns the rows."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        count = 0
        for row in mention_rows(seed, mentions):
            writer.writerow(row)
            count += 1
    return count


def mention_rows(seed: int, mentions: int) -> Iterator[tuple[object, ...]]:
    """The rows of :func:`write_mentions`, in order of person."""
    rng = Random(f"{seed}/mentions")
    people = _with_brothers(rng, make_population(seed, round(mentions / 3.4), START).people)
    strata = _strata(people)
    number = 0
    for person in people:
        for _ in range(min(40, 1 + int(rng.expovariate(1 / 2.9)))):
            jurisdiction, feed, habits = _agency(rng, person)
            day = START + timedelta(days=rng.randrange(720))
            facts = describe(rng, person, day, habits)
            number += 1
            yield (
                f"m{number:08d}:person", jurisdiction, f"{jurisdiction}/{feed}",
                *(facts[name] for name in _FACTS), day, *(facts[name] for name in _MORE),
                person.person_id, strata[person.person_id], "mexican" if person.second else "us", person.sex,
            )  # fmt: skip


def _agency(rng: Random, person: Person) -> tuple[str, str, Habits]:
    """Mostly an agency of the place where the person lives or often stays, now and then any other."""
    near = [agency for agency in _AGENCIES if agency[0] in (person.home, person.also)]
    return rng.choice(near if near and rng.random() < 0.7 else _AGENCIES)


def _with_brothers(rng: Random, people: list[Person]) -> list[Person]:
    plain = [i for i, p in enumerate(people) if not _related(p, people)]
    rng.shuffle(plain)
    pairs = round(len(people) * _BROTHERS)
    changed = dict(enumerate(people))
    by_home: dict[str, list[int]] = {}
    for i in plain:
        by_home.setdefault(people[i].home, []).append(i)
    for home in sorted(by_home):
        members = by_home[home]
        for one, other in zip(members[: pairs // 2 : 2], members[1 : pairs // 2 : 2], strict=False):
            elder = people[one]
            birth = elder.birth + timedelta(days=rng.randrange(300, 2500))
            changed[other] = replace(
                people[other], last=elder.last, second=elder.second, address=elder.address, birth=birth,
                sid=str(int(elder.sid) + 1), race=elder.race, ethnicity=elder.ethnicity,
            )  # fmt: skip
    return [changed[i] for i in range(len(people))]


def _related(person: Person, people: list[Person]) -> bool:
    if person.twin_of or person.parent or person.suffix:
        return True
    number = int(person.person_id[1:]) - 1
    return number + 1 < len(people) and people[number + 1].twin_of == person.person_id


def _strata(people: list[Person]) -> dict[str, str]:
    """Twins, juniors (with their fathers), families (one surname at one address), else ordinary."""
    twins = {p.person_id for p in people if p.twin_of} | {p.twin_of for p in people if p.twin_of}
    juniors = {p.person_id for p in people if p.suffix}
    homes: dict[tuple[str, str], int] = {}
    for person in people:
        homes[person.last, person.address] = homes.get((person.last, person.address), 0) + 1
    found = {}
    for person in people:
        family = homes[person.last, person.address] > 1
        found[person.person_id] = (
            "twins" if person.person_id in twins
            else "juniors" if person.person_id in juniors
            else "families" if family else "ordinary"
        )  # fmt: skip
    return found
