"""The receipt as a page that a clerk without training understands, in each language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from feeds.catalogue import LoadedFeed
from ingest.receipts.forms import expected
from ingest.receipts.wording import LANGUAGES, Wording, language_of, wording
from ingest.templates import template

#: Held files whose message says what to edit here: the agency is told the headings and whom to ask instead. The whole
#: message stays in ``nnsc held``, in the task log and in the text of ``nnsc check``.
_OURS_TO_MEND = ("unknown_headings", "missing_headings", "wrong_feed")
TEMPLATES = Path(__file__).with_name("templates")


def pages(feed: LoadedFeed, receipt: dict[str, Any]) -> dict[str, str]:
    """File name -> page: ``receipt.html`` in the agency's language, ``receipt.<language>.html`` in the others."""
    own = language_of(feed.jurisdiction.locale)
    names = {language: "receipt.html" if language == own else f"receipt.{language}.html" for language in LANGUAGES}
    found = {}
    for language, name in names.items():
        others = [(wording(language).text("other_language"), n) for other, n in names.items() if other != language]
        found[name] = page(feed, receipt, wording(language), others)
    return found


def as_text(feed: LoadedFeed, receipt: dict[str, Any], language: str | None = None) -> str:
    """The receipt for a terminal or a letter, in the agency's language or the one asked for."""
    words = wording(language or language_of(feed.jurisdiction.locale))
    return page(feed, receipt, words, name="receipt.txt")


def page(
    feed: LoadedFeed,
    receipt: dict[str, Any],
    words: Wording,
    others: list[tuple[str, str]] | None = None,
    name: str = "receipt.html",
    folder: str = "",
) -> str:
    """The page of one receipt in one language.

    ``others`` are (text, address) of the other languages, ``folder`` is named where the page leaves the outbox (mail).
    """
    problems = [
        {
            **problem,
            "column": words.column(problem["headings"], problem["column"]),
            "sentence": _sentence(feed, problem, words),
        }
        for problem in receipt["problems"]
    ]
    must = [problem for problem in problems if problem["severity"] == "must"]
    text: str = template(TEMPLATES, name).render(
        feed=feed.spec, receipt=receipt, words=words, others=others or [], must=must, folder=folder,
        steps=words.texts["steps"], warned=[problem for problem in problems if problem["severity"] == "warn"],
        headline=words.text(f"headline.{_headline(receipt, must)}"), explained=_explained(receipt, words),
        technical="" if receipt["reason"] in _OURS_TO_MEND else receipt["message"],
    )  # fmt: skip
    return text


def _sentence(feed: LoadedFeed, problem: dict[str, Any], words: Wording) -> str:
    """What is wrong, and of a value that cannot be read how it is to be written."""
    said = words.sentence(problem["rule"], problem["sentence"])
    form = (
        expected(feed, problem["record_kind"], problem["column"], words) if problem["rule"][:9] == "unparsed:" else ""
    )
    return f"{said} {words.text('form', form=form)}" if form else said


def _headline(receipt: dict[str, Any], must: list[dict[str, Any]]) -> str:
    state = str(receipt["state"])
    if state != "applied":
        return state
    if must:
        return "applied_problems"
    return "correction" if receipt["corrects"] else "applied"


def _explained(receipt: dict[str, Any], words: Wording) -> str | None:
    """Why a file waits or was refused, in words for a clerk."""
    state, reason = receipt["state"], receipt["reason"]
    if state not in ("held", "refused"):
        return None
    return words.text(f"{state}.{reason}" if words.has(f"{state}.{reason}") else f"{state}.other")
