"""Run a registered evaluation and write it: result, frozen series, and a page in each language, swapped in as one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outcomes.asked import Publication
from outcomes.evaluation import SERIES_FILE, Evaluated, evaluate, published_effects
from outcomes.registration import registered, results_folder
from outcomes.specification import load
from reports.content import Page
from reports.evaluation_page import page
from reports.evaluation_words import evaluation_words
from reports.render import evaluation_html, page_name, png, png_name
from reports.source import INSIDE_TIER, Source
from reports.wording import LANGUAGES, Words
from settings import Settings
from warehouse.kept import opened, publication

#: Every run is kept here by its content; the folder with the evaluation's name is a link to the newest.
KEPT = "kept-runs"
#: The folder of specifications that pool others, in ``evaluations/``.
POOLS = "pools"


@dataclass(frozen=True)
class Ran:
    """The folder of the evaluation, what came out, and where this run is kept."""

    folder: Path
    result: dict[str, Any]
    kept: Path


def specification_file(settings: Settings, given: str) -> Path:
    """The file of an evaluation that is named, or given by its path."""
    path = Path(given)
    if path.suffix in (".yml", ".yaml") or path.is_file():
        return path
    folder = settings.project / "evaluations"
    pool = folder / POOLS / f"{given}.yml"
    return pool if pool.is_file() and not (folder / f"{given}.yml").is_file() else folder / f"{given}.yml"


def run_evaluation(settings: Settings, given: str, number: int | None = None) -> Ran:
    """Run a specification on the newest publication, or on a kept one; the same publication gives the same bytes.

    Raises:
        SpecificationError: the file is wrong, not registered, changed since, or a month is missing.
        NoPublication: nothing was published yet, or that one is not kept.
    """
    file = specification_file(settings, given)
    spec = load(file)
    known = registered(settings, spec, file)
    kept, newest = publication(settings, number), publication(settings)
    with opened(kept, settings.threads) as db:
        found = evaluate(Publication(kept, db, settings.project), spec, file, known)
        at = datetime.fromisoformat(kept.manifest["published_at"]).astimezone(UTC)
        is_newest = kept.publication_id == newest.publication_id
        source = Source(kept.publication_id, at, INSIDE_TIER, None, is_newest, db, frozenset())
        files = dict(_files(settings, found, source))
    folder = results_folder(settings) / spec.name
    return Ran(folder, found.result, swap(settings, folder, files))


def _files(settings: Settings, found: Evaluated, source: Source) -> Iterator[tuple[str, bytes]]:
    yield SERIES_FILE, found.series
    yield "result.json", (json.dumps(found.result, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
    effects = published_effects(settings.project)
    for language in LANGUAGES:
        told = evaluation_words(language)
        yield from page_files(page(found.result, effects, told), source, told)


def page_files(made: Page, source: Source, told: Words) -> Iterator[tuple[str, bytes]]:
    """A page in one language, and its charts."""
    language = told.language
    for section in made.sections:
        if section.figure:
            yield png_name(made, section.figure, language), png(section.figure, language)
    yield page_name(made.name, language), evaluation_html(made, source, told, LANGUAGES).encode()


def swap(settings: Settings, folder: Path, files: dict[str, bytes]) -> Path:
    """Keep a run under the fingerprint of its content, then turn the link: readers see the old run or the new one."""
    content = hashlib.sha256()
    for name in sorted(files):
        content.update(name.encode() + hashlib.sha256(files[name]).digest())
    settings.private_dir(folder.parent)
    kept = settings.private_dir(folder.parent / KEPT) / f"{folder.name}.{content.hexdigest()[:16]}"
    draft = kept.with_name(f"{kept.name}.{os.getpid()}.draft")
    if not kept.is_dir():
        settings.private_dir(draft)
        for name, written in files.items():
            (draft / name).write_bytes(written)
            (draft / name).chmod(0o600)
        try:
            draft.replace(kept)
        except OSError:
            if not kept.is_dir():  # only a run that wrote the same at the same time may have come first
                raise
            shutil.rmtree(draft)
    link = folder.with_name(f"{folder.name}.{os.getpid()}.draft")
    link.unlink(missing_ok=True)
    link.symlink_to(Path(KEPT) / kept.name)
    link.replace(folder)
    return kept
