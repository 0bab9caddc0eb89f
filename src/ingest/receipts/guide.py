"""The one-page drop guide of a feed, for the people at the agency: where, how named, which columns, what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.catalogue import LoadedFeed
from feeds.contracts import ColumnSpec
from feeds.spec import ColumnMap, Layout, RecordSpec
from ingest.receipts.forms import form
from ingest.receipts.page import TEMPLATES
from ingest.receipts.wording import Wording, language_of, wording
from ingest.templates import template

_REQUIRED = "expect_column_values_to_not_be_null"


@dataclass(frozen=True)
class GuideColumn:
    """One column of the file: its heading, what it means, how it is written, whether it must be filled in."""

    heading: str
    meaning: str
    form: str
    required: bool


def drop_guide(feed: LoadedFeed, language: str | None = None) -> str:
    """The guide as an HTML page, written from the feed file's first (newest) layout."""
    words = wording(language or language_of(feed.jurisdiction.locale))
    layout = feed.spec.layouts[0]
    connector = feed.spec.connector
    place = str(connector.options.get("path") or connector.options.get("url") or connector.kind)
    text: str = template(TEMPLATES, "guide.html").render(
        feed=feed.spec, jurisdiction=feed.jurisdiction, words=words, columns=columns(feed, layout, words), place=place,
        kind=connector.kind, pattern=str(connector.options.get("pattern", "*")), named=_named(feed, words),
        unused=layout.ignored, never=layout.never_load, steps=words.texts["steps"], reader=feed.spec.reader,
        outbox=f"outbox/{feed.spec.feed_id}/", ratio=f"{feed.spec.delivery.min_row_ratio:.0%}",
    )  # fmt: skip
    return text


def _named(feed: LoadedFeed, words: Wording) -> str | None:
    rule = feed.spec.delivery.known_at
    if rule is None:
        return None
    day = datetime(2026, 1, 31, 18, 30)
    return words.text("guide.date_in_name", example=day.strftime(rule.format))


def columns(feed: LoadedFeed, layout: Layout, words: Wording) -> list[GuideColumn]:
    """The columns that a layout uses, in the order in which it names them; one line per heading."""
    found: dict[str, GuideColumn] = {}
    for record in layout.records:
        contract = feed.contracts[record.kind]
        needed = {e.column for e in contract.expectations if e.type == _REQUIRED and e.severity == "must"}
        for name, mapped in record.supplied().items():
            for heading in _headings(record, mapped):
                column = GuideColumn(
                    heading, _meaning(contract.columns[name], words), form(mapped, contract, name, words),
                    name in needed or heading in record.key.columns,
                )  # fmt: skip
                old = found.get(heading)
                found[heading] = column if old is None else _merged(old, column)
        for heading in record.key.columns:
            if heading not in found and heading not in (record.unpivot.names if record.unpivot else []):
                found[heading] = GuideColumn(heading, words.text("guide.key"), "", True)
    return list(found.values())


def _merged(old: GuideColumn, new: GuideColumn) -> GuideColumn:
    return GuideColumn(old.heading, old.meaning, old.form or new.form, old.required or new.required)


def _headings(record: RecordSpec, mapped: ColumnMap) -> list[str]:
    made = record.unpivot.names if record.unpivot else []
    found = []
    for name in mapped.from_:
        if record.unpivot and name in made:
            place = made.index(name)
            found += [heading for group in record.unpivot.groups if (heading := group[place])]
        elif not record.unpivot or name != record.unpivot.position:
            found.append(name)
    return found


def _meaning(column: ColumnSpec, words: Wording) -> str:
    """Contracts are described in English; in other languages the heading has to do."""
    return column.description if words.language == "en" else ""
