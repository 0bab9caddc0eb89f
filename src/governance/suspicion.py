"""The clock of 28 CFR 23 for entries of suspicion: what may be entered, when it is due for review, when it is gone.

28 CFR 23.20: (a) and (c) reasonable suspicion, with the facts that establish it; (b) nothing about political, religious
or social views; (h) reviewed and validated before its retention ends, which is never longer than five years. The
thresholds against implausible entries come from Chicago's gang records (entries without reason, aged 0, born before
1901).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from governance.errors import RefusedEntry
from governance.policy import Strict, load
from settings import Settings

_LEGAL_YEARS = 5


class SiteClock(Strict):
    """Stricter periods of one jurisdiction."""

    retention_years: int | None = Field(default=None, ge=1, le=_LEGAL_YEARS)
    review_months: int | None = Field(default=None, ge=1)


class SuspicionPolicy(Strict):
    """``policies/suspicion.yml``."""

    retention_years: int = Field(ge=1, le=_LEGAL_YEARS)
    review_months: int = Field(ge=1)
    minimum_age: int = Field(ge=1)
    oldest_birth_year: int
    bases: list[str] = Field(min_length=1)
    minimum_basis_length: int = Field(ge=1)
    sites: dict[str, SiteClock] = {}

    @model_validator(mode="after")
    def _sites_are_stricter(self) -> SuspicionPolicy:
        for name, site in self.sites.items():
            if (site.retention_years or 0) > self.retention_years or (site.review_months or 0) > self.review_months:
                raise ValueError(f"{name} would keep entries longer than the rule for all; a site may only be stricter")
        return self


@dataclass(frozen=True)
class Entry:
    """One entry of suspicion. ``entry_id`` is ours; names are no part of it."""

    entry_id: str
    jurisdiction_id: str
    entered_on: date | None
    entered_by: str
    basis_kind: str
    basis: str
    """The facts, in a sentence; at a review, those that still hold."""
    birth_date: date | None = None
    age: int | None = None
    """In completed years at entry, where no birth date is known."""
    reviewed_on: date | None = None
    reviewed_by: str | None = None
    about_views: bool = False
    """True when the entry speaks of political, religious or social views, associations or activities."""


State = Literal["standing", "review_due", "expired", "refused"]


@dataclass(frozen=True)
class Standing:
    """Where an entry stands on a day; only ``standing`` and ``review_due`` may be used, and only those."""

    entry_id: str
    state: State
    review_on: date | None = None
    expires_on: date | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def may_be_used(self) -> bool:
        """True while the entry may be shown to anyone or used for anything."""
        return self.state in ("standing", "review_due")


def suspicion_policy(settings: Settings) -> SuspicionPolicy:
    """The installation's clock.

    Raises:
        SpecificationError: ``policies/suspicion.yml`` is absent, wrong, or more lenient than the law.
    """
    return load(settings, "suspicion", SuspicionPolicy)


def admit(entry: Entry, policy: SuspicionPolicy, today: date) -> Standing:
    """Take an entry in.

    Raises:
        RefusedEntry: it breaks a rule, or its time is over already; it is not kept.
    """
    found = standing(entry, policy, today)
    if not found.may_be_used:
        raise RefusedEntry(f"Entry {entry.entry_id} is not taken in: {' '.join(found.reasons)}", "Nothing was kept.")
    return found


def standing(entry: Entry, policy: SuspicionPolicy, today: date) -> Standing:
    """Where an entry stands on a day: refused, expired, due for review, or standing."""
    reasons = list(_faults(entry, policy, today))
    if reasons or entry.entered_on is None:
        return Standing(entry.entry_id, "refused", reasons=reasons)
    site = policy.sites.get(entry.jurisdiction_id, SiteClock())
    since = entry.reviewed_on or entry.entered_on
    expires = _later(since, 12 * (site.retention_years or policy.retention_years))
    review = min(_later(since, site.review_months or policy.review_months), expires)
    if today >= expires:
        return Standing(entry.entry_id, "expired", review, expires, [f"Its time ended on {expires}; it is purged."])
    if today >= review:
        return Standing(entry.entry_id, "review_due", review, expires, [f"Its review was due on {review}."])
    return Standing(entry.entry_id, "standing", review, expires)


def usable(entries: Iterable[Entry], policy: SuspicionPolicy, today: date) -> list[Entry]:
    """The entries that may be used on a day; the others have fallen out."""
    return [entry for entry in entries if standing(entry, policy, today).may_be_used]


def _faults(entry: Entry, policy: SuspicionPolicy, today: date) -> Iterable[str]:
    if entry.basis_kind not in policy.bases:
        yield f"No basis that counts is stated (accepted: {', '.join(policy.bases)})."
    if len(entry.basis.strip()) < policy.minimum_basis_length:
        yield "The facts behind the suspicion are not stated in a sentence."
    if entry.about_views:
        yield "It speaks of political, religious or social views."
    if not entry.entered_by.strip():
        yield "Nobody is named who entered it."
    if entry.entered_on is None or entry.entered_on > today:
        yield "The day of entry is missing or lies in the future."
    else:
        yield from _implausible(entry, policy, entry.entered_on)
    reviewed = entry.reviewed_on
    if reviewed is not None and (reviewed > today or (entry.entered_on is not None and reviewed < entry.entered_on)):
        yield "The day of review lies before the entry or in the future."
    if reviewed is not None and not (entry.reviewed_by or "").strip():
        yield "Nobody is named who reviewed it."


def _implausible(entry: Entry, policy: SuspicionPolicy, entered_on: date) -> Iterable[str]:
    born, age = entry.birth_date, entry.age
    if born is not None:
        if born.year < policy.oldest_birth_year:
            yield f"The birth date lies before {policy.oldest_birth_year}."
        age = entered_on.year - born.year - ((entered_on.month, entered_on.day) < (born.month, born.day))
    if age is None:
        yield "Neither a birth date nor an age is stated, so nobody can tell a child from an adult."
    elif age < policy.minimum_age:
        yield f"The person was younger than {policy.minimum_age} at entry."


def _later(day: date, months: int) -> date:
    """The same day of a later month; the month's last day where it has no such day, so never later than meant."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
