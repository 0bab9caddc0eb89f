"""Single rows of a mart as one recipient may have them, for lists that people work from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from feeds.contracts import load_contracts
from governance.recipients import Recipient, pseudonym_key
from ingest.secret import define_keyed
from settings import Settings
from warehouse.engine import engine_for
from warehouse.errors import PublishError
from warehouse.kept import Kept
from warehouse.recipients import Delivered, Writer

#: The local day on which a row of a mart holds.
_KNOWN = "known_on"
#: Kind, feed and key of a record.
Record = tuple[str, str, str]


def tiers_of(kept: Kept, table: str, columns: Iterable[str]) -> dict[str, str]:
    """The tier of each column of a published table, and under ``""`` that of its rows.

    Raises:
        PublishError: the publication has no such table or column, or does not say its tiers.
    """
    told = kept.manifest.get("tiers", {}).get(table)
    missing = [name for name in columns if told is None or name not in told["columns"]]
    if told is None or missing:
        what = f"no column {missing[0]} in {table}" if told is not None else f"no table {table}"
        raise PublishError(f"Publication {kept.publication_id} has {what}.", "Run `nnsc build`, then this again.")
    return {"": str(told["tier"]), **{name: str(told["columns"][name]) for name in columns}}


def rows_for(
    settings: Settings, kept: Kept, name: str, recipient: Recipient, place: str, table: str, columns: Sequence[str],
    where: Mapping[str, str], person: str | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of one place as the recipient may have them: nothing of juveniles below T4, people under its own key.

    Rows bear ``known_on`` too where the mart has it. Records keep the warehouse's keys: they are for looking up the
    agency's numbers (:func:`agency_numbers`), and are not to be shown.
    """
    only = recipient.model_copy(update={"jurisdictions": [place], "readers": {}})
    with duckdb.connect(config={"threads": settings.threads}) as db:
        define_keyed(db, pseudonym_key(settings, name))
        writer = Writer(db, kept, only, Delivered(name, recipient.tier, Path()), {})
        if recipient.tier < "T4":
            writer.find_juveniles()
        there = {*kept.manifest["tiers"][table]["columns"]}
        wanted = [*columns, *([_KNOWN] if _KNOWN in there and _KNOWN not in columns else [])]
        shown = [f'keyed("{c}") as "{c}"' if c == person else f'"{c}"' for c in wanted]
        tests = " and ".join(f'cast("{column}" as varchar) = ?' for column in where) or "true"
        source = writer.rows(table)
        found = db.execute(
            f"select {', '.join(shown)} from (select * from {source}) where {tests}", list(where.values())
        )
        return [dict(zip(wanted, row, strict=True)) for row in found.fetchall()]


def agency_numbers(settings: Settings, records: Iterable[Record]) -> dict[Record, str]:
    """What the agency itself calls records, newest version first; a record that has no number is left out.

    Raises:
        WarehouseError: another process writes the warehouse.
    """
    contracts, kinds = load_contracts(settings.contracts), defaultdict[str, set[str]](set)
    for kind, _, key in records:
        if contracts[kind].number:
            kinds[kind].add(key)
    found: dict[Record, str] = {}
    if not kinds:
        return found
    with engine_for(settings).session() as db:
        for kind, keys in sorted(kinds.items()):
            number = contracts[kind].number
            told = db.execute(
                f"select feed_id, record_key, {number} from restricted.record_source where record_kind = ? "
                f"and record_key in (select unnest(?)) and {number} is not null order by known_from",
                [kind, sorted(keys)],
            ).fetchall()
            found |= {(kind, feed, key): str(given) for feed, key, given in told}
    return found
