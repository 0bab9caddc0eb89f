"""Names as they are compared: without diacritics, in Latin letters, without fillers; nicknames and sound."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


def _words(text: str) -> list[str]:
    return text.split()


PARTICLES = frozenset(_words("de del la las los el da das do dos di du van von der den ter bin ibn al y e"))
SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "2nd": "ii", "iii": "iii", "3rd": "iii",
            "iv": "iv", "4th": "iv"}  # fmt: skip
#: Words for a child that has no name yet: whatever stands beside them is none either.
_BABIES = frozenset(_words("baby babyboy babygirl infant newborn bebe"))
#: Words that stand where a name should and name nobody.
FILLERS = frozenset(
    _words(
        "unknown unk uknown desconocido desconocida unnamed none null na nn xx xxx refused anonymous anonimo noname "
        "name test tbd nfn nln nmn nofirstname nolastname withheld redacted"
    )
)
_NOT_LETTERS = re.compile(r"[^a-z]+")


@dataclass(frozen=True)
class Name:
    """One name field as it is compared; all None or empty when it names nobody."""

    tokens: tuple[str, ...]
    suffix: str | None = None

    @property
    def joined(self) -> str | None:
        """The tokens as one text."""
        return " ".join(self.tokens) or None


def letters(text: str) -> str:
    """Lower-case Latin letters and single blanks: scripts transliterated, accents and apostrophes gone."""
    from anyascii import anyascii

    plain = anyascii(text).lower()
    plain = plain.replace("'", "").replace("`", "").replace(".", "")
    return _NOT_LETTERS.sub(" ", plain).strip()


def clean(text: str | None, *, family: bool = False) -> Name:
    """A name field's tokens; of a family name also without particles, and its suffix apart."""
    if not text:
        return Name(())
    tokens = letters(text).split()
    suffix = None
    if family and len(tokens) > 1 and tokens[-1] in SUFFIXES:
        suffix = SUFFIXES[tokens.pop()]
    if family:
        tokens = [t for t in tokens if t not in PARTICLES] or tokens
    if (
        _BABIES.intersection(tokens)
        or not tokens
        or all(t in FILLERS or (len(set(t)) == 1 and len(t) > 1) for t in tokens)
    ):
        return Name((), suffix)
    return Name(tuple(t for t in tokens if t not in FILLERS), suffix)


def suffix_of(text: str | None) -> str | None:
    """Jr, Sr, II ... in one spelling, or None."""
    if not text:
        return None
    return SUFFIXES.get(text.strip().lower()) or SUFFIXES.get(letters(text).replace(" ", ""))


@lru_cache(maxsize=1)
def _nicknames() -> dict[str, str]:
    with Path(__file__).with_name("nicknames.csv").open(encoding="utf-8", newline="") as lines:
        return {row["nickname"]: row["name"] for row in csv.DictReader(lines)}


def canonical(first: str | None) -> str | None:
    """The given name behind a nickname (bob: robert), else the name itself."""
    return _nicknames().get(first, first) if first else None


def sound(name: str | None) -> str | None:
    """Metaphone code; None for no name."""
    if not name:
        return None
    from jellyfish import metaphone

    return metaphone(name).replace(" ", "") or name
