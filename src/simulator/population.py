"""The people: families, twins, juniors and seniors, groups, and how much violence each one's life holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from simulator.names import (
    CANARY_NAMES,
    CANARY_STREET,
    FEMALE_MX,
    FEMALE_US,
    LAST_MX,
    LAST_US,
    MALE_MX,
    MALE_US,
    MONIKERS,
    NICKNAMES,
    STREETS_MX,
    STREETS_US,
)
from simulator.places import PLACES, Place

_SPECIAL = 0.012
_RACES_US = (("Black", 38), ("White", 34), ("Hispanic", 22), ("Asian", 4), ("Native American", 2))


@dataclass
class Person:
    """One person as they truly are. ``risk`` weighs how often events find them; ``group`` is "" for most people."""

    person_id: str
    first: str
    middle: str
    last: str
    second: str
    suffix: str
    birth: date
    sex: str
    race: str
    ethnicity: str
    address: str
    home: str
    also: str
    sid: str
    fbi: str
    nickname: str
    alias: str
    risk: float
    group: str = ""
    twin_of: str = ""
    parent: str = ""
    died_on: date | None = None


@dataclass
class Group:
    """A clique whose members offend together, with the groups it fights."""

    group_id: str
    jurisdiction_id: str
    members: list[Person] = field(default_factory=list)
    rivals: list[str] = field(default_factory=list)


@dataclass
class Population:
    """Everybody, by home jurisdiction, and the groups."""

    people: list[Person]
    groups: dict[str, Group]

    def of(self, jurisdiction_id: str) -> list[Person]:
        """People whom events in a jurisdiction may find: those who live there and those who often stay."""
        return [p for p in self.people if jurisdiction_id in (p.home, p.also)]


def make_population(seed: int, people: int, start: date) -> Population:
    """That many people, living before ``start``."""
    rng = Random(f"{seed}/people")
    everybody: list[Person] = []
    for place in PLACES.values():
        count = round(people * place.share)
        mine = [_person(rng, place, len(everybody) + i, start) for i in range(count)]
        _twins(rng, mine)
        _juniors(rng, mine)
        everybody += mine
    groups = _groups(rng, everybody)
    _canaries(everybody)
    return Population(everybody, groups)


def _person(rng: Random, place: Place, number: int, start: date) -> Person:
    male = rng.random() < 0.8
    mexican_name = place.mexican or rng.random() < 0.04
    race = "Hispanic" if place.mexican else rng.choices([r for r, _ in _RACES_US], [w for _, w in _RACES_US])[0]
    if mexican_name:
        first, last = rng.choice(MALE_MX if male else FEMALE_MX), rng.choice(LAST_MX)
        second = rng.choice(LAST_MX)
    else:
        first, last, second = rng.choice(MALE_US if male else FEMALE_US), rng.choice(LAST_US), ""
    middle = rng.choice((MALE_MX if male else FEMALE_MX) if mexican_name else (MALE_US if male else FEMALE_US))
    age_days = int(min(15 + rng.gammavariate(2.2, 7.0), 78) * 365.25) + rng.randrange(365)
    return Person(
        person_id=f"P{number + 1:06d}", first=first, middle=middle if rng.random() < 0.7 else "", last=last, second=second,
        suffix="", birth=start - timedelta(days=age_days), sex="M" if male else "F", race=race,
        ethnicity="Hispanic" if race == "Hispanic" else "Non-Hispanic", address=_address(rng, place),
        home=place.jurisdiction_id, also=rng.choice(place.neighbours) if rng.random() < 0.08 else "",
        sid=f"{rng.randrange(10**7, 10**8)}", fbi=f"{rng.randrange(10**5, 10**6)}{rng.choice('ABCDEFGHJK')}{rng.randrange(10)}",
        nickname=NICKNAMES.get(first, ""), alias=rng.choice(MONIKERS).replace("_", " ") if rng.random() < 0.2 else "",
        risk=rng.paretovariate(1.35),
    )  # fmt: skip


def _address(rng: Random, place: Place) -> str:
    if place.mexican:
        return f"Calle {rng.choice(STREETS_MX)} {rng.randrange(1, 400)}, {rng.choice(place.areas)}"
    unit = f", Apt {rng.randrange(1, 40)}" if rng.random() < 0.3 else ""
    return f"{rng.randrange(100, 3999)} {rng.choice(STREETS_US)} {rng.choice(('St', 'Ave', 'Rd'))}{unit}"


def _twins(rng: Random, people: list[Person]) -> None:
    """Same surname, birth date and address, other first name, adjacent state numbers."""
    for number in range(max(1, round(len(people) * _SPECIAL))):
        one, other = people[4 * number], people[4 * number + 1]
        other.last, other.second, other.birth, other.address = one.last, one.second, one.birth, one.address
        other.race, other.ethnicity, other.twin_of = one.race, one.ethnicity, one.person_id
        other.sid = str(int(one.sid) + 1)
        if other.first == one.first:
            other.first = "Mateo" if one.first != "Mateo" else "Noah"
        other.nickname, one.risk = NICKNAMES.get(other.first, ""), one.risk + 2
        other.risk = max(other.risk, one.risk * rng.uniform(0.5, 1.0))


def _juniors(rng: Random, people: list[Person]) -> None:
    """A father and a son of one name at one address."""
    for number in range(max(1, round(len(people) * _SPECIAL))):
        father, son = people[4 * number + 2], people[4 * number + 3]
        son.first, son.middle, son.last, son.second = father.first, father.middle, father.last, father.second
        son.sex = father.sex
        son.birth = date(2004 - rng.randrange(6), rng.randrange(1, 13), rng.randrange(1, 29))
        father.birth = date(son.birth.year - rng.randrange(19, 34), rng.randrange(1, 13), rng.randrange(1, 29))
        son.address, son.race, son.ethnicity, son.nickname = (
            father.address,
            father.race,
            father.ethnicity,
            father.nickname,
        )
        father.suffix, son.suffix, son.parent = "Sr", "Jr", father.person_id
        father.risk, son.risk = father.risk + 1, son.risk + 2


def _canaries(everybody: list[Person]) -> None:
    """The likeliest to be in many events of each place bear a name and an address that nobody else and no word has.

    Wherever one of them turns up outside of the places for names, a name got out.
    """
    for number, place in enumerate(PLACES.values()):
        mine = [p for p in everybody if p.home == place.jurisdiction_id and not (p.twin_of or p.parent or p.suffix)]
        twins = {p.twin_of for p in everybody}
        likely = sorted((p for p in mine if p.person_id not in twins), key=lambda p: (-p.risk, p.person_id))
        for person, name in zip(likely, CANARY_NAMES[number :: len(PLACES)]):
            person.last, person.address = name, f"{len(name)}{number} {CANARY_STREET} Ave"
            if person.second:
                person.second = name


def _groups(rng: Random, everybody: list[Person]) -> dict[str, Group]:
    """About 6% of the people in groups of 5 to 30; each group has one to three rivals in its place."""
    groups: dict[str, Group] = {}
    for place in PLACES.values():
        young = [p for p in everybody if p.home == place.jurisdiction_id and p.birth.year >= 1985]
        wanted = max(8, round(0.06 * sum(p.home == place.jurisdiction_id for p in everybody)))
        rng.shuffle(young)
        mine: list[Group] = []
        while young and sum(len(g.members) for g in mine) < wanted:
            size = min(len(young), 5 + int(rng.paretovariate(1.6) * 2))
            members, young = young[: min(size, 30)], young[min(size, 30) :]
            group = Group(f"{place.jurisdiction_id}/G{len(mine) + 1:02d}", place.jurisdiction_id, members)
            for member in members:
                member.group, member.risk = group.group_id, member.risk * 4 + 4
            mine.append(group)
        for group in mine:
            others = [g.group_id for g in mine if g is not group]
            group.rivals = rng.sample(others, min(len(others), rng.randrange(1, 4)))
        groups.update({g.group_id: g for g in mine})
    return groups
