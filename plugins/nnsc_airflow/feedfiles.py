"""A light reading of feed files: the handful of keys that a DAG needs, without checking the rest.

The full check with all its messages is ``feeds.catalogue``; ``dags/feed_problems.py`` runs it for the UI.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from croniter import croniter

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_JURISDICTION = "jurisdiction.yml"
_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")


class FeedFileError(ValueError):
    """A feed file from which no DAG can be made; the text names the file and what to do."""


@dataclass(frozen=True)
class FeedFile:
    """What a DAG needs to know of one feed."""

    feed_id: str
    description: str
    publisher: str
    owner: str
    schedule: str | None
    timezone: str
    simulated: bool
    kinds: tuple[str, ...]
    layouts: tuple[str, ...]
    connector: dict[str, Any]
    mode: str
    freshness: dict[str, str]

    @property
    def dag_id(self) -> str:
        """``feed__<jurisdiction>__<feed>``."""
        return "feed__" + self.feed_id.replace("/", "__")

    @property
    def jurisdiction_id(self) -> str:
        """The first half of the feed's id."""
        return self.feed_id.split("/")[0]


def feed_paths(jurisdictions: Path) -> list[Path]:
    """All feed files, sorted."""
    return sorted(path for path in jurisdictions.glob("*/*.yml") if path.name != _JURISDICTION)


def path_of(jurisdictions: Path, dag_id: str) -> Path | None:
    """The feed file behind a DAG id, or ``None`` when the id is not a feed's."""
    parts = dag_id.split("__")
    return jurisdictions / parts[1] / f"{parts[2]}.yml" if parts[0] == "feed" and len(parts) == 3 else None


def read_feed_file(path: Path, zones: dict[str, str] | None = None) -> FeedFile:
    """Read one feed file; ``zones`` remembers the jurisdictions' time zones between calls.

    Raises:
        FeedFileError: the file is not YAML, or lacks what a DAG needs.
    """
    jurisdiction, feed = path.parent.name, path.stem
    if not (_NAME.fullmatch(jurisdiction) and _NAME.fullmatch(feed)):
        raise FeedFileError(f"{path}: folder and file names are lower case letters, digits and single underscores.")
    try:
        raw = _read(path)
        layouts = raw["layouts"]
        return FeedFile(
            feed_id=f"{jurisdiction}/{feed}",
            description=str(raw["description"]),
            publisher=str(raw.get("publisher", "")),
            owner=str(raw.get("owner", "data-engineering")),
            schedule=_schedule(path, raw.get("schedule")),
            timezone=_zone(path, raw.get("timezone"), zones if zones is not None else {}),
            simulated=bool(raw.get("simulated", False)),
            kinds=tuple(sorted({record["kind"] for layout in layouts for record in layout["records"]})),
            layouts=tuple(str(layout["name"]) for layout in layouts),
            connector=dict(raw["connector"]),
            mode=str(raw["delivery"]["mode"]),
            freshness={key: str(value) for key, value in (raw.get("freshness") or {}).items()},
        )
    except KeyError as error:
        raise FeedFileError(
            f"{path}: the key {error} is missing. `nnsc feeds check` tells all that is wrong."
        ) from None
    except (TypeError, AttributeError, ValueError) as error:
        if isinstance(error, FeedFileError):
            raise
        raise FeedFileError(f"{path}: {error}. `nnsc feeds check` tells what is wrong.") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as handle:
            raw = yaml.load(handle, Loader=_Loader)
    except FileNotFoundError:
        raise FeedFileError(f"{path}: the file does not exist. Create it or correct the name.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise FeedFileError(f"{path}{where}: not valid YAML: {getattr(error, 'problem', error)}. Correct it.") from None
    if not isinstance(raw, dict):
        raise FeedFileError(f"{path}: the file holds no keys. README.md shows the form.")
    return raw


def _schedule(path: Path, cron: Any) -> str | None:
    if cron is not None and not (isinstance(cron, str) and croniter.is_valid(cron)):
        raise FeedFileError(f'{path}: schedule {cron!r} is not a cron expression such as "0 9 * * *".')
    return cron


def _zone(path: Path, own: Any, zones: dict[str, str]) -> str:
    """The feed's zone, else its jurisdiction's, proved to exist."""
    if not own:
        folder = path.parent.name
        if folder not in zones:
            zones[folder] = str(_read(path.parent / _JURISDICTION)["timezone"])
        own = zones[folder]
    try:
        ZoneInfo(own)
    except Exception as error:
        raise FeedFileError(f"{path}: {own!r} is not an IANA time zone such as America/New_York.") from error
    return str(own)
