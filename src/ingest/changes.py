"""What one delivery changes, compared with the feed's state before it: a pure function of records and state.

A quarantined record keeps its place and is never inferred deleted.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feeds.catalogue import LoadedFeed
from feeds.contracts import ENTITY_OF
from feeds.limits import DeliverySpec
from feeds.spec import RecordSpec
from ingest.errors import HeldBatch
from ingest.files import whole_folder
from ingest.mapping import key_signature
from ingest.pairing import paired
from ingest.parse import Parsed, workspace
from ingest.points import reached
from ingest.secret import METHOD, define_keyed, pseudonym_key
from ingest.sqltext import PARQUET, ident, literal
from ingest.state import COLUMNS, FeedState, KindState, load_state, meet_carried, meet_state, next_state
from settings import Settings

if TYPE_CHECKING:
    import duckdb

#: What is counted of every record kind.
COUNTS = ("insert", "update", "delete", "mark", "clear", "unchanged")


@dataclass(frozen=True)
class Derived:
    """The changes of one delivery on disk, the state behind it, and counts by record kind."""

    folder: Path
    state: FeedState
    counts: dict[str, dict[str, int]]


def derive(settings: Settings, feed: LoadedFeed, parsed: Parsed, before: FeedState) -> Derived:
    """Compare a parsed delivery with the state before it; written whole, found again by a retry."""
    mark = hashlib.sha256(f"{METHOD}\0{parsed.folder.name}\0{before.digest()}".encode()).hexdigest()[:16]
    target = settings.home / "lake" / "changes" / feed.spec.feed_id / parsed.folder.parent.name / mark
    if not target.is_dir():
        with whole_folder(settings.home, target) as scratch, workspace(settings, scratch) as connection:
            define_keyed(connection, pseudonym_key(settings))
            _derive_into(settings, feed, parsed, before, connection, scratch, target)
        reached("changes.written")
    raw = json.loads((target / "derived.json").read_text())
    return Derived(target, FeedState.from_json(raw["state"]), raw["counts"])


def _derive_into(
    settings: Settings,
    feed: LoadedFeed,
    parsed: Parsed,
    before: FeedState,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    target: Path,
) -> None:
    layout = next(layout for layout in feed.spec.layouts if layout.name == parsed.layout)
    appends = feed.spec.delivery.mode == "append"
    counts: dict[str, dict[str, int]] = {}
    states: dict[str, KindState] = dict(before.kinds)
    for record in layout.records:
        old = before.kinds.get(record.kind, KindState())
        key = key_signature(record, feed.contracts[record.kind], record.key.columns)
        rekeyed = _check_key(feed, record, old, key)
        _load_new(connection, feed, parsed, record)
        load_state(connection, settings.home, old, once=appends and not rekeyed)
        if rekeyed:
            _carry_over_keys(connection, parsed, record)
        if appends:
            if rekeyed:
                meet_carried(connection)
            else:
                meet_state(connection, settings.home, old)
        entities = [_entity(name) for name in feed.contracts[record.kind].references]
        pairs = paired(connection, feed.spec.delivery, record, entities)
        _outcome(connection, feed, record, pairs, parsed.window)
        counts[record.kind] = _counts(connection, parsed, record.kind)
        _write_changes(connection, feed, record, scratch)
        states[record.kind] = next_state(
            connection,
            settings.home,
            old,
            scratch,
            target.relative_to(settings.home),
            record.kind,
            key,
            rekeyed,
            searched=appends,
        )
    result = {"counts": counts, "state": FeedState(states).to_json()}
    (scratch / "derived.json").write_text(json.dumps(result, sort_keys=True))


def _check_key(feed: LoadedFeed, record: RecordSpec, old: KindState, key: str) -> bool:
    """True when the layout made keys of something else than before and says of what they were made.

    Raises:
        HeldBatch: ``key_changed`` when it does not say so: all records would look deleted and new.
    """
    if not old.layers or old.key == key:
        return False
    was = key_signature(record, feed.contracts[record.kind], record.key.was) if record.key.was else None
    if was != old.key:
        raise HeldBatch(
            "key_changed",
            f"The key of {record.kind} was made of {old.key} and is now made of {key}; every record would look deleted "
            f"and new. In jurisdictions/{feed.spec.feed_id}.yml, say under this layout's key what it was: `was: [...]`",
        )
    return True


def _carry_over_keys(connection: duckdb.DuckDBPyConnection, parsed: Parsed, record: RecordSpec) -> None:
    """Let ``old`` speak of the new keys: each old record goes to the one new key whose row names it.

    Where several rows name an old record, equal content comes first; an old record that is not chosen stays under its
    old key, which no row has any more.
    """
    source = f"read_parquet({literal(str(parsed.records(record.kind)))})"
    connection.execute(f"""
        create or replace temp table carried as
        with named as (
            select _was_hash as was_hash, _key_hash as key_hash, min(_content_hash) as content
            from {source} where _was_hash is not null and _key_hash is not null group by 1, 2
        ), chosen as (
            select named.was_hash, named.key_hash from named join old on old.key_hash = named.was_hash
            qualify row_number() over (
                partition by was_hash order by content is distinct from old.accepted, named.key_hash) = 1
        ), ranked as (
            select old.*, chosen.key_hash as new_hash, row_number() over (
                partition by chosen.key_hash, slot order by old.key_hash) as place
            from old left join chosen on chosen.was_hash = old.key_hash
        )
        select * exclude (key_hash, new_hash, place),
            case when new_hash is not null and place = 1 then new_hash else key_hash end as key_hash
        from ranked""")
    connection.execute("drop view old")
    connection.execute(f"create temp view old as select {COLUMNS} from carried")


def _load_new(connection: duckdb.DuckDBPyConnection, feed: LoadedFeed, parsed: Parsed, record: RecordSpec) -> None:
    """``new``: the delivery's records with a readable key. One per key, unless the kind has no id of its own.

    Of records that contradict each other all are quarantined, so that only those in quarantine can repeat a key.
    """
    source = f"read_parquet({literal(str(parsed.records(record.kind)))})"
    status = f"read_parquet({literal(str(parsed.folder / (record.kind + '.status.parquet')))})"
    columns = [name for name, *_ in connection.execute(f"describe select * from {source}").fetchall()]
    texts = "".join(f" || chr(31) || coalesce({ident(name)}, '')" for name in columns if name.startswith("_u_"))
    window = feed.spec.delivery.window_column
    entities = feed.contracts[record.kind].references.items()
    named = "".join(f", {ident(column)} as {ident(_entity(entity))}" for entity, column in entities)
    one = "" if record.key.ordinal else "qualify row_number() over (partition by key_hash order by row_number) = 1"
    counts = parsed.kinds[record.kind]
    goes_on = (
        f"anti join {status} as status using (row_number, record_no)" if counts.quarantined or counts.duplicates else ""
    )
    given = f"""row_number, record_no, _key_hash as key_hash, _key as key_text, _content_hash as content,
            {f"{ident(window)}::varchar" if window else "null::varchar"} as window_value{named}"""
    accepted = f"select {given}, true as ok, null::blob as raw from {source} {goes_on} where _key is not null"
    waiting = f"""
        union all by name
        select {given}, false as ok, unhex(md5(hex(_content_hash){texts})) as raw
        from {source} semi join (from {status} where quarantined) as status using (row_number, record_no)
        where _key is not null {one}"""
    connection.execute(f"create or replace temp view new as {accepted} {waiting if counts.quarantined else ''}")


def _outcome(
    connection: duckdb.DuckDBPyConnection,
    feed: LoadedFeed,
    record: RecordSpec,
    pairs: str,
    window: tuple[str, str] | None,
) -> None:
    """``outcome``: records that change, or whose place in the state does; what is as before is left out."""
    gone = "row_number is null and " + _deletable(feed.spec.delivery, window)
    scope = literal(f"{feed.spec.feed_id}|{record.kind}|")
    connection.execute(f"""
        create or replace temp table outcome as
        with judged as (
            select *, {gone} as gone,
                case when {gone} then case when accepted is not null then 'delete' end
                     when ok and accepted is null then 'insert'
                     when ok and accepted <> content then 'update' end as op,
                case when row_number is not null and not ok and accepted is not null and not pending then 'mark'
                     when pending and (ok or {gone}) then 'clear' end as flag
            from ({pairs})
        )
        select * exclude (record_key),
            coalesce(record_key, keyed({scope} || key_text || '|' || slot)) as record_key
        from judged
        where gone or (row_number is not null and (
            not known or op is not null or flag is not null or raw is distinct from old_raw
            or (ok and window_value is distinct from old_window)))""")


def _deletable(delivery: DeliverySpec, window: tuple[str, str] | None) -> str:
    if delivery.mode == "full":
        return "true"
    if delivery.mode == "append" or window is None:
        return "false"
    return f"coalesce(old_window between {literal(window[0])} and {literal(window[1])}, false)"


def _counts(connection: duckdb.DuckDBPyConnection, parsed: Parsed, kind: str) -> dict[str, int]:
    ops = dict(connection.execute("select op, count(*) from outcome where op is not null group by 1").fetchall())
    flags = dict(connection.execute("select flag, count(*) from outcome where flag is not null group by 1").fetchall())
    same = parsed.kinds[kind].accepted - ops.get("insert", 0) - ops.get("update", 0)
    found: dict[str, Any] = {**ops, **flags, "unchanged": same}
    return {name: int(found.get(name, 0)) for name in COUNTS}


def _entity(name: str) -> str:
    """The column of ``new`` and ``outcome`` with the agency's identifier of an entity."""
    return "_of_" + name


