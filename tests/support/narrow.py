"""Builds of a part of the models: those that a test asks about, and what they are made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from support.engines import models_only
from support.warehouse_world import World
from warehouse import api, transform
from warehouse.dbt_runner import NodeResult, dbt_manifest, run_dbt

_NO_SEEDS = ["--exclude-resource-type", "seed"]


def building(*models: str, with_tests: bool = False) -> Callable[..., list[NodeResult]]:
    """In place of ``warehouse.transform.run_dbt``: these models and everything below them; data tests of those, or none.

    For a copy of a world that is built, where the other models stand as they were; to dbt it is a run like any other.
    """
    run: Callable[..., list[NodeResult]] = run_dbt if with_tests else models_only

    def narrowed(settings: Settings, arguments: list[str], *more: Any, only: Collection[str] = ()) -> list[NodeResult]:
        if only:
            reached = below(dbt_manifest(settings), models, with_tests).intersection(only)
            return run(settings, arguments, *more, only=reached) if reached else []
        stands = "--indirect-selection" in arguments  # and so do lists
        all_of = [*arguments, *(_NO_SEEDS if stands else ()), "--select", *(f"+{model}" for model in models)]
        return run(settings, all_of, *more)

    return narrowed


@contextmanager
def builds(*models: str) -> Iterator[None]:
    """Builds inside make these models only (all where none is named), without data tests.

    For fixtures of a module: what a test asks for itself is asked after them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "run_dbt", building(*models) if models else models_only)
        yield


def below(manifest: Path, models: tuple[str, ...], with_tests: bool) -> set[str]:
    """Names of these models and of all that they are made of; of their tests too, if asked."""
    nodes: Mapping[str, Any] = json.loads(manifest.read_text())["nodes"]

    @cache
    def made_of(unique_id: str) -> frozenset[str]:
        parts = [n for n in nodes[unique_id]["depends_on"].get("nodes", []) if n in nodes]
        return frozenset([unique_id]).union(*map(made_of, parts))

    wanted = {unique_id for unique_id, node in nodes.items() if node["name"] in models}
    found = frozenset[str]().union(*map(made_of, wanted))
    if with_tests:
        tests = (n for n, node in nodes.items() if node["resource_type"] == "test")
        found |= {n for n in tests if wanted.intersection(nodes[n]["depends_on"]["nodes"])}
    return {nodes[unique_id]["name"] for unique_id in found}


def build_unpublished(world: World, settings: Settings | None = None) -> None:
    """Load and transform; for tests that ask the warehouse itself."""
    api.load(settings or world.settings, world.active)
    api.transform(settings or world.settings)
