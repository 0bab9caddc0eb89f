"""The policy of 28 CFR 23 for entries of suspicion: what may be entered, when it is due for review, when it is gone.

It is carried out where entries are: the rules of ``expectations/group_roster.yml`` keep out what may not be entered,
and ``core.fct_group_membership`` lets the clock run, with the periods of each site. Tests hold rules and policy
together.

28 CFR 23.20: (a) and (c) reasonable suspicion, with the facts that establish it; (b) nothing about political, religious
or social views; (h) reviewed and validated before its retention ends, which is never longer than five years. The
thresholds against implausible entries come from Chicago's gang records (entries without reason, aged 0, born before
1901).
"""

from __future__ import annotations

from pydantic import Field, model_validator

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

    def clock(self, jurisdiction_id: str) -> tuple[int, int]:
        """Years that an entry is kept after it was made or last reviewed, and months until its review, at a site."""
        site = self.sites.get(jurisdiction_id, SiteClock())
        return site.retention_years or self.retention_years, site.review_months or self.review_months


def suspicion_policy(settings: Settings) -> SuspicionPolicy:
    """The installation's clock.

    Raises:
        SpecificationError: ``policies/suspicion.yml`` is absent, wrong, or more lenient than the law.
    """
    return load(settings, "suspicion", SuspicionPolicy)
