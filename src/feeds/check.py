"""Checking feed files one by one: a wrong file is reported and does not hide the others."""

from __future__ import annotations

from feeds.catalogue import feed_ids, load_feed
from feeds.contracts import load_contracts
from feeds.errors import SpecificationError
from settings import Settings


def check_all(settings: Settings, only: list[str] | None = None) -> list[SpecificationError]:
    """Problems in the feed files named, or in all of them."""
    problems = []
    contracts = load_contracts(settings.contracts)
    for feed_id in only or feed_ids(settings):
        try:
            load_feed(settings, feed_id, contracts)
        except SpecificationError as error:
            problems.append(error)
    return problems