def _entity_key(feed: LoadedFeed, entity: str) -> str:
    """The pseudonym of an entity's agency identifier; the same in every part that the entity has in a record."""
    named = literal(f"{feed.spec.jurisdiction_id}|{ENTITY_OF.get(entity, entity)}|")
    return f"keyed({named} || {ident(_entity(entity))}) as {ident(entity + '_key')}"


def _write_changes(connection: duckdb.DuckDBPyConnection, feed: LoadedFeed, record: RecordSpec, folder: Path) -> None:
    entities = list(feed.contracts[record.kind].references)
    keys = "".join(f", {_entity_key(feed, entity)}" for entity in entities)
    nothing = "".join(f", null as {ident(entity + '_key')}" for entity in entities)
    basis = literal("ordinal" if record.key.ordinal else "key")
    connection.execute(f"""
        copy (
            select op, record_key, key_text as source_key,
                case when op <> 'delete' then row_number end as row_number,
                case when op <> 'delete' then record_no end as record_no,
                {basis} as identity_basis,
                case when op <> 'delete' then content end as content_hash{keys}
            from outcome where op is not null
            union all
            select flag, record_key, key_text, null, null, {basis}, null{nothing}
            from outcome where flag is not null
        ) to {literal(str(folder / (record.kind + ".parquet")))} ({PARQUET})""")
