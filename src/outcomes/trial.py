"""Whether the newest publication has the series that a specification asks for: tried before it is registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from feeds.catalogue import feed_ids
from feeds.errors import SpecificationError
from outcomes.asked import Publication, rows_of
from outcomes.series import told_by_feeds
from outcomes.specification import Series, Specification
from settings import Settings
from warehouse.errors import NoPublication
from warehouse.kept import opened, publication


def tried(settings: Settings, spec: Specification, file: Path) -> list[str]:
    """Look for every series; what could not be looked for yet, in a sentence each: what is registered in time comes
    before its data, so units and feeds may have delivered nothing, and months may lie ahead.

    Raises:
        SpecificationError: what no data will mend: a mart or column that does not exist, a column above T2, rows that
            overlap, an outcome that is no count, or a feed that has no file.
    """
    try:
        kept = publication(settings)
    except NoPublication:
        return ["Nothing was published yet, so it could not be tried whether its marts, columns and units exist."]
    absent: list[str] = []
    with opened(kept, settings.threads) as db:
        source = Publication(kept, db, settings.project)
        for field, series, units, is_count in _every(spec):
            missing: list[str] = []
            rows_of(source, series, units, file, field, is_count, missing)
            absent += [f"{series.mart} has no rows of {unit!r} in {series.unit_column} yet." for unit in missing]
            absent += _silent(settings, source, series, file, field)
    return list(dict.fromkeys(absent))


def _silent(settings: Settings, source: Publication, series: Series, file: Path, field: str) -> list[str]:
    """Feeds that exist and delivered nothing yet."""
    try:
        told_by_feeds(source, series, file, field)
    except SpecificationError:
        known = set(feed_ids(settings))
        if not set(series.feeds) <= known:
            raise
        return [f"Nothing was delivered yet by one of the feeds {', '.join(series.feeds)}."]
    return []


def _every(spec: Specification) -> Iterator[tuple[str, Series, list[str], bool]]:
    """Each series with its field, its units, and whether it is judged as a count."""
    units = [*spec.units.treated, *spec.units.comparison]
    yield "outcome", spec.outcome, units, True
    if spec.exposure:
        yield "exposure", spec.exposure, units, False
    for number, harm in enumerate(spec.harms):
        others = spec.units.comparison if harm.comparison is None else harm.comparison
        yield f"harms.{number}", harm, [*spec.units.treated, *others], True
    for number, covariate in enumerate(spec.matching.covariates if spec.matching else []):
        yield f"matching.covariates.{number}", covariate, units, False
