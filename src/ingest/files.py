"""Writing files so that a kill at any moment leaves the old state or the new one, never half of it."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def fsync_folder(folder: Path) -> None:
    """Make a rename in this folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``target`` in one rename when the block ends well.

    If ``target`` exists by then (another attempt was faster), the new one is thrown away: both hold the same.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    scratch.mkdir(mode=0o700)
    try:
        yield scratch
        try:
            os.rename(scratch, target)
        except OSError:
            if not target.is_dir():
                raise
        fsync_folder(target.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    with scratch.open("wb") as handle:
        os.fchmod(handle.fileno(), 0o600)
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(scratch, path)
    fsync_folder(path.parent)


def remove_strays(folder: Path) -> int:
    """Remove temporary files and folders that a killed process left behind; how many there were."""
    count = 0
    for stray in folder.glob(".*.tmp") if folder.is_dir() else ():
        shutil.rmtree(stray) if stray.is_dir() else stray.unlink(missing_ok=True)
        count += 1
    return count
