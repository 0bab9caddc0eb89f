"""How exactly a recorded date is known, told by the format that understood its text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from feeds.contracts import Either, Since
from ingest.sqltext import ident, literal, literals

#: From the finest to the coarsest; ``impossible`` and ``unknown`` stand beside a null.
PRECISIONS = ("second", "minute", "day", "month", "year", "impossible", "unknown")
EPOCH_MS = "epoch_ms"
#: The finest of these directives that a format has decides; a format with none of them tells the year alone.
_DIRECTIVES = (
    ("second", ("%S", "%-S", "%f", "%T", "%c")),
    ("minute", ("%M", "%-M", "%H", "%-H", "%I", "%-I")),
    ("day", ("%d", "%-d", "%j", "%-j", "%x")),
    ("month", ("%m", "%-m", "%b", "%B")),
)
#: Of these the date itself says nothing, so that they belong to the content of a record.
TELLING = ("month", "year", "impossible")


def precision_of(form: str) -> str:
    """The precision that a strptime format (or ``epoch_ms``) gives."""
    if form == EPOCH_MS:
        return "second"
    plain = form.replace("%%", "")
    return next((name for name, directives in _DIRECTIVES if any(d in plain for d in directives)), "year")


def precision_sql(text: str, typed: str, formats: Sequence[str], is_date: bool) -> str:
    """SQL of the precision of one column: ``text`` as delivered, ``typed`` what became of it.

    The first format that understands the text decides, as it does for the value. A date is never finer than a day.
    """
    told = [_at_least_day(precision_of(form)) if is_date else precision_of(form) for form in formats]
    if len(set(told)) == 1:
        known = literal(told[0])
    else:
        plain = [(form, name) for form, name in zip(formats, told, strict=True) if form != EPOCH_MS]
        cases = " ".join(
            f"when try_strptime({text}, [{literals([form])}]) is not null then {literal(name)}" for form, name in plain
        )
        known = f"case {cases} else 'second' end"
    return f"case when {typed} is not null then {known} when {text} is not null then 'impossible' else 'unknown' end"


def _at_least_day(precision: str) -> str:
    return "day" if precision in ("second", "minute") else precision


def computed_sql(computed: Since | Either, typed: Callable[[str], str]) -> str:
    """What an expectation judges of several columns, under its own name; distances are null where one of the dates is.

    ``typed`` names the column of the query that holds a contract column's value.
    """
    if isinstance(computed, Either):
        both = f"{typed(computed.column)}::varchar, {typed(computed.other)}::varchar"
        return f"coalesce({both}) as {ident(computed.name)}"
    since = computed
    origin = f"coalesce({typed(since.origin)}, {typed(since.otherwise)})" if since.otherwise else typed(since.origin)
    start = f"({origin} + interval {since.years} years)::date" if since.years else f"{origin}::date"
    return f"datediff('day', {start}, {typed(since.column)}::date)::integer as {ident(since.name)}"
