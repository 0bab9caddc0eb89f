"""What pages of evaluations say, and how they write ratios, intervals and p-values."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from reports.wording import LANGUAGES, Words, words


@lru_cache(maxsize=len(LANGUAGES))
def evaluation_words(language: str) -> Words:
    """The texts of a language with those of evaluations."""
    import yaml

    base = words(language)
    own = yaml.safe_load(Path(__file__).with_name("wording").joinpath(f"evaluation.{language}.yml").read_text("utf-8"))
    return Words(language, base.texts | own | {"notes": base.texts["notes"] | own["notes"]})


def ratio(told: Words, value: Any) -> str:
    """A ratio in two digits."""
    return "∞" if value == "infinite" else told.number(value, 2)


def change(told: Words, value: Any) -> str:
    """A ratio as a change in percent."""
    return "–" if value is None else told.change(float("inf") if value == "infinite" else float(value))


def interval(told: Words, row: dict[str, Any]) -> str:
    """The ends of an interval as ratios; a dash where the design has none."""
    return "–" if row["low"] is None else f"{ratio(told, row['low'])} – {ratio(told, row['high'])}"


def small(told: Words, p: Any) -> str:
    """A p-value."""
    return "–" if p is None else f"< {told.number(0.001, 3)}" if p < 0.001 else told.number(p, 3)


def amount(told: Words, value: Any) -> str:
    """A count without digits, anything else with two."""
    if value is None or isinstance(value, str):
        return "–" if value is None else value
    return told.number(value, 0 if float(value).is_integer() else 2)


def reasons(result: dict[str, Any], told: Words) -> str:
    """Why a verdict is what it is: the sentence of each check that it names, with the value found."""
    values = {one["code"]: one["value"] for one in result["diagnostics"]}
    return "; ".join(
        say_of(told, f"checks.{code}.reason", value=amount(told, values.get(code)))
        for code in result["verdict"]["reasons"]
    )


def say_of(told: Words, key: str, **values: Any) -> str:
    """A text of evaluations."""
    return told(f"evaluation.{key}", **values)
