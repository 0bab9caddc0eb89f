"""Every registered evaluation, run where it has not been on the newest publication, and the list that leads to them.

What is registered is asked first and costs little; what runs an evaluation is imported when there is one to run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from feeds.errors import SpecificationError
from ingest.files import write_private
from outcomes.registration import (
    Registration,
    Unregistered,
    last_result,
    registered,
    registrations,
    results_folder,
)
from settings import Settings
from warehouse.kept import Kept, publication

State = Literal["ran", "unchanged", "unregistered", "changed", "missing", "waits", "wrong"]


@dataclass(frozen=True)
class Refreshed:
    """What became of one specification: ``said`` tells it in a sentence, ``title`` is empty where it was not read."""

    name: str
    state: State
    said: str
    title: dict[str, str]


def refresh(settings: Settings, on_event: Callable[[str], None] | None = None) -> list[Refreshed]:
    """Run each specification of ``evaluations/`` that is registered as it stands, unless its newest result is of this
    publication and of these registrations; then pool those that are to be pooled, and write the list. One that cannot
    be run stops no other.

    Raises:
        NoPublication: something is registered, but nothing was published yet.
    """
    folder = settings.project / "evaluations"
    names = [file.stem for file in sorted(folder.glob("*.yml"))]
    pools = [file.stem for file in sorted((folder / "pools").glob("*.yml"))]
    known = {name: registrations(settings, name) for name in names}
    has_news = any(known.values()) or results_folder(settings).is_dir()
    newest = publication(settings) if has_news else None
    found = []
    for name in names:
        one = _refreshed(settings, name, known[name], newest) if newest and known[name] else _unregistered(name)
        found.append(one)
        if on_event:
            on_event(one.said)
    for name in pools:
        found.append(_pooled(settings, name) if registrations(settings, name) else _unregistered(name))
        if on_event:
            on_event(found[-1].said)
    if newest:
        _write_list(settings, found)
    return found


def _unregistered(name: str) -> Refreshed:
    remedy = f"Register it first: `nnsc evaluate register {name} --why ...`."
    return Refreshed(name, "unregistered", f"{name} is not registered, so it was not run. {remedy}", {})


def _refreshed(settings: Settings, name: str, known: Sequence[Registration], newest: Kept) -> Refreshed:
    from outcomes.series import MissingMonths
    from outcomes.specification import load

    file = settings.project / "evaluations" / f"{name}.yml"
    title: dict[str, str] = {}
    try:
        spec = load(file)
        title = spec.title.model_dump()
        registered(settings, spec, file)
        result = last_result(settings, name)
        is_known = result is not None and _basis(result) == _basis_of(known, newest)
        if result is None or not is_known:
            from reports.evaluation import run_evaluation

            result = run_evaluation(settings, name, newest.publication_id).result
    except Unregistered as error:
        return Refreshed(name, "changed", str(error), title)
    except MissingMonths as error:
        return Refreshed(name, "missing", str(error), title)
    except SpecificationError as error:
        return Refreshed(name, "wrong", str(error), title)
    said = f"{name}: {result['verdict']['word']}, on publication {newest.publication_id}"
    if is_known:
        return Refreshed(name, "unchanged", f"{said} as before: nothing changed since.", title)
    return Refreshed(name, "ran", f"{said}.", title)


def _pooled(settings: Settings, name: str) -> Refreshed:
    """A pool is cheap: it is always made anew, and is unchanged where the same came out."""
    from reports.pool import NoResult, load_pool, run_pool

    file, before = settings.project / "evaluations" / "pools" / f"{name}.yml", last_result(settings, name)
    title: dict[str, str] = {}
    try:
        title = load_pool(settings, file).title.model_dump()
        result = run_pool(settings, str(file)).result
    except Unregistered as error:
        return Refreshed(name, "changed", str(error), title)
    except NoResult as error:
        return Refreshed(name, "waits", str(error), title)
    except SpecificationError as error:
        return Refreshed(name, "wrong", str(error), title)
    if result == before:
        return Refreshed(
            name, "unchanged", f"{name}: {result['verdict']['word']} as before: nothing changed since.", title
        )
    return Refreshed(name, "ran", f"{name}: {result['verdict']['word']}, {len(result['members'])} evaluations.", title)


def _basis(result: dict[str, Any]) -> Any:
    """The publication and the registrations that a result rests on."""
    extract = result["extract"]
    decided = [(one["decision_id"], one["digest"]) for one in result["registrations"]]
    return extract["publication_id"], extract["published_at"], decided


def _basis_of(known: Sequence[Registration], newest: Kept) -> Any:
    decided = [(one.decision_id, one.digest) for one in known]
    return newest.publication_id, newest.manifest["published_at"], decided


def _write_list(settings: Settings, found: Sequence[Refreshed]) -> None:
    from reports.evaluation_words import evaluation_words
    from reports.render import evaluations_list, page_name
    from reports.source import source
    from reports.wording import LANGUAGES

    folder = settings.private_dir(results_folder(settings))
    with source(settings) as opened:
        for language in LANGUAGES:
            told, file = evaluation_words(language), page_name("index", language)
            reports = f"../reports/{file}" if (settings.published / "reports" / file).is_file() else None
            rows = [_row(settings, one, language) for one in found]
            write_private(folder / file, evaluations_list(rows, opened, told, LANGUAGES, reports).encode())


def _row(settings: Settings, one: Refreshed, language: str) -> dict[str, Any]:
    """A line of the list: the newest result is shown even where the specification was not run now."""
    from reports.render import page_name

    result = last_result(settings, one.name)
    return {
        "title": one.title.get(language) or one.name,
        "page": f"{one.name}/{page_name('index', language)}" if result else None,
        "verdict": result["verdict"]["word"] if result else None,
        "publication": result["extract"]["publication_id"] if result else None,
        "state": "run" if one.state in ("ran", "unchanged") else one.state,
    }
