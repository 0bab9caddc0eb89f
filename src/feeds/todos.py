"""Questions of a drafted feed file that nobody has answered yet."""

from __future__ import annotations

import re
from pathlib import Path

from feeds.catalogue import feed_file, feed_ids
from settings import Settings

#: As ``feeds.draft`` writes them: after a #, or its own beginnings of a text; a heading may hold the Spanish word.
_TODO = re.compile(r"#\s*(TODO\b.*)|[\"']?(TODO (?:what one row|who publishes|why this is not)[^\"':#\]}]*)")


def unanswered(settings: Settings, only: list[str] | None = None) -> list[str]:
    """A sentence for each TODO left in the feed files named, or in any."""
    files = [feed_file(settings, feed_id) for feed_id in only or feed_ids(settings)]
    return [sentence for file in files for sentence in _left(file)]


def _left(file: Path) -> list[str]:
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        for match in _TODO.finditer(line):
            said = (match[1] or match[2]).strip()
            found.append(f"{file}: line {number}: answer this, then take the TODO away: {said}")
    return found
