"""What dbt makes anew for each node or run, though it is the same each time."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from dbt.artifacts.schemas import base as artifacts
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.clients.system import write_file
from dbt_common.utils.encoding import JSONEncoder

_compile = MacroFuzzEnvironment.compile
_empty_table = agate_helper.empty_table
#: Compiled templates by kind of environment and text; of one project there are two thousand.
_CODE: dict[tuple[type[MacroFuzzEnvironment], str], Any] = {}
_AT_MOST = 8192


def remember() -> None:
    """From now on this process compiles each template once, hands out one empty table (nobody can change one), and
    writes the manifest at once."""
    MacroFuzzEnvironment.compile = _compiled  # type: ignore[method-assign, assignment]
    agate_helper.empty_table = cache(_empty_table)
    artifacts.write_json = _written_at_once


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


def _written_at_once(path: str, data: Any) -> bool:
    """The same text as dbt's, which ``json.dump`` makes piece by piece: a tenth of a small build goes into that."""
    return bool(write_file(path, json.dumps(data, cls=JSONEncoder)))
