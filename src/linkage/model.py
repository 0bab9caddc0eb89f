"""The Splink model: what is compared, at which levels, and which pairs are compared at all."""

from __future__ import annotations

from typing import Any

from linkage.policy import POLICY, Policy

#: Comparison -> what a person calls it.
WORDS = {
    "first": "given name", "last": "family name", "birth": "birth date", "middle": "middle initial", "suffix": "suffix",
    "sex": "sex", "sid": "state number", "fbi": "FBI number", "local": "agency's own number", "address": "address",
    "ids": "ids together",
}  # fmt: skip
#: Columns whose common values weigh less; their tables are frozen with the model.
TERM_FREQUENCIES = ("first_canon", "last_main", "address")
Level = dict[str, Any]


def comparisons() -> list[dict[str, Any]]:
    """The comparisons in Splink's own terms; the label of each level is the sentence that explains it."""
    return [_first(), _last(), _birth(), *_small(), *_ids(), _address(), _two_ids()]


def _null(condition: str, label: str = "not recorded on one side") -> Level:
    return {"sql_condition": condition, "label_for_charts": label, "is_null_level": True}


def _level(label: str, condition: str, **more: Any) -> Level:
    return {"sql_condition": condition, "label_for_charts": label, **more}


def _fixed(label: str, condition: str, m: float, u: float) -> Level:
    """A level too rare to be estimated from a sample: its probabilities are set here and never trained."""
    return _level(label, condition, m_probability=m, u_probability=u, fix_m_probability=True, fix_u_probability=True)


def _comparison(name: str, *levels: Level) -> dict[str, Any]:
    return {"output_column_name": name, "comparison_levels": list(levels), "comparison_description": WORDS[name]}


_SWAPPED = '"first_l" = "last_main_r" and "last_main_l" = "first_r"'


def _first() -> dict[str, Any]:
    return _comparison(
        "first",
        _null('"first_l" is null or "first_r" is null'),
        _level("the same name or its nickname", '"first_canon_l" = "first_canon_r"', tf_adjustment_column="first_canon",
               tf_adjustment_weight=1.0),
        _fixed("given and family name swapped", _SWAPPED, 0.002, 1e-6),
        _level("sounds alike or nearly alike in writing", '"first_sound_l" = "first_sound_r" or '
               'jaro_winkler_similarity("first_l", "first_r") >= 0.92 or '
               'damerau_levenshtein("first_l", "first_r") <= 1'),
        _level("one is an alias of the other", 'list_contains("aliases_l", "first_canon_r") or '
               'list_contains("aliases_r", "first_canon_l")'),
        _level("only an initial, which fits", 'least(length("first_l"), length("first_r")) = 1 and '
               'left("first_l", 1) = left("first_r", 1)'),
        _level("different", "ELSE"),
    )  # fmt: skip


def _last() -> dict[str, Any]:
    return _comparison(
        "last",
        _null('"last_l" is null or "last_r" is null'),
        _level("the same", '"last_main_l" = "last_main_r"', tf_adjustment_column="last_main", tf_adjustment_weight=1.0),
        _fixed("given and family name swapped", _SWAPPED, 0.002, 0.002),
        _level("one of two surnames is the same", 'list_has_any("tokens_l", "tokens_r")'),
        _level("sounds alike or nearly alike in writing", '"last_sound_l" = "last_sound_r" or '
               'jaro_winkler_similarity("last_l", "last_r") >= 0.92 or damerau_levenshtein("last_l", "last_r") <= 1'),
        _level("different", "ELSE"),
    )  # fmt: skip


def _birth() -> dict[str, Any]:
    one_day = '"dob_l" is not null and "dob_r" is not null'
    return _comparison(
        "birth",
        _null('"birth_year_l" is null or "birth_year_r" is null'),
        _level("the same day", f'{one_day} and "dob_l" = "dob_r" and not "dob_partial_l"'),
        _level("day and month swapped", f'{one_day} and year("dob_l") = year("dob_r") and '
               'month("dob_l") = day("dob_r") and day("dob_l") = month("dob_r")'),
        _level("one figure or one swap apart", f"{one_day} and not \"dob_partial_l\" and not \"dob_partial_r\" and "
               "damerau_levenshtein(strftime(\"dob_l\", '%Y%m%d'), strftime(\"dob_r\", '%Y%m%d')) <= 1"),
        _level("only the year is sure, and it is the same",
               f'"birth_year_l" = "birth_year_r" and {one_day} and ("dob_partial_l" or "dob_partial_r")'),
        _level("fits the age", f'not ({one_day}) and abs("birth_year_l" - "birth_year_r") <= 1'),
        _level("same day and month, another year", f'{one_day} and not "dob_partial_l" and not "dob_partial_r" and '
               'month("dob_l") = month("dob_r") and day("dob_l") = day("dob_r")'),
        _level("other day, same year or next to it", 'abs("birth_year_l" - "birth_year_r") <= 1'),
        _level("different", "ELSE"),
    )  # fmt: skip


def _small() -> list[dict[str, Any]]:
    return [
        _comparison(
            name,
            _null(f'"{name}_l" is null or "{name}_r" is null'),
            _level("the same", f'"{name}_l" = "{name}_r"'),
            _level("different", "ELSE"),
        )
        for name in ("middle", "suffix", "sex")
    ]


