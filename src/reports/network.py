"""The network-wide page: every site beside the others, from one suppressed publication (T1) and from nothing else.

Inside too it is made of what a recipient was given: numbers that are suppressed a second time, in another way, would
give away what was left out the first time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from governance.recipients import recipients
from reports import charts
from reports.content import Figure, Page, Section, Table
from reports.shootings import Month, all_time, name_of, places, twelve_month_sums, whole_months
from reports.site import compared
from reports.source import Source, source
from reports.wording import Words
from settings import Settings
from warehouse.errors import NoPublication

NAME = "network"
#: The only tier of which this page is made: T0 has no shootings, from T2 on small numbers are shown.
_TIER = "T1"
#: Months of the charts.
_MONTHS = 120


@dataclass(frozen=True)
class Site:
    """One site: its whole months, and twelve-month sums of people shot; None where a part was left out."""

    name: str
    months: Sequence[Month]
    sums: Sequence[Month]
    total: int | None

    @property
    def newest(self) -> int | None:
        """People shot in the newest twelve months."""
        return self.sums[-1].victims if self.sums else None

    @property
    def before(self) -> int | None:
        """People shot in the twelve months before those."""
        return self.sums[-13].victims if len(self.sums) > 12 else None

    @property
    def is_drawn(self) -> bool:
        """True when there are two sums at least: fewer are no line."""
        return sum(month.victims is not None for month in self.sums[-_MONTHS:]) > 1


@contextmanager
def release(settings: Settings, opened: Source) -> Iterator[Source | None]:
    """The suppressed publication that the page is made of; None where nobody was given one.

    Of a recipient's reports it is the recipient's own. Inside it is that of the first recipient, by name, who gets
    every jurisdiction at T1 and was given something. A publication that is no longer the newest has no such page: what
    was given then is not kept.

    Raises:
        SpecificationError: ``policies/recipients.yml`` is wrong.
    """
    if opened.recipient is not None or not opened.is_newest:
        yield opened if opened.recipient is not None and opened.tier == _TIER else None
        return
    for name, recipient in sorted(recipients(settings).items()):
        if recipient.tier == _TIER and recipient.jurisdictions == "all" and _was_given(settings, name):
            with source(settings, name) as given:
                yield given
            return
    yield None


def _was_given(settings: Settings, recipient: str) -> bool:
    """Whether a recipient has a publication whose moment is still known."""
    try:
        with source(settings, recipient):
            return True
    except NoPublication:
        return False


def pages(given: Source, words: Words) -> list[Page]:
    """The page, or none where no shootings are known."""
    sites = [_site(given, place) for place in places(given)]
    if not sites:
        return []
    small = [site.name for site in sites if not site.is_drawn]
    number, at = given.publication_id, f"{given.published_at:%Y-%m-%d}"
    said = [words("network.made", number=number, at=at), words("network.compare")]
    if small:
        said.append(words("network.not_drawn", names=", ".join(small)))
    section = Section("sites", words("network.heading"), said, _figure(words, sites), [_table(words, sites)])
    return [Page(NAME, words("network.title"), words("network.lead", count=len(sites)), [section])]


def _site(given: Source, place: str) -> Site:
    months = whole_months(given, place)
    return Site(name_of(given, place), months, twelve_month_sums(months), all_time(given, place))


def _figure(words: Words, sites: Sequence[Site]) -> Figure | None:
    drawn = [site for site in sites if site.is_drawn]
    if not drawn:
        return None
    rows = [
        {"place": site.name, "month": _told(month.month), "value": month.victims, "is_newest": month is known[-1]}
        for site in drawn
        for known in [[month for month in site.sums if month.victims is not None]]
        for month in site.sums[-_MONTHS:]
    ]
    ends = "; ".join(f"{site.name}: {_count(words, site.newest)}" for site in drawn)
    names = [site.name for site in drawn]
    return Figure(
        "sites", words("network.chart_title"), words("network.chart_desc", sites=ends),
        lambda width: charts.small_multiples(rows, width, names),
    )  # fmt: skip


def _table(words: Words, sites: Sequence[Site]) -> Table:
    headings = [words("network.site"), words("site.through"), words("site.victims"), words("network.year_before"),
                words("network.change"), words("network.since"), words("network.all_months"),
                words("network.months_left_out")]  # fmt: skip
    return Table(words("network.table_title"), headings, [_row(words, s) for s in sites], frozenset({2, 3, 6, 7}))


def _row(words: Words, site: Site) -> list[str]:
    missing = sum(month.victims is None for month in site.months)
    return [
        site.name,
        _told(site.sums[-1].month) if site.sums else "–",
        _count(words, site.newest) if site.sums else "–",
        _count(words, site.before) if len(site.sums) > 12 else "–",
        compared(words, site.newest, site.before) if len(site.sums) > 12 else "–",
        _told(site.months[0].month) if site.months else "–",
        _count(words, site.total),
        words("network.of", count=missing, months=len(site.months)),
    ]


def _told(month: date) -> str:
    return f"{month:%Y-%m}"


def _count(words: Words, value: int | None) -> str:
    return words("left_out") if value is None else words.number(value)
