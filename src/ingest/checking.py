"""Trying a file before it is sent: read, mapped and judged as a delivery is, and no state touched."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.errors import ConfigurationError, RefusedInput
from feeds.catalogue import LoadedFeed, load_feed
from ingest.adopting import root_of
from ingest.batch import measure
from ingest.corrections import Correction, is_returned, read_returned
from ingest.errors import HeldBatch
from ingest.history import corrects_alone, summarise
from ingest.landing import content_path, known_at_from_name
from ingest.ledger import has_ledger
from ingest.parse import Parsed, Request, parse
from ingest.process import check_limits
from ingest.receipts.write import make_receipt
from settings import Settings


@dataclass(frozen=True)
class _Trial:
    """What stands in for a row of the delivery table."""

    feed_id: str
    file_name: str
    known_at: datetime
    landed_at: datetime
    state: str = "applied"
    reason: str | None = None
    message: str | None = None
    summary: dict[str, Any] | None = None
    corrects: str | None = None
    delivery_id: str = "check"
    identity: str = "0" * 12
    released: bool = False


def check_file(settings: Settings, feed_id: str, path: Path, known_at: datetime | None = None) -> dict[str, Any]:
    """The receipt that a file would get if it were delivered now (or were known at ``known_at``).

    Changes are not counted: they depend on what is applied until then. Limits look at the last applied delivery.

    Raises:
        SpecificationError: the feed file is wrong.
        ConfigurationError: there is no such file.
    """
    feed = load_feed(settings, feed_id)
    if not path.is_file():
        raise ConfigurationError("no_such_file", f"{path} does not exist or is no file.")
    now = settings.now()
    trial, parsed = _Trial(feed_id, path.name, known_at or now, now), None
    with tempfile.TemporaryDirectory() as folder:
        aside = settings.model_copy(update={"home": Path(folder)})
        try:
            if known_at is None and not is_returned(path):
                trial = replace(trial, known_at=known_at_from_name(feed.spec, path.name, now) or now)
            parsed = parse(aside, _request(settings, feed, path, trial))
            trial = replace(trial, summary=summarise(parsed))
            if has_ledger(settings):
                check_limits(settings, feed, trial.known_at, parsed)
        except (RefusedInput, HeldBatch) as error:
            state = "held" if isinstance(error, HeldBatch) else "refused"
            facts = {**(trial.summary or {}), **(error.facts if isinstance(error, HeldBatch) else {})}
            trial = replace(trial, state=state, reason=error.code, message=str(error), summary=facts)
        return _receipt(settings, feed, trial, parsed)


def _receipt(settings: Settings, feed: LoadedFeed, trial: _Trial, parsed: Parsed | None) -> dict[str, Any]:
    known = has_ledger(settings)
    measured = measure(settings, feed, parsed, trial.known_at, with_history=known) if parsed else []
    receipt, _ = make_receipt(feed, trial, parsed, measured)
    return receipt


def _request(settings: Settings, feed: LoadedFeed, path: Path, trial: _Trial) -> Request:
    request = Request(feed, path.absolute(), trial.known_at, trial.delivery_id, trial.file_name)
    if not is_returned(path):
        return request
    returned = read_returned(path, str(feed.spec.reader.options.get("encoding", "utf-8")))
    root = root_of(settings, feed.spec.feed_id, returned.reference)
    correction = Correction((request.content,), corrects_alone(feed, root))
    return replace(
        request, content=content_path(settings, root.sha256), file_name=root.file_name, correction=correction
    )


def would_be_applied_whole(receipt: dict[str, Any]) -> bool:
    """True when the file would be taken in without leaving a row out."""
    return receipt["state"] == "applied" and not receipt["quarantined"]
