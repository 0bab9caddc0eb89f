"""What stands on a list for one recipient and one place, and the fingerprint by which two people approve it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.recipients import Recipient, chosen
from lists.catalogue import RECORD, RECORD_COLUMNS, PractitionerList, declared
from lists.errors import ListRefused, UnknownList
from settings import Settings
from warehouse.errors import PublishError
from warehouse.handed import Record, agency_numbers, rows_for, tiers_of
from warehouse.kept import Kept, publication

#: Hex digits of a person's pseudonym that a list shows, more where two people would look alike.
_SHORT = 8
PERSON_HEADING = "Person"
#: What stands for the person of a row that is of somebody whom no key names, or of nobody.
NOBODY = "not known"
Value = str | date | int | None


@dataclass(frozen=True)
class Line:
    """One row as it is shown; from ``ends`` on it is void. ``carries``: the person stays listed while it holds."""

    values: tuple[Value, ...]
    ends: date
    person: str
    carries: bool


@dataclass(frozen=True)
class Content:
    """A list as it would be handed out: every row that the publication has, in an order that says nothing."""

    name: str
    told: PractitionerList
    place: str
    recipient_name: str
    recipient: Recipient
    publication_id: int
    known_on: date | None
    lines: tuple[Line, ...]
    digest: str

    @property
    def subject(self) -> str:
        """What decisions and audit lines call it."""
        return f"list {self.name} of {self.place} for {self.recipient_name}"

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of the columns."""
        return (*((PERSON_HEADING,) if self.told.person else ()), *self.told.columns.values())

    def standing(self, day: date) -> list[tuple[Value, ...]]:
        """The rows that still hold on a day: none that ended, and nobody without a row that carries the others."""
        holding = [line for line in self.lines if day < line.ends]
        carried = {line.person for line in holding if line.carries}
        return [line.values for line in holding if line.person in carried]


def content(settings: Settings, name: str, place: str, recipient_name: str) -> Content:
    """The list out of the newest publication.

    Raises:
        UnknownList, UnknownRecipient: it is not declared.
        ListRefused: the recipient is below the tier, or does not get this place.
        NoPublication, PublishError: there is no publication, or it has not what the list is made of.
    """
    told = declared(settings, name)
    recipient = chosen(settings, None, (recipient_name,))[recipient_name]
    _may_have(told, name, place, recipient_name, recipient)
    kept = publication(settings)
    table = f"marts.{told.mart}"
    _is_of_its_tier(kept, table, told, name)
    rows = rows_for(settings, kept, recipient_name, recipient, place, table, told.read, told.rows, told.person)
    known = max((row["known_on"] for row in rows if row.get("known_on")), default=None)
    lines = _lines(told, rows, _numbers(settings, told, rows))
    digest = _digest(told, name, place, recipient_name, recipient, lines)
    return Content(name, told, place, recipient_name, recipient, kept.publication_id, known, lines, digest)


def _may_have(told: PractitionerList, name: str, place: str, recipient_name: str, recipient: Recipient) -> None:
    if recipient.tier < told.tier:
        raise ListRefused(
            f"{recipient_name} gets {recipient.tier}, and the list {name} is {told.tier}.",
            "Choose a recipient of that tier (policies/recipients.yml).",
        )
    if recipient.jurisdictions != "all" and place not in recipient.jurisdictions:
        raise ListRefused(
            f"{recipient_name} gets nothing of {place}.", f"It gets: {', '.join(recipient.jurisdictions)}."
        )


def _is_of_its_tier(kept: Kept, table: str, told: PractitionerList, name: str) -> None:
    """The list states no tier below that of what it shows."""
    try:
        tiers = tiers_of(kept, table, told.read)
    except PublishError as error:
        raise UnknownList(f"The list {name} cannot be made: {error.problem}", error.remedy) from error
    # the agency's own numbers of records are T3 in every contract
    highest = max([*tiers.values(), *(["T3"] if RECORD in told.columns else [])])
    if highest > told.tier:
        raise ListRefused(
            f"The list {name} says {told.tier} and shows what is {highest}.", f"Write `tier: {highest}` for it."
        )


def _numbers(settings: Settings, told: PractitionerList, rows: Sequence[Mapping[str, Any]]) -> dict[Record, str]:
    if RECORD not in told.columns:
        return {}
    return agency_numbers(settings, [_record(row) for row in rows])


def _record(row: Mapping[str, Any]) -> Record:
    kind, feed, key = (str(row[name]) for name in RECORD_COLUMNS)
    return kind, feed, key


def _lines(
    told: PractitionerList, rows: Sequence[Mapping[str, Any]], numbers: Mapping[Record, str]
) -> tuple[Line, ...]:
    people = sorted({str(row[told.person]) for row in rows if row[told.person]}) if told.person else []
    short = next((n for n in range(_SHORT, 33) if len({p[:n] for p in people}) == len(people)), 32)
    lines = []
    for number, row in enumerate(rows):
        key = row[told.person] if told.person else number
        person = NOBODY if key is None else str(key)[:short] if told.person else str(number)
        shown = [_shown(row, name, numbers) for name in told.columns]
        carries = all(str(row[column]) == value for column, value in told.stands_on.items())
        values = (*((person,) if told.person else ()), *shown)
        lines.append(Line(values, row[told.ends], person, carries))
    # by pseudonym, which is drawn at random: no order of people means anything
    return tuple(sorted(lines, key=lambda line: [str(value) for value in line.values]))


def _shown(row: Mapping[str, Any], name: str, numbers: Mapping[Record, str]) -> Value:
    if name == RECORD:
        kind, feed, key = _record(row)
        number = numbers.get((kind, feed, key))
        return f"{kind.replace('_', ' ')} {number or 'without a number'} (feed {feed.partition('/')[2]})"
    value = row[name]
    if value is None or isinstance(value, date | int):
        return value if not isinstance(value, bool) else ("yes" if value else "no")
    return str(value).replace("_", " ") if name.endswith(("_code", "_state", "route")) else str(value)


def _digest(
    told: PractitionerList, name: str, place: str, recipient_name: str, recipient: Recipient, lines: Sequence[Line]
) -> str:
    """SHA-256 over everything that two people approve: the rows, what the list says of itself, and who gets it."""
    whole = {
        "list": name, "says": told.model_dump(), "place": place, "recipient": recipient_name, "tier": recipient.tier,
        "purpose": recipient.purpose, "rows": [[*line.values, line.ends, line.carries] for line in lines],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()
