"""The policies of an installation: ``policies/*.yml``, one place for each rule that a site may set."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feeds.errors import from_validation
from feeds.yamlfile import read_yaml
from settings import Settings


class Strict(BaseModel):
    """A policy refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DecisionKind(Strict):
    """A kind of decision and how many people it takes."""

    description: str = Field(min_length=10)
    people: int = Field(ge=1, le=2)


class DecisionPolicy(Strict):
    """``policies/decisions.yml``."""

    kinds: dict[str, DecisionKind]
    accounts_must_differ: bool = False
    """True where every person has an account of their own: the second person then needs another account too."""


Policy = TypeVar("Policy", bound=Strict)


def decision_policy(settings: Settings) -> DecisionPolicy:
    """What kinds of decisions there are.

    Raises:
        SpecificationError: the file is absent or wrong.
    """
    return load(settings, "decisions", DecisionPolicy)


def load(settings: Settings, name: str, model: type[Policy]) -> Policy:
    """One policy file, read anew when it changed.

    Raises:
        SpecificationError: the file is absent or wrong.
    """
    path = settings.policies / f"{name}.yml"
    raw = _read(path, path.stat().st_mtime_ns if path.is_file() else 0)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise from_validation(path, error) from None


@lru_cache(maxsize=16)
def _read(path: Path, version: int) -> dict[str, Any]:
    return read_yaml(path, "Put back the file that came with the project, and change that one.")
