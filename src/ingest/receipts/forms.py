"""How a value is to be written, in words for the people who write it."""

from __future__ import annotations

from feeds.catalogue import LoadedFeed
from feeds.contracts import Contract
from feeds.spec import ColumnMap
from ingest.receipts.wording import Wording


def form(mapped: ColumnMap, contract: Contract, name: str, words: Wording) -> str:
    """The form of a column's values (``MM/DD/YYYY``, ``a whole number``); empty where any text will do."""
    if mapped.values is not None:
        return words.text("guide.one_of", values=", ".join(mapped.values))
    kind = contract.columns[name].type
    if kind in ("date", "timestamp") and mapped.parse:
        return " / ".join(_written(text, words) for text in mapped.parse)
    return words.text(f"guide.types.{kind}") if words.has(f"guide.types.{kind}") else ""


def expected(feed: LoadedFeed, kind: str, column: str | None, words: Wording) -> str:
    """The form of a column of a record kind, by the newest layout that supplies it."""
    for layout in feed.spec.layouts:
        for record in layout.records:
            if record.kind == kind and column in record.supplied():
                return form(record.supplied()[column], feed.contracts[kind], column, words)
    return ""


def _written(text: str, words: Wording) -> str:
    for code, letters in words.texts["guide"]["formats"].items():
        text = text.replace(code, letters)
    return text
