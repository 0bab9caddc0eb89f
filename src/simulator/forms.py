"""The form of a feed: headings, how each value is written, which records a row stands for and what keys them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from simulator.recording import Facts

KeyMode = Literal["unique", "ordinal", "collapse", "latest"]
Mode = Literal["full", "window", "append"]


class Stamp(NamedTuple):
    """Parts of a date and time that need not exist (31 February); ``None`` parts are not written."""

    year: int | None
    month: int
    day: int
    hour: int | None = 0
    minute: int = 0
    second: int = 0


class Raw(str):
    """Text that is written as it is, whatever the column's format."""

    __slots__ = ()


Write = Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """A heading, the fact below it and how that is written."""

    heading: str
    fact: str
    write: Write = str


@dataclass(frozen=True)
class Kind:
    """A record kind that a row stands for. ``columns`` maps contract columns to facts.

    ``present`` names a fact without which the row holds no such record. With ``repeat`` a row stands for up to that
    many records; ``{i}`` in a fact's name is the position, and ``present`` and ``person`` are looked up for each.
    """

    kind: str
    key: tuple[str, ...]
    mode: KeyMode
    columns: dict[str, str]
    person: str = ""
    present: str = ""
    repeat: int = 0


@dataclass(frozen=True)
class Form:
    """One feed as its agency writes it. ``layouts`` holds the headings of each file arrangement, the usual one first."""

    feed_id: str
    mode: Mode
    stem: str
    zone: ZoneInfo
    layouts: dict[str, tuple[Column, ...]]
    kinds: tuple[Kind, ...]
    #: The fact that corrections and contradictions change.
    vary: tuple[str, ...]
    #: A mapped heading that an export can lose.
    losable: str
    separator: str = ","
    encoding: str = "utf-8"
    bom: bool = False
    line_end: str = "\n"
    gzip: bool = False
    suffix: str = ".csv"
    window_days: int = 0
    window_column: str = ""
    null_marker: str = ""
    #: Facts whose text may be in any case (flags), and facts that are whole numbers written as text.
    flags: tuple[str, ...] = ()
    whole_text: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    #: The share of rows that is spoiled anew in each file; files that are few or small need more.
    faulty: float = 0.012
    #: Each file is about one day, which its name tells beside the day on which it was sent.
    snapshot: bool = False

    def columns(self, layout: str) -> tuple[Column, ...]:
        """The columns of one arrangement."""
        return self.layouts[layout]

    @property
    def first_layout(self) -> str:
        """The arrangement that the agency begins with."""
        return next(iter(self.layouts))


@dataclass(frozen=True)
class Rec:
    """One record that a row stands for, with the values that must come out. ``key`` is ``None`` when unreadable."""

    kind: str
    key: tuple[str, ...] | None
    no: int
    values: dict[str, Any]
    person: str = ""
    latest: str = ""


@dataclass(frozen=True)
class Line:
    """One row as written: its cells, and the records it stands for."""

    cells: tuple[str, ...]
    recs: tuple[Rec, ...] = field(default=())


def records(form: Form, facts: Facts) -> tuple[Rec, ...]:
    """The records that a row with these facts stands for."""
    found = []
    for kind in form.kinds:
        for number in range(1, kind.repeat + 1) if kind.repeat else (0,):
            if kind.present and facts.get(kind.present.format(i=number)) is None:
                continue
            values = {column: _value(facts, fact, number) for column, fact in kind.columns.items()}
            parts = tuple(_value(facts, fact, number) for fact in kind.key)
            key = None if any(part is None for part in parts) else tuple(str(part) for part in parts)
            person = facts.get(kind.person.format(i=number)) or "" if kind.person else ""
            found.append(Rec(kind.kind, key, number, values, person, facts.get("updated") or ""))
    return tuple(found)


def _value(facts: Facts, fact: str, number: int) -> Any:
    if fact == "{i}":
        return number
    if fact.startswith("="):
        return int(fact[1:]) if fact[1:].isdigit() else fact[1:]
    return facts.get(fact.format(i=number) if number else fact)


def cells(form: Form, layout: str, shown: Facts) -> tuple[str, ...]:
    """The row's texts under one arrangement."""
    return tuple(_text(column, shown.get(column.fact)) for column in form.columns(layout))


def _text(column: Column, value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, Raw) else column.write(value)


def line(form: Form, layout: str, facts: Facts) -> Line:
    """A row as the agency means it."""
    return Line(cells(form, layout, facts), records(form, facts))


Moment = datetime | date | Stamp


def ymd(separator: str = "-") -> Write:
    """Year first."""
    return lambda v: "" if v.year is None else f"{v.year:04d}{separator}{v.month:02d}{separator}{v.day:02d}"


def mdy(v: Any) -> str:
    """Month first, with slashes."""
    return "" if v.year is None else f"{v.month:02d}/{v.day:02d}/{v.year:04d}"


def dmy(v: Any) -> str:
    """Day first, with slashes."""
    return "" if v.year is None else f"{v.day:02d}/{v.month:02d}/{v.year:04d}"


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def d_mon_y(v: Any) -> str:
    """05-Mar-2025."""
    return "" if v.year is None else f"{v.day:02d}-{_MONTHS[v.month - 1]}-{v.year:04d}"


def hm(v: Any) -> str:
    """Hour and minute."""
    return "" if v.hour is None else f"{v.hour:02d}:{v.minute:02d}"


def hms(v: Any) -> str:
    """Hour, minute and second."""
    return "" if v.hour is None else f"{v.hour:02d}:{v.minute:02d}:{v.second:02d}"


def mdy_12h(v: Any) -> str:
    """03/05/2025 09:41 PM."""
    if v.year is None:
        return ""
    return f"{mdy(v)} {v.hour % 12 or 12:02d}:{v.minute:02d} {'PM' if v.hour >= 12 else 'AM'}"


def joined(first: Write, second: Write, between: str = " ") -> Write:
    """Date and time in one cell."""
    return lambda v: "" if v.year is None else first(v) + between + second(v)


def flag(yes: str, no: str) -> Write:
    """A yes or no of this agency."""
    return lambda v: yes if v else no


def degrees(v: float) -> str:
    """A coordinate with five digits."""
    return f"{v:.5f}"


def degrees_comma(v: float) -> str:
    """A coordinate with a decimal comma."""
    return f"{v:.5f}".replace(".", ",")
