"""What dbt makes anew for each node or run, though it is the same each time."""

from __future__ import annotations

from functools import cache
from typing import Any

from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment

_compile = MacroFuzzEnvironment.compile
_empty_table = agate_helper.empty_table
#: Compiled templates by kind of environment and text; of one project there are two thousand.
_CODE: dict[tuple[type[MacroFuzzEnvironment], str], Any] = {}
_AT_MOST = 8192


def remember() -> None:
    """From now on this process compiles each template once, and hands out one empty table (nobody can change one)."""
    MacroFuzzEnvironment.compile = _compiled  # type: ignore[method-assign, assignment]
    agate_helper.empty_table = cache(_empty_table)


def _compiled(self: MacroFuzzEnvironment, source: Any, *more: Any, **named: Any) -> Any:
    """The code of a template depends on its text and the kind of environment; names in it are looked up later."""
    if more or named or not isinstance(source, str):
        return _compile(self, source, *more, **named)
    key = (type(self), source)
    made = _CODE.get(key)  # threads of dbt share it: one may have made room
    if made is None:
        made = _compile(self, source)
        if len(_CODE) >= _AT_MOST:
            _CODE.clear()
        _CODE[key] = made
    return made
