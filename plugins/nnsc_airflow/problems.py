"""The full check of all feed files, told in one error."""

from __future__ import annotations

from nnsc_airflow.feedfiles import FeedFileError, feed_paths, read_feed_file


class FeedFilesWrong(Exception):
    """At least one feed file cannot be used; the text lists every problem."""


def feed_problems() -> list[str]:
    """One sentence per wrong feed file: file, key, problem, remedy."""
    from feeds.catalogue import load_feed
    from feeds.contracts import load_contracts
    from feeds.errors import SpecificationError
    from settings import load_settings

    settings = load_settings()
    problems: list[str] = []
    try:
        contracts = load_contracts(settings.contracts)
    except SpecificationError as error:
        return [str(error)]
    for path in feed_paths(settings.jurisdictions):
        try:
            read_feed_file(path)
            load_feed(settings, f"{path.parent.name}/{path.stem}", contracts)
        except (SpecificationError, FeedFileError) as error:
            problems.append(str(error))
    return problems


def raise_feed_problems() -> None:
    """Raises FeedFilesWrong when a feed file is wrong."""
    problems = feed_problems()
    if problems:
        raise FeedFilesWrong(f"{len(problems)} feed file(s) to correct:\n" + "\n".join(problems))
