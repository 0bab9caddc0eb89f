"""A layout as SQL: from text rows to typed records of one kind, in one DuckDB scan."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from feeds.contracts import STORED_TYPES, ColumnSpec, Contract
from feeds.spec import ColumnMap, RecordSpec
from ingest.canonical import canonical, is_moment, precision, text_name, typed_name
from ingest.layouts import unpivoted
from ingest.precision import EPOCH_MS, computed_sql
from ingest.sqltext import ident, literal, literals

#: Whole numbers that DuckDB can hold as INTEGER, also when a spreadsheet wrote them as 12.0.
_INTEGER = r"^[+-]?\d{1,9}(\.0*)?$"
_DECIMAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
#: With a decimal comma a point may stand between thousands only: 19.432608 there is a mistake, not 19 million.
_DECIMAL_COMMA = r"^[+-]?(\d{1,3}(\.\d{3})+|\d*)(,\d*)?$"
#: Beyond this a number is no figure of an agency, and the content hash (18 digits, 6 of them decimals) cannot hold it.
_LARGEST = "1e11"
#: About one metre; republished files differ in the digits behind.
COORDINATE_DECIMALS = 5
_TRUE, _FALSE = ("T", "TRUE", "Y", "YES", "1"), ("F", "FALSE", "N", "NO", "0")


def records_query(record: RecordSpec, contract: Contract, zone: ZoneInfo, source: str) -> str:
    """SELECT that maps the source rows to records.

    Columns: ``row_number, record_no``, the stored contract columns, ``_key`` (text, null when a part is missing),
    ``_key_hash`` and ``_content_hash`` (16 bytes), ``_latest``, for each parsed column ``_u_<column>``, the text
    that could not be understood, and what expectations judge of several columns.
    """
    supplied = record.supplied()
    parsed = parsed_columns(record, contract)
    latest = ident(record.key.latest_by) if record.key.latest_by else "null::varchar"
    was = key_text(record, contract, record.key.was) if record.key.was else "null::varchar"
    key = key_text(record, contract, record.key.columns)
    inner = [
        "_file_row as row_number",
        "_record_no as record_no",
        f"{key} as _key",
        f"{was} as _was",
        f"{latest} as _latest",
    ]
    inner += [
        f"{_typed(supplied.get(name), column, zone)} as {typed_name(name)}" for name, column in contract.columns.items()
    ]
    texts = [
        name for name in supplied if name in parsed or (is_moment(contract, name) and supplied[name].const is None)
    ]
    inner += [f"{_text(supplied[name])} as {text_name(name)}" for name in texts]
    outer = [
        "row_number",
        "record_no",
        *_stored(contract, zone, supplied),
        "_key",
        "unhex(md5(_key)) as _key_hash",
    ]
    outer += ["unhex(md5(_was)) as _was_hash"] if record.key.was else []
    outer += [f"unhex(md5({canonical(contract, supplied)})) as _content_hash", "_latest"]
    outer += [
        f"case when {typed_name(name)} is null then {text_name(name)} end as {ident('_u_' + name)}" for name in parsed
    ]
    outer += [computed_sql(computed, typed_name) for computed in contract.computed]
    where = f" where {record.where}" if record.where else ""
    rows = f"select * from {_rows(record, source)}{where}"
    return f"select {', '.join(outer)} from (select {', '.join(inner)} from ({rows}))"


def parsed_columns(record: RecordSpec, contract: Contract) -> list[str]:
    """Contract columns whose text may turn out not to be understood (they have a ``_u_`` column)."""
    supplied = record.supplied()
    return [
        name
        for name, column in contract.columns.items()
        if name in supplied and _can_fail(supplied[name], column) and supplied[name].impossible == "refuse"
    ]


def _rows(record: RecordSpec, source: str) -> str:
    if record.unpivot is None:
        return f"(select *, 0 as _record_no from {source})"
    groups = []
    for number, group in enumerate(record.unpivot.groups, start=1):
        fields = [f"'_record_no': {number}"]
        for name, heading in zip(record.unpivot.names, group, strict=True):
            fields.append(f"{literal(name)}: {ident(heading) if heading else 'null::varchar'}")
        if record.unpivot.position:
            fields.append(f"{literal(record.unpivot.position)}: '{number}'")
        groups.append("{" + ", ".join(fields) + "}")
    empty = " and ".join(f"_group.{ident(name)} is null" for name in record.unpivot.names)
    unnested = f"select *, unnest([{', '.join(groups)}]) as _group from {source}"
    made = literals(["_group", *(name.lower() for name in unpivoted(record))])
    others = f"columns(lambda heading: lower(heading) not in ({made}))"
    return f"(select {others}, unnest(_group) from ({unnested}) where not ({empty}))"


def _text(mapped: ColumnMap) -> str:
    if len(mapped.from_) == 1:
        return ident(mapped.from_[0])
    return f"nullif(concat_ws({literal(mapped.join)}, {', '.join(ident(name) for name in mapped.from_)}), '')"


def _can_fail(mapped: ColumnMap, column: ColumnSpec) -> bool:
    return mapped.const is None and (column.type != "text" or bool(mapped.parse) or mapped.values is not None)


def _typed(mapped: ColumnMap | None, column: ColumnSpec, zone: ZoneInfo | None = None) -> str:
    sql_type = STORED_TYPES[column.type]
    if mapped is None:
        return f"null::{sql_type}"
    if mapped.const is not None:
        return f"{literal(mapped.const)}::{sql_type}"
    text = _text(mapped)
    if mapped.values is not None:
        cases = " ".join(f"when {literal(str(k).upper())} then {literal(v)}" for k, v in mapped.values.items())
        rest = f" else case when {text} is not null then {literal(mapped.otherwise)} end" if _has_rest(mapped) else ""
        return f"(case upper({text}) {cases}{rest} end)::{sql_type}"
    if column.type in ("date", "timestamp"):
        moment = _moment(text, mapped, zone)
        return f"{moment}::date" if column.type == "date" else moment
    return _parsed(text, mapped, column)


def _has_rest(mapped: ColumnMap) -> bool:
    return mapped.otherwise is not None


def _moment(text: str, mapped: ColumnMap, zone: ZoneInfo | None) -> str:
    """A local clock time in the feed's zone; ``epoch_ms`` is UTC, other text is in the column's zone (the feed's)."""
    formats = [text for text in mapped.parse if text != EPOCH_MS]
    moment = f"try_strptime({_written(text)}, [{literals(formats)}])" if formats else "null::timestamp"
    if mapped.zone and zone and mapped.zone != zone.key:
        moment = _relocated(moment, mapped.zone, zone)
    if EPOCH_MS not in mapped.parse:
        return moment
    number = f"try_cast(regexp_extract({text}, '^-?\\d{{1,15}}$') as bigint)"
    instant = (
        _relocated(f"make_timestamp({number} * 1000)", "UTC", zone) if zone else f"make_timestamp({number} * 1000)"
    )
    return f"case when {number} is not null then {instant} else {moment} end"


def _written(text: str) -> str:
    """Nothing for ``infinity`` and ``epoch``: DuckDB takes these words for 1 January 1900, whatever the format."""
    words = f"right({text}, 1) in ('y', 'Y', 'h', 'H') and not regexp_matches({text}, '[0-9]')"
    return f"case when {words} then null else {text} end"


def _relocated(moment: str, written: str, zone: ZoneInfo) -> str:
    return f"timezone({literal(zone.key)}, timezone({literal(written)}, {moment}))"


def _parsed(text: str, mapped: ColumnMap, column: ColumnSpec) -> str:
    kind = column.type
    if kind == "integer":
        return f"case when regexp_matches({text}, '{_INTEGER}') then try_cast({text} as integer) end"
    if kind in ("decimal", "latitude", "longitude"):
        plain, form = text, f"regexp_matches({text}, '{_DECIMAL}')"
        if mapped.decimal == ",":
            plain = f"replace(replace({text}, '.', ''), ',', '.')"
            form = f"regexp_matches({text}, '{_DECIMAL_COMMA}') and regexp_matches({plain}, '{_DECIMAL}')"
        value = f"try_cast({plain} as double)"
        number = f"case when {form} and abs({value}) <= {_LARGEST} then {value} end"
        # Two steps: publishers round to 8 digits themselves; rounding theirs must equal rounding the longer figure.
        digits = mapped.decimals if mapped.decimals is not None else COORDINATE_DECIMALS
        return number if kind == "decimal" else f"round(round({number}, 8), {digits})"
    if kind == "boolean":
        return (
            f"case when upper({text}) in ({literals(list(_TRUE))}) then true "
            f"when upper({text}) in ({literals(list(_FALSE))}) then false end"
        )
    if mapped.parse == ["integer_text"]:
        return f"case when regexp_matches({text}, '^\\d+(\\.0*)?$') then regexp_extract({text}, '^\\d+') end"
    if mapped.parse == ["number_text"]:
        return f"case when regexp_matches({text}, '^\\d+(\\.0*)?$') then regexp_extract({text}, '^0*(\\d+)', 1) end"
    return text


def _stored(contract: Contract, zone: ZoneInfo, supplied: Mapping[str, ColumnMap]) -> list[str]:
    stored = []
    for name, column in contract.columns.items():
        typed = typed_name(name)
        if column.type == "timestamp":
            # Microseconds in UTC are counted already; asking the calendar for the clock of UTC takes as long again.
            instant = f"epoch_us(timezone({literal(zone.key)}, {typed}))"
            stored.append(f"make_timestamp({instant}) as {ident(name)}")
            stored.append(f"{typed} as {ident(name + '_local')}")
        else:
            stored.append(f"{typed} as {ident(name)}")
        if is_moment(contract, name):
            stored.append(f"{precision(name, column, supplied.get(name))} as {ident(name + '_precision')}")
    return stored


def key_text(record: RecordSpec, contract: Contract, columns: list[str]) -> str:
    """A record's key as text: the typed form of a key column where the layout maps it alone, else the source text."""
    parts = []
    for heading in columns:
        name = _mapped_alone(record, contract, heading)
        parts.append(_typed(record.supplied()[name], contract.columns[name]) if name else ident(heading))
    if len(parts) == 1:
        return parts[0]
    complete = " and ".join(f"({part}) is not null" for part in parts)
    return f"case when {complete} then to_json([{', '.join(parts)}])::varchar end"


def key_signature(record: RecordSpec, contract: Contract, columns: list[str]) -> str:
    """Says what a key is made of, the same for layouts that only spell the headings otherwise."""
    parts = [_mapped_alone(record, contract, heading) or f"column {heading.lower()}" for heading in columns]
    return " + ".join(parts) + (" with ordinal" if record.key.ordinal else "")


def _mapped_alone(record: RecordSpec, contract: Contract, heading: str) -> str | None:
    for name, mapped in record.supplied().items():
        if mapped.from_ == [heading] and contract.columns[name].type == "text" and mapped.values is None:
            return name
    return None
