"""The receipt as a page that a clerk without training understands."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from feeds.catalogue import LoadedFeed

_HEADLINES = {
    "applied": "Your file was taken in.",
    "held": "Your file is waiting for a person to look at it. Nothing of it has been used yet.",
    "refused": "Your file could not be read. Please send it again.",
    "rejected": "Your file was looked at and will not be used.",
    "withdrawn": "Your file was withdrawn. Nothing of it is used any more.",
}


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).with_name("templates")
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined).get_template(
        "receipt.html"
    )


def page(feed: LoadedFeed, receipt: dict[str, Any]) -> str:
    """The page of one receipt."""
    text: str = _template().render(feed=feed.spec, receipt=receipt, headline=_HEADLINES[receipt["state"]])
    return text
