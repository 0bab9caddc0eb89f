"""Asking a feed's source what it holds today, and comparing that with the feed file."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from connectors.base import Describes
from connectors.credentials import from_environment
from connectors.errors import IngestError
from feeds.catalogue import load_feed
from ingest.api import Resolver, connector_of
from ingest.errors import HeldBatch
from ingest.layouts import drift
from ingest.parse import Request, parse
from settings import Settings


@dataclass(frozen=True)
class Probe:
    """What a source holds and how the feed file fits: ``unknown`` headings are new there, ``missing`` ones are gone."""

    feed_id: str
    rows: int | None
    columns: dict[str, str]
    layout: str | None = None
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """True when a delivery of today would be taken in."""
        return not (self.unknown or self.missing or self.problems)


def probe(settings: Settings, feed_id: str, limit: int = 1, credentials: Resolver = from_environment) -> Probe:
    """Ask for the columns and ``limit`` rows; nothing is landed.

    Sources without columns of their own (folders, files) tell what lies there instead.

    Raises:
        RetriableError: the source did not answer.
        ConfigurationError: it refuses the question.
    """
    feed = load_feed(settings, feed_id)
    connector: Any = connector_of(settings, feed, credentials)
    if not hasattr(connector, "describe"):
        return Probe(feed_id, len(list(connector.poll({}))), {})
    told = cast("Describes", connector).describe(limit)
    layout, unknown, missing = drift(feed, tuple(name.strip() for name in told.columns))
    found = Probe(feed_id, told.total, told.columns, layout, unknown, missing)
    if unknown or missing or not told.sample:
        return found
    with tempfile.TemporaryDirectory() as folder:
        problems = _tried(settings, feed, told.sample, Path(folder))
    return Probe(feed_id, told.total, told.columns, layout, problems=problems)


def _tried(settings: Settings, feed: Any, sample: list[dict[str, str]], folder: Path) -> list[str]:
    """Parse the sample as a delivery would be; what is wrong with it, in sentences."""
    # Named as a pull of now would be: some feeds take the day from the name.
    file = folder / f"sample_{settings.now():%Y%m%dT%H%M%SZ}.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(sample[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sample)
    here = settings.model_copy(update={"home": folder})
    try:
        parsed = parse(here, Request(feed, file, settings.now(), "probe", file.name))
    except (IngestError, HeldBatch) as error:
        return [str(error)]
    return [
        f"{kind}: {rule['rule']}: {rule['unexpected_count']} of {len(sample)} sample rows"
        for kind, rules in parsed.verdict.items()
        for rule in rules
        if rule["unexpected_count"] and rule["severity"] == "must"
    ]
