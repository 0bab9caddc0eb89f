"""Which files steer the platform, and a line in the audit log whenever one of them changed."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from governance import audit
from ingest.ledger import engine, transaction
from settings import Settings

_SUFFIXES = (".yml", ".yaml", ".sql", ".csv")


def note_changes(settings: Settings, with_models: bool = False) -> list[str]:
    """Compare feed files, contracts and policies (and the dbt project) with the log; the files that changed since.

    A change is noticed when the files are next used, so the line says when that was, not when somebody saved the file.
    """
    folders = _folders(settings, with_models)
    present = _digests(folders)
    with engine(settings).connect() as connection:
        known = _known(connection, folders)
    if not _difference(present, known):
        return []
    with transaction(settings) as connection:
        changed = _difference(present, _known(connection, folders))
        if changed:
            audit.append(connection, settings, audit.Event("configuration", "files", {"files": changed}))
    return sorted(changed)


def _folders(settings: Settings, with_models: bool) -> dict[str, Path]:
    folders = {
        "jurisdictions": settings.jurisdictions,
        "expectations": settings.contracts,
        "policies": settings.policies,
    }
    return {**folders, "dbt": settings.project / "dbt"} if with_models else folders


def _difference(present: dict[str, str], known: dict[str, str | None]) -> dict[str, str | None]:
    """File -> its digest now, None where it is gone."""
    changed: dict[str, str | None] = {name: now for name, now in present.items() if known.get(name) != now}
    return changed | {name: None for name, before in known.items() if before is not None and name not in present}


def _known(connection: sa.Connection, folders: dict[str, Path]) -> dict[str, str | None]:
    known: dict[str, str | None] = {}
    for line in audit.lines(connection, "configuration"):
        known |= line["detail"]["files"]
    return {name: digest for name, digest in known.items() if name.split("/")[0] in folders}


def _digests(folders: dict[str, Path]) -> dict[str, str]:
    found = {}
    for name, folder in folders.items():
        for file in sorted(folder.rglob("*")):
            if file.suffix in _SUFFIXES and file.is_file():
                state = file.stat()
                found[f"{name}/{file.relative_to(folder).as_posix()}"] = _digest(file, state.st_mtime_ns, state.st_size)
    return found


@lru_cache(maxsize=4096)
def _digest(file: Path, modified: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
