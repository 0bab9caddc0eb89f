"""What DAGs, the command line and tests call: write the reports of a publication."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ingest.api import FeedSummary, feed_summary
from ingest.files import write_private
from reports import network, pvi, quality, site, weekly
from reports.content import Page
from reports.errors import UnknownReport
from reports.render import html, index, page_name, png, png_name
from reports.source import Source, source
from reports.wording import LANGUAGES, Words, words
from settings import Settings

#: Every report by name, in the order of the index.
NAMES = (network.NAME, weekly.NAME, "site", "pvi", "data-quality")
#: Drafts that a killed run left are removed when they are this old.
_STALE_SECONDS = 3600


@dataclass
class Written:
    """The folder, the pages that were written into it (by file name), and the publication that they show."""

    folder: Path
    publication_id: int
    tier: str
    files: list[str] = field(default_factory=list)


def reports_folder(settings: Settings) -> Path:
    """Where the reports of the newest publication lie."""
    return settings.published / "reports"


def write_reports(
    settings: Settings,
    names: Sequence[str] = (),
    place: str | None = None,
    day: date | None = None,
    languages: Sequence[str] = LANGUAGES,
    recipient: str | None = None,
    on_event: Callable[[str], None] | None = None,
) -> Written:
    """Write reports (all, or those named; of all jurisdictions, or of one ``place``) and the index; each in one step.

    The same publication gives the same bytes; only the ledger's counts on the page of data quality are of now.

    Raises:
        UnknownReport: there is no such report, or no page for this place.
        NoPublication: nothing was published yet, or nothing that old is kept.
        UnknownRecipient: the recipient is not declared.
    """
    if unknown := sorted(set(names) - set(NAMES)):
        raise UnknownReport(f"There is no report {unknown[0]!r}.", f"There are: {', '.join(NAMES)}.")
    told = tuple(language for language in LANGUAGES if language in languages)
    with source(settings, recipient, day) as opened:
        folder = _folder(settings, opened)
        done = Written(folder, opened.publication_id, opened.tier)
        ledger = {feed.feed_id: feed for feed in feed_summary(settings)} if opened.is_newest and not recipient else {}
        for language in told:
            for page, shown in _pages(settings, opened, words(language), names or NAMES, place, ledger):
                for file, content in _files(page, shown, language, told):
                    write_private(folder / file, content)
                    done.files.append(file)
                if on_event:
                    on_event(f"Written: {folder / page_name(page.name, language)}")
        if not done.files:
            raise UnknownReport(
                f"Publication {opened.publication_id} has no {' or '.join(names or NAMES)} of {place or 'any place'}.",
                _hint(names),
            )
        if not names and place is None:
            _remove_others(folder, {*done.files, *(page_name("index", language) for language in told)})
        for language in told:
            _write_index(folder, opened, language, told)
            done.files.append(page_name("index", language))
    return done


def _hint(names: Sequence[str]) -> str:
    if network.NAME in names:
        return "It is made of what a recipient at T1 was given, of all places: `nnsc publish --recipient partners`."
    return "Leave --site away to see which places have reports."


def _folder(settings: Settings, opened: Source) -> Path:
    if opened.recipient is not None:
        return settings.private_dir(settings.home / "recipients" / opened.recipient / "reports")
    folder = settings.private_dir(reports_folder(settings))
    return folder if opened.is_newest else settings.private_dir(folder / f"publication-{opened.publication_id:06}")


def _pages(
    settings: Settings,
    opened: Source,
    told: Words,
    names: Sequence[str],
    place: str | None,
    ledger: dict[str, FeedSummary],
) -> Iterator[tuple[Page, Source]]:
    """Pages, each with what it is made of."""
    if network.NAME in names and place is None:
        with network.release(settings, opened) as given:
            if given is not None:
                yield from ((page, given) for page in network.pages(given, told))
    found: list[Page] = []
    if weekly.NAME in names:
        found += weekly.pages(opened, told, place)
    if "site" in names:
        found += site.pages(opened, told, place)
    if "pvi" in names:
        found += pvi.pages(opened, told, place)
    if "data-quality" in names:
        found += quality.pages(opened, told, ledger, place)
    yield from ((page, opened) for page in found)


def _files(page: Page, opened: Source, language: str, told: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """The pictures of a page, and the page last: it never leads to one that is not there."""
    for section in page.sections:
        if section.figure:
            yield png_name(page, section.figure, language), png(section.figure, language)
    yield page_name(page.name, language), html(page, opened, language, told).encode()


def _write_index(folder: Path, opened: Source, language: str, told: tuple[str, ...]) -> None:
    groups: list[dict[str, Any]] = []
    for name in NAMES:
        found = sorted(file for file in folder.glob(f"{name}*.html") if _language(file) == language)
        links = [(file.name, _title(file)) for file in found]
        if links:
            groups.append({"heading": words(language)(f"index.{name}"), "pages": links})
    evaluations = Path("../evaluations") / page_name("index", language)
    if opened.recipient is None and opened.is_newest and (folder / evaluations).is_file():
        title = words(language)("index.evaluations")
        groups.append({"heading": title, "pages": [(str(evaluations), words(language)("index.every_evaluation"))]})
    write_private(folder / page_name("index", language), index(groups, opened, language, told).encode())


def _language(file: Path) -> str:
    return next((one for one in LANGUAGES[1:] if file.name.endswith(f".{one}.html")), LANGUAGES[0])


def _title(file: Path) -> str:
    from html import unescape

    text = file.read_text(encoding="utf-8")
    return unescape(text.partition("<title>")[2].partition("</title>")[0])


def _remove_others(folder: Path, wanted: set[str]) -> None:
    """Pages of places that are gone; drafts only when whoever wrote them must be dead."""
    for file in folder.iterdir():
        if file.suffix == ".draft":
            if time.time() - file.stat().st_mtime > _STALE_SECONDS:
                file.unlink(missing_ok=True)
        elif file.is_file() and file.name not in wanted:
            file.unlink(missing_ok=True)
