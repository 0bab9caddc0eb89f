"""Loading ``jurisdictions/``: feeds and jurisdictions, checked against the record contracts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from feeds.contracts import Contract, load_contracts
from feeds.errors import SpecificationError, from_validation
from feeds.places import JurisdictionSpec
from feeds.spec import FeedSpec, Layout, RecordSpec
from feeds.yamlfile import read_yaml
from settings import Settings

JURISDICTION_FILE = "jurisdiction.yml"
_FEED_ID = re.compile(r"[a-z0-9_]+/[a-z0-9_]+")


@dataclass(frozen=True)
class Catalogue:
    """Everything that is written down about feeds, jurisdictions and record kinds."""

    feeds: dict[str, FeedSpec]
    jurisdictions: dict[str, JurisdictionSpec]
    contracts: dict[str, Contract]


@dataclass(frozen=True)
class LoadedFeed:
    """One feed with what is needed to take in a delivery of it."""

    spec: FeedSpec
    jurisdiction: JurisdictionSpec
    contracts: dict[str, Contract]
    file: Path


def is_feed_id(text: str) -> bool:
    """True when a feed may be called that: jurisdiction/feed."""
    return _FEED_ID.fullmatch(text) is not None and f"{text.partition('/')[2]}.yml" != JURISDICTION_FILE


def feed_file(settings: Settings, feed_id: str) -> Path:
    """The file of a feed.

    Raises:
        SpecificationError: the id is malformed or there is no such file.
    """
    path = settings.jurisdictions / f"{feed_id}.yml"
    if not is_feed_id(feed_id) or not path.is_file():
        raise SpecificationError(
            path, "", f"there is no feed {feed_id!r}.", "`nnsc feeds list` names the feeds; an id is jurisdiction/feed."
        )
    return path


def feed_ids(settings: Settings) -> list[str]:
    """Ids of all feed files, sorted, without reading them."""
    files = settings.jurisdictions.glob("*/*.yml")
    return sorted(f"{path.parent.name}/{path.stem}" for path in files if path.name != JURISDICTION_FILE)


def load_jurisdiction(settings: Settings, jurisdiction_id: str) -> JurisdictionSpec:
    """The jurisdiction of that id.

    Raises:
        SpecificationError: the file is absent or wrong.
    """
    path = settings.jurisdictions / jurisdiction_id / JURISDICTION_FILE
    try:
        return JurisdictionSpec.model_validate(read_yaml(path))
    except ValidationError as error:
        raise from_validation(path, error) from None


def load_feed(settings: Settings, feed_id: str, contracts: dict[str, Contract] | None = None) -> LoadedFeed:
    """One feed, checked: pass ``contracts`` when loading many.

    Raises:
        SpecificationError: the feed file, its jurisdiction or a contract says something impossible.
    """
    path = feed_file(settings, feed_id)
    known = contracts if contracts is not None else load_contracts(settings.contracts)
    jurisdiction = load_jurisdiction(settings, path.parent.name)
    raw: dict[str, Any] = read_yaml(path)
    raw.setdefault("timezone", jurisdiction.timezone)
    raw.setdefault("outbox", jurisdiction.outbox)
    try:
        spec = FeedSpec.model_validate({**raw, "feed_id": feed_id, "jurisdiction_id": path.parent.name})
    except ValidationError as error:
        raise from_validation(path, error) from None
    _check(path, spec, known)
    return LoadedFeed(spec, jurisdiction, {kind: known[kind] for kind in spec.kinds()}, path)


def load_catalogue(settings: Settings) -> Catalogue:
    """All feeds, jurisdictions and contracts.

    Raises:
        SpecificationError: the first file that is wrong.
    """
    contracts = load_contracts(settings.contracts)
    feeds = {feed_id: load_feed(settings, feed_id, contracts).spec for feed_id in feed_ids(settings)}
    folders = sorted(path.parent.name for path in settings.jurisdictions.glob(f"*/{JURISDICTION_FILE}"))
    return Catalogue(feeds, {name: load_jurisdiction(settings, name) for name in folders}, contracts)


def _check(path: Path, spec: FeedSpec, contracts: dict[str, Contract]) -> None:
    for number, layout in enumerate(spec.layouts):
        _check_headings(path, f"layouts.{number}", layout)
        for position, record in enumerate(layout.records):
            place = f"layouts.{number}.records.{position}"
            if record.kind not in contracts:
                known = ", ".join(sorted(contracts))
                raise SpecificationError(path, f"{place}.kind", f"{record.kind!r} is no record kind.", f"Use: {known}.")
            _check_record(path, place, record, contracts[record.kind])
    emitted = [contracts[kind] for kind in spec.kinds()]
    window = spec.delivery.window_column
    if window and not all(window in contract.columns for contract in emitted):
        raise SpecificationError(
            path, "delivery.window_column", f"not every emitted kind has the column {window!r}.", "Name a shared one."
        )
    for number, expectation in enumerate(spec.expectations):
        named = expectation.column is not None or expectation.severity != "batch"
        if named and not any(expectation.column in contract.columns for contract in emitted):
            place = f"expectations.{number}.column"
            raise SpecificationError(
                path, place, f"no emitted kind has the column {expectation.column!r}.", "Name a contract column."
            )


def _check_record(path: Path, place: str, record: RecordSpec, contract: Contract) -> None:
    for column, mapped in record.map.items():
        if column not in contract.columns:
            near = ", ".join(sorted(contract.columns))
            raise SpecificationError(
                path, f"{place}.map.{column}", f"{contract.kind} has no such column.", f"It has: {near}."
            )
        if mapped is not None and contract.columns[column].type in ("date", "timestamp") and not mapped.parse:
            raise SpecificationError(
                path, f"{place}.map.{column}", "a date needs its format.", 'Add `parse: "%Y-%m-%d"` or the like.'
            )
    missing = [c for c in contract.columns if c not in record.map and not record.is_not_supplied(c)]
    if missing:
        raise SpecificationError(
            path,
            f"{place}.map",
            f"these {contract.kind} columns are not mentioned: {', '.join(missing)}.",
            f"Map them, or add under this record: not_supplied: [{', '.join(missing)}]",
        )


def _check_headings(path: Path, place: str, layout: Layout) -> None:
    used = layout_headings(layout)
    for key, headings in (("ignore", layout.ignored), ("never_load", layout.never_load)):
        both = sorted(used & set(headings))
        if both:
            raise SpecificationError(
                path, f"{place}.{key}", f"{', '.join(both)} is used by a record too.", "Keep it in one of the places."
            )
    written = {heading.lower() for heading in (*used, *layout.ignored, *layout.never_load, *layout.from_file_name)}
    for position, record in enumerate(layout.records):
        unpivot = record.unpivot
        names = [*unpivot.names, *([unpivot.position] if unpivot.position else [])] if unpivot else []
        taken = [name for name in names if name.lower() in written]
        if taken:
            raise SpecificationError(
                path,
                f"{place}.records.{position}.unpivot",
                f"{', '.join(taken)} is a heading of the file too (upper and lower case are one).",
                "Give it another name, here and in `map`.",
            )


def layout_headings(layout: Layout) -> set[str]:
    """Headings that the records of a layout use (map, key, where, unpivot)."""
    return set().union(*(record_headings(record) for record in layout.records)) - layout.from_file_name.keys()


def record_headings(record: RecordSpec) -> set[str]:
    """Headings of the file that one record kind is made from."""
    used: set[str] = {*record.key.columns, *(record.key.was or [])}
    if record.key.latest_by:
        used.add(record.key.latest_by)
    for mapped in record.supplied().values():
        used.update(mapped.from_)
    if record.unpivot:
        used -= {*record.unpivot.names, record.unpivot.position or ""}
        used.update(name for group in record.unpivot.groups for name in group if name)
    return used
