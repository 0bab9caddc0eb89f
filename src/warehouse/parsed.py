"""The parsed dbt project: kept in this process and on disk, for parsing costs more processor time than most runs.

dbt's own cache is tied to one warehouse file and one set of variables; this one to what parsing depends on: the
project's files, dbt and its adapters, the engine, the database's name, and which variables are given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ingest.files import write_private
from settings import Settings

_AT_MOST = 4
_MANIFESTS: dict[str, Any] = {}


def parsed(settings: Settings, depends_on: tuple[str, ...], parse: Callable[[], Any]) -> Any:
    """The manifest of a dbt project; a copy of its own, because a run writes into it.

    ``depends_on`` is everything that makes one parsed project differ from another, ``parse`` is asked when none of
    that kind is kept. A kept file that cannot be read is made anew.
    """
    key = _key(depends_on)
    if key not in _MANIFESTS:
        file = settings.parsed / f"{key}.msgpack"
        manifest = _read(file)
        if manifest is None:
            manifest = parse()
            settings.private_dir(settings.parsed)
            _make_room(settings.parsed)
            write_private(file, manifest.to_msgpack(_codec()[0]))
        while len(_MANIFESTS) >= _AT_MOST:
            del _MANIFESTS[next(iter(_MANIFESTS))]
        _MANIFESTS[key] = manifest
    return _copy(_MANIFESTS[key])


def _copy(manifest: Any) -> Any:
    """A manifest whose nodes are its own; a run writes into nodes alone, and macros and texts are two thirds of it."""
    names = [field.name for field in fields(manifest) if field.init]
    shared = {name: getattr(manifest, name) for name in names if not name.startswith("_")}
    nodes = {name: type(node).from_dict(node.to_dict(omit_none=True)) for name, node in manifest.nodes.items()}
    copy = type(manifest)(**{**shared, "nodes": nodes})
    copy.build_flat_graph()
    return copy


def _key(depends_on: tuple[str, ...]) -> str:
    names = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "dbt-postgres")
    versions = [f"{name} {version(name)}" for name in names]
    return hashlib.sha256("\0".join([*depends_on, *versions]).encode()).hexdigest()[:32]


def _read(file: Path) -> Any:
    from dbt.contracts.graph.manifest import Manifest

    try:
        manifest = Manifest.from_msgpack(file.read_bytes(), decoder=_codec()[1])
    except (FileNotFoundError, PermissionError):  # or a file of another account, which keeps its own to itself
        return None
    except (ValueError, LookupError, TypeError):  # cut short or of another make: parsing anew mends it
        return None
    manifest.build_parent_and_child_maps()
    return manifest


def _codec() -> tuple[Any, Any]:
    """How dbt itself writes and reads what it parsed (dates are no part of msgpack)."""
    from dbt.parser import manifest

    return manifest.extended_mashumaro_encoder, manifest.extended_mashumuro_decoder


def _make_room(folder: Path) -> None:
    """Projects change and their parsed files stay: only the newest are worth keeping."""
    kept = []
    for file in folder.glob("*.msgpack"):
        with suppress(FileNotFoundError):  # another process made room
            kept.append((file.stat().st_mtime, file.name, file))
    for *_, file in sorted(kept, reverse=True)[2 * _AT_MOST - 1 :]:
        file.unlink(missing_ok=True)
