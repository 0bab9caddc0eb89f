"""Telling that a file belongs to another feed of the same jurisdiction: it was put into the wrong folder."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError

from feeds.catalogue import JURISDICTION_FILE, LoadedFeed
from feeds.errors import SpecificationError
from feeds.spec import FeedSpec, Layout
from feeds.yamlfile import read_yaml


def other_feed(feed: LoadedFeed, names_all: Callable[[Layout], bool]) -> str | None:
    """Another feed of the jurisdiction one of whose layouts names all headings of a file, or ``None``."""
    for path in sorted(feed.file.parent.glob("*.yml")):
        if path == feed.file or path.name == JURISDICTION_FILE:
            continue
        try:
            spec = FeedSpec.model_validate(read_yaml(path))
        except (ValidationError, SpecificationError):
            continue  # `nnsc feeds check` tells what is wrong with it
        if any(names_all(layout) for layout in spec.layouts):
            return f"{path.parent.name}/{path.stem}"
    return None