def _ids() -> list[dict[str, Any]]:
    """Two states number people apart, and so do two agencies: another number there says nothing."""
    apart = {"sid": '"area_l" <> "area_r"', "local": '"agency_l" <> "agency_r"'}
    #: A sample of pairs never holds two strangers with one id: the chance is set, not trained.
    chance = {"sid": 1e-6, "fbi": 1e-6, "local": 1e-5}
    return [
        _comparison(
            name,
            _null(
                f'"{name}_l" is null or "{name}_r" is null'
                + (f' or ("{name}_l" <> "{name}_r" and {apart[name]})' if name in apart else "")
            ),
            _level("the same", f'"{name}_l" = "{name}_r"', u_probability=chance[name], fix_u_probability=True),
            _level("different", "ELSE", u_probability=1 - chance[name], fix_u_probability=True),
        )
        for name in ("sid", "fbi", "local")
    ]


def _two_ids() -> dict[str, Any]:
    """Names and birth dates that differ count once each, but a life changes them together (marriage, a false name kept
    up): where two ids agree this gives back what such a life costs. Never trained; see ``Policy.ids_that_outweigh``."""
    agree = " + ".join(f'coalesce("{name}_l" = "{name}_r", false)::int' for name in ("sid", "fbi", "local"))
    return _comparison(
        "ids",
        _null(f"({agree}) < 2", "fewer than two agree"),
        _fixed("two agree, whatever else differs", f"({agree}) = 2", 0.9, 0.9 / 2**26),
        _fixed("all three agree", "ELSE", 0.99, 0.99 / 2**26),
    )


def _address() -> dict[str, Any]:
    return _comparison(
        "address",
        _null('"address_l" is null or "address_r" is null'),
        _level("the same", '"address_l" = "address_r"', tf_adjustment_column="address", tf_adjustment_weight=0.5),
        _level("nearly the same in writing", 'damerau_levenshtein("address_l", "address_r") <= 1 or '
               '"street_l" = "street_r"'),
        _level("different", "ELSE"),
    )  # fmt: skip


#: Pairs that are compared: equal in all columns of one of these rules. The order is that of linkage.md: a pair is
#: counted for the first rule that finds it. Birth dates of 1 January mean "year unknown day" and block nothing.
BLOCKING: tuple[tuple[str, ...], ...] = (
    ("sid",),
    ("fbi",),
    ("local",),
    ("dob_sure", "last_sound"),
    ("dob_sure", "first_canon"),
    ("dob_swapped", "last_sound", "first_sound"),
    ("first_canon", "last_main", "birth_year"),
    ("sorted_name", "dob_sure"),
    ("street", "first_sound"),
    ("street", "dob_sure"),
    ("first_canon", "last_main", "middle"),
)


def blocking(policy: Policy = POLICY) -> tuple[tuple[str, ...], ...]:
    """The rules of every data set, and those of this one."""
    return BLOCKING + policy.more.blocking


def blocking_rules(policy: Policy = POLICY) -> list[dict[str, str]]:
    """The rules in Splink's terms; ``features`` prepares the columns (``blocked`` holds null where a block is huge)."""
    return [
        {"blocking_rule": f'l."block_{number}" = r."block_{number}"', "sql_dialect": "duckdb"}
        for number in range(len(blocking(policy)))
    ]


def blocking_columns(policy: Policy = POLICY) -> str:
    """SQL for the columns that the rules compare, from the features: a hash of what has to agree, null where any of it
    is not recorded."""
    swapped = "case when day(dob_sure) <= 12 then make_date(year(dob_sure), day(dob_sure), month(dob_sure)) end"
    extra = {
        "dob_swapped": f"least(dob_sure, {swapped})",
        "sorted_name": "list_sort([first, last_main])::varchar",
    }
    return ", ".join(
        "case when " + " and ".join(f"({extra.get(c, c)}) is not null" for c in rule)
        + " then hash(" + ", ".join(f"({extra.get(c, c)})" for c in rule) + f") end as block_{number}"
        for number, rule in enumerate(blocking(policy))
    )  # fmt: skip


def splink_settings(policy: Policy = POLICY) -> dict[str, Any]:
    """The model as it is before training."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "comparisons": [*comparisons(), *policy.more.comparisons],
        "blocking_rules_to_generate_predictions": blocking_rules(policy),
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "em_convergence": policy.em_convergence,
        "max_iterations": policy.em_iterations,
    }


def level_cases(settings: dict[str, Any]) -> dict[str, str]:
    """Per comparison a CASE that gives the number of the level that holds for ``<column>_l`` and ``<column>_r``.

    Levels are numbered as Splink's gamma values: -1 not recorded, 0 the last one, upward to the first.
    """
    found = {}
    for comparison in settings["comparisons"]:
        levels = comparison["comparison_levels"]
        value = sum(not level.get("is_null_level") for level in levels) - 1
        parts = []
        for level in levels:
            if level.get("is_null_level"):
                parts.append(f"when {level['sql_condition']} then -1")
            elif level["sql_condition"] == "ELSE":
                parts.append(f"else {value}")
            else:
                parts.append(f"when {level['sql_condition']} then {value}")
                value -= 1
        found[comparison["output_column_name"]] = f"case {' '.join(parts)} end"
    return found


def level_words(settings: dict[str, Any]) -> dict[tuple[str, int], str]:
    """What each numbered level says."""
    words = {}
    for comparison in settings["comparisons"]:
        real = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        name = comparison["output_column_name"]
        absent = [level["label_for_charts"] for level in comparison["comparison_levels"] if level.get("is_null_level")]
        words[name, -1] = str(absent[0])
        for value, level in zip(range(len(real) - 1, -1, -1), real, strict=True):
            words[name, value] = str(level["label_for_charts"])
    return words


def pair_columns(columns: list[str]) -> str:
    """Select list of both sides of a pair (aliases l and r), as the levels name them."""
    return ", ".join(f'{side}."{c}" as "{c}_{side}"' for side in "lr" for c in columns)
