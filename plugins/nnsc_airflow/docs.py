"""The page that a feed's DAG shows in the UI, written from the feed file."""

from __future__ import annotations

from pathlib import Path

from nnsc_airflow.feedfiles import FeedFile

_MODES = {
    "full": "every delivery is the whole data set: what it no longer contains is deleted",
    "window": "every delivery is the whole of one period: deletes are inferred inside that period only",
    "append": "every delivery adds: nothing is ever inferred deleted",
}


def feed_doc(feed: FeedFile, path: Path) -> str:
    """Markdown: what the feed is, where files go, what the tasks do, what to do when one is red."""
    place = feed.connector.get("path") or feed.connector.get("url") or "see the feed file"
    kind, pattern = feed.connector.get("kind"), feed.connector.get("pattern", "*")
    fresh = feed.freshness
    lines = [
        f"### {feed.description}",
        "*Simulated agency.*" if feed.simulated else f"Published by {feed.publisher}.",
        "",
        f"- Feed file: `jurisdictions/{path.parent.name}/{path.name}` (layouts: {', '.join(feed.layouts)})",
        f"- Emits: {', '.join(f'`{kind}`' for kind in feed.kinds)}",
        f"- Files arrive by `{kind}` in `{place}`, names like `{pattern}`"
        " (a relative path lies in the installation's bucket root)",
        f"- Mode `{feed.mode}`: {_MODES.get(feed.mode, 'see the feed file')}",
        f"- Fresh: warns after {fresh.get('warn_after', 'never')}, late after {fresh.get('error_after', 'never')}",
        "",
        "**fetch** lands new files unchanged. **ingest** takes every waiting delivery in the order of its `known_at`"
        " and announces a change set that is not empty. **verdict** is red when a file had to be refused.",
        "",
        "A *held* batch does not stop this feed: decide it in the DAG `stewardship`. A *refused* file cannot be read:"
        " its receipt says why; ask the agency for a new one. Quarantined records:"
        f" `nnsc quarantine list {feed.feed_id}`.",
    ]
    return "\n".join(lines)
