"""Whether the newest publication has the series that a specification asks for: tried before it is registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from outcomes.asked import Publication, rows_of
from outcomes.series import told_by_feeds
from outcomes.specification import Series, Specification
from settings import Settings
from warehouse.errors import NoPublication
from warehouse.kept import opened, publication


def tried(settings: Settings, spec: Specification, file: Path) -> bool:
    """Look for every series; False where nothing was published yet, so that nothing could be looked for.

    Months may be missing: what is registered in time has most of them ahead.

    Raises:
        SpecificationError: what a run would refuse: a mart, column, unit or feed that does not exist, a column above
            T2, rows that overlap, or an outcome that is no count.
    """
    try:
        kept = publication(settings)
    except NoPublication:
        return False
    with opened(kept, settings.threads) as db:
        source = Publication(kept, db, settings.project)
        for field, series, units, is_count in _every(spec):
            told_by_feeds(source, series, file, field)
            rows_of(source, series, units, file, field, is_count)
    return True


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
