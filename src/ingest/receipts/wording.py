"""What receipts say in each language, and the translation of the sentences that rules are told in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "es")
_FOLDER = Path(__file__).with_name("wording")


@dataclass(frozen=True)
class Wording:
    """The texts of one language (``wording/<language>.yml``)."""

    language: str
    texts: dict[str, Any]

    def text(self, key: str, **values: Any) -> str:
        """A text with its values put in."""
        found: Any = self.texts
        for part in key.split("."):
            found = found[part]
        return str(found).format(**values)

    def has(self, key: str) -> bool:
        """True when there is a text of that name."""
        found: Any = self.texts
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return True

    def column(self, headings: Sequence[str], column: str | None) -> str:
        """A column as the agency knows it."""
        return " + ".join(headings) or column or self.text("whole_row")

    def sentence(self, rule: str, english: str) -> str:
        """What is wrong, in this language: the rule's sentence, then why there is such a rule where that is known."""
        match = re.fullmatch(r"(?s)(.*?\.) \((.*)\)", english)
        said, reason = (match[1], match[2]) if match else (english, "")
        reason = self.texts["reasons"].get(reason, reason if self.language == "en" else "")
        for pattern, text in self.texts["sentences"].items():
            if found := re.fullmatch(pattern, said if rule != "row_shape" else english):
                said = text.format(*found.groups())
                break
        return f"{said} ({reason})" if reason else said

    def number(self, value: int) -> str:
        """A count as it is written in this language."""
        return f"{value:,}" if self.language == "en" else f"{value:,}".replace(",", "\u00a0")


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    """The texts of a language; English where there is none of that name."""
    import yaml

    known = language if language in LANGUAGES else LANGUAGES[0]
    return Wording(known, yaml.safe_load((_FOLDER / f"{known}.yml").read_text(encoding="utf-8")))


def language_of(locale: str) -> str:
    """The language of receipts for a jurisdiction's locale (``es_MX`` -> ``es``)."""
    language = locale.partition("_")[0].lower()
    return language if language in LANGUAGES else LANGUAGES[0]
