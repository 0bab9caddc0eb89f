"""Run a registered pool of evaluations: the newest result of each, together, and a page in each language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from feeds.errors import SpecificationError
from outcomes.evaluation import plain, published_effects
from outcomes.pool import Pool, pooled
from outcomes.registration import Unregistered, last_result, registered, results_folder
from outcomes.specfile import read
from outcomes.specification import load
from reports.evaluation import Ran, page_files, specification_file, swap
from reports.evaluation_words import evaluation_words
from reports.pool_page import page
from reports.source import Source
from reports.source import source as newest_source
from reports.wording import LANGUAGES
from settings import Settings


class NoResult(SpecificationError):
    """An evaluation that is pooled has no result of what is registered now."""


def load_pool(settings: Settings, file: Path) -> Pool:
    """The pool in a file.

    Raises:
        SpecificationError: the file is absent or wrong, or an evaluation has its name.
    """
    found = read(file, Pool)
    if (settings.project / "evaluations" / f"{found.name}.yml").is_file():
        raise SpecificationError(file, "name", f"an evaluation is called {found.name!r}.", "Choose another name.")
    return found


def run_pool(settings: Settings, given: str) -> Ran:
    """Pool the newest results of the evaluations that a registered file names; the same results give the same bytes.

    Raises:
        Unregistered: the pool is not registered, or was changed since.
        NoResult: an evaluation is not registered as it stands, or was not run so.
        SpecificationError: a file is wrong.
        NoPublication: nothing was published yet.
    """
    file = specification_file(settings, given)
    spec = load_pool(settings, file)
    known = registered(settings, spec, file)
    results = [_newest(settings, name, file) for name in spec.evaluations]
    last = max((one["extract"] for one in results), key=lambda extract: str(extract["published_at"]))
    result = plain({
        **{key: spec.content[key] for key in ("name", "title", "question")},
        "specification": spec.content,
        "digest": spec.digest,
        "registrations": [one.row() for one in known],
        "extract": {key: last[key] for key in ("publication_id", "published_at")},
        **pooled(results),
    })  # fmt: skip
    with newest_source(settings) as opened:
        at = datetime.fromisoformat(last["published_at"]).astimezone(UTC)
        is_newest = (opened.publication_id, opened.published_at) == (last["publication_id"], at)
        told = replace(opened, publication_id=last["publication_id"], published_at=at, is_newest=is_newest)
        files = dict(_files(settings, result, told))
    folder = results_folder(settings) / spec.name
    return Ran(folder, result, swap(settings, folder, files))


def _newest(settings: Settings, name: str, file: Path) -> dict[str, Any]:
    """The result of an evaluation as it is registered now."""
    own = settings.project / "evaluations" / f"{name}.yml"
    spec = load(own)
    try:
        registered(settings, spec, own)
    except Unregistered as error:
        raise NoResult(file, "evaluations", f"{name} is not registered as it stands.", error.remedy) from None
    result, again = last_result(settings, name), f"Run it: `nnsc evaluate run {name}`."
    if result is None:
        raise NoResult(file, "evaluations", f"{name} was never run.", again)
    if result["digest"] != spec.digest:
        raise NoResult(file, "evaluations", f"the result of {name} is of an earlier registration.", again)
    return result


def _files(settings: Settings, result: dict[str, Any], source: Source) -> Iterator[tuple[str, bytes]]:
    yield "result.json", (json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
    made = partial(page, result, published_effects(settings.project))
    for language in LANGUAGES:
        told = evaluation_words(language)
        yield from page_files(made(told), source, told)
