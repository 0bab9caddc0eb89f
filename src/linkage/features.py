"""From mentions as recorded to features as compared: one row per mention, a pure function of that mention.

Input: a relation with the columns of ``restricted.person_mention``. Race and ethnicity are never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage import names, state
from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: What ``mention`` has to bring; ``seen_on`` (the day of the event) turns an age into a birth year.
INPUT_COLUMNS = (
    "mention_key", "jurisdiction_id", "feed_id", "last_name", "second_last_name", "first_name", "middle_name",
    "name_suffix", "alias_names", "birth_date", "age", "seen_on", "sex", "sid", "fbi_number", "local_id", "address",
)  # fmt: skip
#: John Doe names nobody.
_DOE = "l.last = 'doe' and coalesce(f.first, 'john') in ('john', 'jane', 'juan', 'juana', 'johnny', 'jon')"
_WORDS = (
    ("street", "st"), ("avenue", "ave"), ("road", "rd"), ("drive", "dr"), ("lane", "ln"), ("boulevard", "blvd"),
    ("court", "ct"), ("place", "pl"), ("north", "n"), ("south", "s"), ("east", "e"), ("west", "w"), ("avenida", "av"),
    ("calle", "c"),
)  # fmt: skip


def build(db: duckdb.DuckDBPyConnection, source: str, target: str, policy: Policy = POLICY) -> None:
    """Create table ``target`` with the features of every mention of ``source`` that can be anybody.

    Grain: one row per mention with an id, or with a family name, a given name and something beside them.
    In whatever is left out nothing tells one person from another.
    """
    _register_names(db, source)
    db.execute(f"create or replace temp table {target}_raw as {_features_sql(source, policy)}")
    more = "".join(f', given."{column}"' for column in policy.more.columns)
    given = f" join {source} as given on given.mention_key = raw.unique_id" if more else ""
    db.execute(
        f"create or replace table {target} as select raw.*{more} from {target}_raw as raw{given} where {_SOMEBODY}"
    )
    db.execute(f"drop table {target}_raw")
    for table in ("lk_first", "lk_last", "lk_alias", "lk_suffix"):
        db.execute(f"drop table {table}")


_SOMEBODY = (
    "raw.sid is not null or raw.fbi is not null or raw.local is not null or (raw.first is not null and raw.last "
    "is not null and (raw.dob is not null or raw.birth_year is not null or raw.address is not null))"
)


def _register_names(db: duckdb.DuckDBPyConnection, source: str) -> None:
    """Names are cleaned once per distinct spelling: a million mentions hold some ten thousand spellings."""
    for table, columns, make in (
        ("lk_first", ("first_name", "middle_name"), _first_table),
        ("lk_last", ("last_name", "second_last_name"), _last_table),
        ("lk_alias", ("alias_names",), _alias_table),
        ("lk_suffix", ("name_suffix",), _suffix_table),
    ):
        union = " union ".join(f"select {c} as raw from {source} where {c} is not null" for c in columns)
        spellings = [row[0] for row in db.execute(f"select distinct raw from ({union}) order by raw").fetchall()]
        state.take_in(db, table, make(spellings))


def _table(columns: dict[str, list[object]], lists: frozenset[str] = frozenset()) -> pa.Table:
    import pyarrow as pa

    kinds = {name: pa.list_(pa.string()) if name in lists else pa.string() for name in columns}
    return pa.table({name: pa.array(values, kinds[name]) for name, values in columns.items()})


def _first_table(spellings: list[str]) -> pa.Table:
    cleaned = [names.clean(text).tokens for text in spellings]
    firsts = [tokens[0] if tokens else None for tokens in cleaned]
    return _table(
        {
            "raw": list(spellings),
            "first": list(firsts),
            "second": [tokens[1] if len(tokens) > 1 else None for tokens in cleaned],
            "canon": [names.canonical(first) for first in firsts],
            "sound": [names.sound(names.canonical(first)) for first in firsts],
        }
    )


def _last_table(spellings: list[str]) -> pa.Table:
    cleaned = [names.clean(text, family=True) for text in spellings]
    return _table(
        {
            "raw": list(spellings),
            "last": [name.joined for name in cleaned],
            "tokens": [list(name.tokens) for name in cleaned],
            "suffix": [name.suffix for name in cleaned],
            "sound": [names.sound(name.tokens[0]) if name.tokens else None for name in cleaned],
        },
        frozenset({"tokens"}),
    )


def _alias_table(spellings: list[str]) -> pa.Table:
    """Given names among the aliases: of ``first last`` the first; monikers of one word as they are."""
    aliases = []
    for text in spellings:
        found = [names.clean(part).tokens for part in text.replace("/", ";").split(";")]
        aliases.append(sorted({str(names.canonical(tokens[0])) for tokens in found if tokens}))
    return _table({"raw": list(spellings), "aliases": list(aliases)}, frozenset({"aliases"}))


def _suffix_table(spellings: list[str]) -> pa.Table:
    return _table({"raw": list(spellings), "suffix": [names.suffix_of(text) for text in spellings]})


#: House number and the first words of the street, in the order in which the country writes them.
_STREET = (
    "coalesce(nullif(regexp_extract(address, '^[0-9]+ ?[a-z]* ?[a-z]*'), ''), "
    "nullif(regexp_extract(address, '^[a-z][a-z ]*[0-9]+'), ''))"
)


def _id(column: str, policy: Policy) -> str:
    """An id without punctuation; null when it is a filler."""
    plain = f"upper(regexp_replace({column}, '[^0-9A-Za-z]', '', 'g'))"
    fillers = ", ".join(f"'{word}'" for word in sorted(policy.filler_ids))
    return (
        f"case when length({plain}) >= {policy.shortest_id} and {plain} not in ({fillers}) "
        f"and length(replace({plain}, left({plain}, 1), '')) > 0 then {plain} end"
    )


def _address(column: str) -> str:
    """House number and street, abbreviated, without the unit; nothing when there is no digit in it."""
    text = f"' ' || regexp_replace(lower(strip_accents({column})), '[^a-z0-9]+', ' ', 'g') || ' '"
    for long, short in _WORDS:
        text = f"replace({text}, ' {long} ', ' {short} ')"
    text = f"trim(regexp_replace({text}, ' (apt|unit|suite|ste|no|int|depto|room|rm) [a-z0-9]+ ?', ' '))"
    return f"case when regexp_matches({column}, '[0-9]') then nullif({text}, '') end"


def _features_sql(source: str, policy: Policy) -> str:
    born = "case when m.birth_date >= date '1900-01-01' then m.birth_date end"
    year = "date_part('year', cast(m.seen_on as date))"
    return f"""
    with named as (
        select m.mention_key as unique_id,
            coalesce(regexp_extract(m.jurisdiction_id, '^(?:sim_)?[a-z]{{2}}_[a-z]{{2}}'), '') as area,
            m.jurisdiction_id as agency,
            case when {_DOE} then null else f.first end as first,
            f.canon as first_canon, f.sound as first_sound, coalesce(a.aliases, []) as aliases,
            case when {_DOE} then null else l.last end as last_own,
            s.last as last_second,
            list_distinct(list_concat(coalesce(l.tokens, []), coalesce(s.tokens, []))) as tokens,
            l.sound as last_sound,
            coalesce(mid.first, f.second) as middle_name,
            coalesce(sf.suffix, l.suffix, s.suffix) as suffix,
            {born} as dob,
            cast(coalesce(date_part('year', {born}), {year} - m.age) as integer) as birth_year,
            case upper(left(strip_accents(trim(m.sex)), 1))
                when 'M' then case when strip_accents(upper(trim(m.sex))) like 'MUJ%' then 'F' else 'M' end
                when 'H' then 'M' when 'F' then 'F' end as sex,
            {_id("m.sid", policy)} as sid, {_id("m.fbi_number", policy)} as fbi,
            m.jurisdiction_id || ':' || {_id("m.local_id", policy)} as local,
            {_address("m.address")} as address
        from {source} as m
        left join lk_first as f on f.raw = m.first_name
        left join lk_first as mid on mid.raw = m.middle_name
        left join lk_last as l on l.raw = m.last_name
        left join lk_last as s on s.raw = m.second_last_name
        left join lk_alias as a on a.raw = m.alias_names
        left join lk_suffix as sf on sf.raw = m.name_suffix
    )
    select unique_id, area, agency, first,
        case when first is not null then first_canon end as first_canon,
        case when first is not null then first_sound end as first_sound, aliases,
        last_own as last, case when last_own is not null then tokens[1] end as last_main,
        case when last_own is not null then tokens else [] end as tokens,
        case when last_own is not null then last_sound end as last_sound,
        left(middle_name, 1) as middle, suffix, dob,
        case when month(dob) = 1 and day(dob) = 1 then null else dob end as dob_sure,
        coalesce(month(dob) = 1 and day(dob) = 1, false) as dob_partial,
        case when birth_year between 1890 and 2100 then birth_year end as birth_year, sex, sid, fbi, local, address,
        {_STREET} as street
    from named"""
