"""Errors of the written specifications: they name the file, the key and the remedy."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError


class SpecificationError(ValueError):
    """A feed, jurisdiction or contract file says something that cannot be carried out.

    ``file`` is the file to edit, ``key`` the dotted place in it, ``problem`` and ``remedy`` whole sentences.
    """

    def __init__(self, file: Path | str, key: str, problem: str, remedy: str) -> None:
        self.file, self.key, self.problem, self.remedy = str(file), key, problem, remedy
        super().__init__(f"{file}: {key or 'file'}: {problem} {remedy}")


#: What to do about the commonest mistakes, by pydantic's error type.
_REMEDIES = {
    "missing": "Add this key.",
    "extra_forbidden": "Remove this key or correct its spelling; `nnsc feeds schema` prints the keys that exist.",
    "literal_error": "Use one of the values named.",
}


def from_validation(file: Path | str, error: ValidationError) -> SpecificationError:
    """The first problem that pydantic found, told with the file and the key to edit."""
    problems = error.errors(include_url=False)
    first = problems[0]
    key = ".".join(str(part) for part in first["loc"])
    more = f" ({len(problems) - 1} more problems in this file.)" if len(problems) > 1 else ""
    remedy = _REMEDIES.get(first["type"], "Correct the value.") + more
    if isinstance(first.get("input"), bool):
        remedy = f"Put it in quotes: YAML reads no, yes, on and off as false and true. {remedy}"
    return SpecificationError(file, key, f"{first['msg']} (found: {first.get('input')!r}).", remedy)
