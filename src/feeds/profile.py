"""What the values of a column look like: type, date format, code list, uniqueness."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

#: Tried in this order; the first that reads every value wins. Formats in DuckDB's and Python's common letters.
DATE_FORMATS = (
    "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S+00",
    "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y%m%d",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m/%d/%y",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%b %d %Y",
)  # fmt: skip
_MAX_CODES = 12


@dataclass(frozen=True)
class Profile:
    """One column: ``kind`` (empty, integer, decimal, date or text), its formats, and whether it could be a key."""

    heading: str
    kind: str
    formats: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    unique: bool = False
    complete: bool = False
    comma: bool = False

    @property
    def ambiguous(self) -> bool:
        """True when day and month cannot be told apart from these values."""
        return len(self.formats) > 1


def profile(heading: str, values: Sequence[str | None]) -> Profile:
    """Look at the values of one column (null is empty)."""
    present = [value for value in values if value]
    distinct = set(present)
    complete, unique = len(present) == len(values), len(distinct) == len(present) == len(values) > 1
    if not present:
        return Profile(heading, "empty")
    codes = tuple(sorted(distinct)) if len(distinct) <= _MAX_CODES < len(values) or len(distinct) <= 3 else ()
    formats = date_formats(distinct)
    if formats:
        return Profile(heading, "date", formats, (), unique, complete)
    if _all(r"[+-]?\d{1,9}(\.0+)?", distinct):
        return Profile(heading, "integer", (), codes, unique, complete)
    if _all(r"[+-]?\d+,\d+", distinct):
        return Profile(heading, "decimal", (), (), unique, complete, comma=True)
    if _all(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", distinct):
        return Profile(heading, "decimal", (), codes, unique, complete)
    return Profile(heading, "text", (), codes, unique, complete)


def date_formats(values: Iterable[str]) -> tuple[str, ...]:
    """The format that reads every value; two when day and month could be either."""
    texts = list(values)
    if not all(re.search(r"\d", text) and len(text) >= 6 for text in texts):
        return ()
    fitting = [form for form in DATE_FORMATS if all(_reads(form, text) for text in texts)]
    first = [form for form in fitting if form.startswith("%d") == fitting[0].startswith("%d")][:1]
    other = [form for form in fitting if form.startswith("%d") != fitting[0].startswith("%d")][:1] if fitting else []
    swapped = first and first[0].startswith("%m") and other
    return tuple(form.replace("%S.%f", "%S.%g") for form in [*first, *(other if swapped else [])])


def _reads(form: str, text: str) -> bool:
    try:
        return 1900 <= datetime.strptime(text, form).year <= 2100
    except ValueError:
        return False


def _all(pattern: str, values: Iterable[str]) -> bool:
    return all(re.fullmatch(pattern, value) for value in values)
