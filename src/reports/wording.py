"""What pages say in each language, and how numbers and dates are written in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "es")
_FOLDER = Path(__file__).with_name("wording")


@dataclass(frozen=True)
class Words:
    """The texts of one language (``wording/<language>.yml``)."""

    language: str
    texts: dict[str, Any]

    def __call__(self, key: str, **values: Any) -> str:
        """A text with its values put in."""
        found: Any = self.texts
        for part in key.split("."):
            found = found[part]
        return str(found).format(**values)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number as it is written in this language; a dash where there is none."""
        if value is None:
            return "–"
        text = f"{value:,.{digits}f}"
        return text if self.language == "en" else text.replace(",", "\u00a0").replace(".", ",")

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share of 1 in percent."""
        if share is None:
            return "–"
        return self.number(100 * share, digits) + self("percent").replace(" ", "\u00a0")

    def change(self, factor: float) -> str:
        """A ratio as a change in percent with its sign."""
        if factor == float("inf"):
            return "∞"
        sign = "+" if factor > 1 else "−" if factor < 1 else "±"
        return f"{sign}{self.percent(abs(factor - 1))}"

    def day(self, day: date) -> str:
        """A calendar day of any year."""
        return self("day", month=self.texts["months"][day.month - 1], day=day.day)

    def note(self, english: str | None) -> str:
        """A reason that a mart gives in English, in this language."""
        for pattern, text in self.texts["notes"].items():
            if english and (found := re.fullmatch(pattern, english)):
                return str(text).format(*found.groups())
        return english or ""


@lru_cache(maxsize=len(LANGUAGES))
def words(language: str) -> Words:
    """The texts of a language."""
    import yaml

    return Words(language, yaml.safe_load((_FOLDER / f"{language}.yml").read_text(encoding="utf-8")))
