"""A delivery whose bytes are those of the one before: nothing changes, and nothing needs to be compared."""

from __future__ import annotations

import hashlib
from pathlib import Path

from feeds.catalogue import LoadedFeed
from ingest.changes import COUNTS, Derived
from ingest.files import whole_folder
from ingest.parse import Parsed
from ingest.reading import own_database
from ingest.sqltext import PARQUET, literal
from ingest.state import FeedState
from settings import Settings


def repeat(
    settings: Settings,
    feed: LoadedFeed,
    parsed: Parsed,
    before: FeedState,
    counts: dict[str, dict[str, int]],
    changes: dict[str, Path],
) -> Derived:
    """The empty change set of a delivery that was parsed to the same records as its predecessor.

    ``counts`` and ``changes`` are the predecessor's. Only a delivery without anything in quarantine is recognised as a
    repetition, so that all its records stand as that one left them.
    """
    mark = hashlib.sha256(f"same\0{parsed.folder.name}\0{before.digest()}".encode()).hexdigest()[:16]
    target = settings.home / "lake" / "changes" / feed.spec.feed_id / parsed.folder.parent.name / mark
    if not target.is_dir():
        with whole_folder(settings.home, target) as scratch:
            _write_empty(scratch, changes)
    same = {
        kind: {**dict.fromkeys(COUNTS, 0), "unchanged": told["insert"] + told["update"] + told["unchanged"]}
        for kind, told in counts.items()
    }
    return Derived(target, before, same)


def _write_empty(folder: Path, changes: dict[str, Path]) -> None:
    """Files of changes with the same columns and no row."""
    with own_database() as connection:
        for kind, file in sorted(changes.items()):
            empty = f"select * from read_parquet({literal(str(file))}) limit 0"
            connection.execute(f"copy ({empty}) to {literal(str(folder / (kind + '.parquet')))} ({PARQUET})")
