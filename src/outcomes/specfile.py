"""Reading a file in ``evaluations/``: what is wrong is told with file, field and what to do."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from feeds.errors import SpecificationError
from feeds.yamlfile import read_yaml

Read = TypeVar("Read", bound=BaseModel)

_KEYS = "docs/evaluations.md lists the keys"
_REMEDIES = {
    "missing": f"Add this key; {_KEYS}.",
    "extra_forbidden": f"Remove this key or correct its spelling; {_KEYS}.",
    "literal_error": "Use one of the values named.",
    "value_error": "Correct these fields so that they agree.",
}


def read(path: Path, model: type[Read]) -> Read:
    """A file as the model that it must be; its ``name`` is the file's.

    Raises:
        SpecificationError: the file is absent or wrong; it names the file, the field and what to do.
    """
    try:
        found = model.model_validate(read_yaml(path, f"Write them; {_KEYS}."))
    except ValidationError as error:
        raise _told(path, error) from None
    name = getattr(found, "name", None)
    if name != path.stem:
        raise SpecificationError(path, "name", f"{name!r} is not the file's name.", f"Write name: {path.stem}.")
    return found


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of what is registered; comments and the order of keys do not count."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _told(path: Path, error: ValidationError) -> SpecificationError:
    """The first problem; the branches that pydantic tried within a field are no part of the field's name."""
    problems = error.errors(include_url=False)
    first = problems[0]
    key = ".".join(str(part) for part in first["loc"])
    found = first.get("input")
    seen = "" if first["type"] in ("missing", "value_error") or isinstance(found, dict) else f" (found: {found!r})"
    more = f" ({len(problems) - 1} more problems in this file.)" if len(problems) > 1 else ""
    remedy = _REMEDIES.get(first["type"], "Correct the value.")
    return SpecificationError(path, key, f"{first['msg'].removeprefix('Value error, ')}{seen}.", remedy + more)
