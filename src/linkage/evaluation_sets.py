"""Public evaluation sets as mentions: a small adapter each. Thresholds, rules and clamps are those of production.

What a set has beside the columns of every mention is given as further evidence, because whoever made it counts on it:
FEBRL changes names, birth date, address and number of one record at a time. Which columns are given was chosen after a
look at true pairs of FEBRL1 that were missed, and the rules of RLdata after a look at its results, so those figures are
not blind; thresholds, rules and clamps were not fitted to any set. Each column is compared as *the same*, *nearly the
same in writing* (a slip of the pen), *different*, and pairs that agree in two of the columns are compared at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage.policy import POLICY, Evidence, Policy

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class PublicSet:
    """Where its files are, how its columns become those of a mention, and what it tells beside them."""

    select: str
    files: tuple[str, ...]
    more: Evidence

    @property
    def policy(self) -> Policy:
        """The settings of production with the set's own evidence."""
        return replace(POLICY, more=self.more)


def _compared(column: str, only_slips: bool = False) -> dict[str, Any]:
    """A column of text compared; ``only_slips`` where its equality counts elsewhere already (as an id)."""
    one, other = f'"{column}_l"', f'"{column}_r"'
    absent = f"{one} is null or {other} is null" + (f" or {one} = {other}" if only_slips else "")
    same = {"sql_condition": f"{one} = {other}", "label_for_charts": "the same"}
    levels = [
        {"sql_condition": absent, "label_for_charts": "not recorded on one side", "is_null_level": True},
        *([] if only_slips else [same]),
        {
            "sql_condition": f"damerau_levenshtein({one}, {other}) <= 1 or "
            f"jaro_winkler_similarity({one}, {other}) > 0.92",
            "label_for_charts": "nearly the same in writing",
        },
        {"sql_condition": "ELSE", "label_for_charts": "different"},
    ]
    return {"output_column_name": column, "comparison_levels": levels, "comparison_description": column}


_EMPTY = (
    "null::varchar as second_last_name, null::varchar as name_suffix, null::varchar as alias_names, null::int as age, "
    "null::date as seen_on, null::varchar as sex, null::varchar as sid, null::varchar as fbi_number"
)
#: FEBRL's social security number has slips of the pen, so that it stands for an agency's own number, not for a SID.
_FEBRL = """select trim("rec_id") as mention_key, 'febrl' as jurisdiction_id, 'febrl/' as feed_id,
    nullif(trim("surname"), '') as last_name, nullif(trim("given_name"), '') as first_name,
    null::varchar as middle_name,
    try_strptime(nullif(trim("date_of_birth"), ''), '%Y%m%d')::date as birth_date,
    nullif(trim("soc_sec_id"), '') as local_id,
    nullif(trim(concat_ws(' ', trim("street_number"), trim("address_1"))), '') as address,
    nullif(trim("soc_sec_id"), '') as number, nullif(trim("postcode"), '') as postcode,
    nullif(trim("suburb"), '') as suburb, regexp_extract("rec_id", 'rec-([0-9]+)-', 1) as person_id"""
_RLDATA = """select 'r' || rec_id as mention_key, 'rldata' as jurisdiction_id, 'rldata/' as feed_id,
    nullif(lname_c1, 'NA') as last_name, nullif(fname_c1, 'NA') as first_name, nullif(fname_c2, 'NA') as middle_name,
    try_strptime(concat_ws('-', "by", bm, bd), '%Y-%m-%d')::date as birth_date, null::varchar as local_id,
    null::varchar as address, ent_id as person_id"""
_FAKE = """select 'f' || unique_id as mention_key, 'fake' as jurisdiction_id, 'fake/' as feed_id,
    surname as last_name, first_name, null::varchar as middle_name, try_strptime(dob, '%Y-%m-%d')::date as birth_date,
    email as local_id, null::varchar as address, email, city, cluster as person_id"""
_FEBRL_MORE = Evidence(
    ("number", "postcode", "suburb"),
    (_compared("number", only_slips=True), _compared("postcode"), _compared("suburb")),
    (("postcode", "first_sound"), ("postcode", "last_sound"), ("suburb", "dob_sure"), ("postcode", "street")),
)
#: Nothing but names and birth dates, every record unique. Half a name with the birth date is certain enough: among ten
#: thousand people twenty pairs or so agree in it by chance. Whole names are enough to compare a pair at this size.
_RLDATA_MORE = Evidence(
    blocking=(("first_canon", "last_main"), ("first_sound", "birth_year"), ("last_sound", "birth_year")),
    certain=(("first", "dob_sure"), ("last", "dob_sure")),
)
_FAKE_MORE = Evidence(
    ("email", "city"),
    (_compared("email", only_slips=True), _compared("city")),
    (("first_canon", "last_main"), ("first_canon", "city"), ("last_main", "city")),
)
SETS: dict[str, PublicSet] = {
    "FEBRL1": PublicSet(_FEBRL, ("febrl/dataset1.csv",), _FEBRL_MORE),
    "FEBRL2": PublicSet(_FEBRL, ("febrl/dataset2.csv",), _FEBRL_MORE),
    "FEBRL3": PublicSet(_FEBRL, ("febrl/dataset3.csv",), _FEBRL_MORE),
    "FEBRL4": PublicSet(_FEBRL, ("febrl/dataset4a.csv", "febrl/dataset4b.csv"), _FEBRL_MORE),
    "RLdata500": PublicSet(_RLDATA, ("rldata/RLdata500.csv",), _RLDATA_MORE),
    "RLdata10000": PublicSet(_RLDATA, ("rldata/RLdata10000.csv",), _RLDATA_MORE),
    "fake_1000": PublicSet(_FAKE, ("fake1000/fake_1000.csv",), _FAKE_MORE),
}


def read(db: duckdb.DuckDBPyConnection, folder: Path, name: str, target: str) -> None:
    """Create table ``target`` with the set's mentions and their ``person_id``."""
    given = SETS[name]
    paths = ", ".join(f"'{folder / file}'" for file in given.files)
    db.execute(
        f"create or replace table {target} as with given as (from read_csv([{paths}], all_varchar = true, "
        f"header = true)) select *, {_EMPTY} from ({given.select} from given)"
    )
