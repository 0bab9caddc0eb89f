"""Values of database columns as text, and marks of change as JSON, as parameters, and moved back by an overlap."""

from __future__ import annotations

import base64
import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from connectors import paging
from connectors.errors import ConfigurationError

_PACKED = ("%Y-%m-%d", "%Y%m%d", "%Y%m%d%H%M%S")


def as_text(value: Any) -> str:
    """A column's value as the text of one field: instants as ISO with a blank, bytes as base64."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if value is None or isinstance(value, str | bool | dict | list):
        return paging.as_text(value)
    return str(value)


def as_json(value: Any) -> Any:
    """A key or mark of change as JSON can hold it, without losing digits."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if isinstance(value, date) else as_text(value)


def as_parameter(kept: Any, column: sa.Column[Any]) -> Any:
    """What ``as_json`` made, as the type of its column."""
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(kept)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(kept[:10])
    if isinstance(kind, sa.Float) or not isinstance(kind, sa.Numeric | sa.Uuid):
        return kept
    return UUID(kept) if isinstance(kind, sa.Uuid) else Decimal(str(kept))


def moved_back(high: Any, overlap: float, column: sa.Column[Any]) -> Any:
    """A mark of change less the overlap: hours for instants, units for numbers. Text keeps the form it is written in.

    Raises:
        ConfigurationError: a text that tells no instant cannot be moved back.
    """
    if high is None or overlap == 0:
        return high
    if isinstance(column.type, sa.DateTime | sa.Date):
        return (datetime.fromisoformat(high) - timedelta(hours=overlap)).isoformat()
    if isinstance(column.type, sa.Numeric) and not isinstance(column.type, sa.Float):
        return as_text(Decimal(str(high)) - Decimal(str(overlap)))
    if isinstance(high, int):
        return high - math.ceil(overlap)
    return high - overlap if isinstance(high, float) else _text_moved_back(str(high), timedelta(hours=overlap), column)


def _text_moved_back(text: str, hours: timedelta, column: sa.Column[Any]) -> str:
    for form in _PACKED:
        try:
            moment = datetime.strptime(text, form)
        except ValueError:
            continue
        if moment.strftime(form) == text:
            return (moment - hours).strftime(form)
    for separator in ("T", " "):
        for precision in ("minutes", "seconds", "milliseconds", "microseconds"):
            for zone in ("", "Z"):
                moved = _iso_moved_back(text, hours, separator, precision, zone)
                if moved is not None:
                    return moved
    raise ConfigurationError(
        "bad_request",
        f"connector.changed: the text in {column.name!r} tells no instant that hours could be taken from. Write "
        "`overlap: 0` if its texts sort in the order of change, or name another column.",
    )


def _iso_moved_back(text: str, hours: timedelta, separator: str, precision: str, zone: str) -> str | None:
    plain = text.removesuffix(zone) if zone else text
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return None
    if moment.isoformat(separator, precision) + zone != text:
        return None
    return (moment - hours).isoformat(separator, precision) + zone
