"""Writing files so that a kill at any moment leaves the old state or the new one, never half of it.

Everything is written in ``<home>/scratch`` first, under a name that tells whose it is, and renamed into place.
"""

from __future__ import annotations

import os
import shutil
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def process_name(pid: int | None = None) -> str:
    """A process of this machine as ``host:pid:start``: a pid alone may be used again."""
    number = os.getpid() if pid is None else pid
    return f"{socket.gethostname()}:{number}:{_started(number)}"


def is_dead(name: str) -> bool:
    """True when that process ran on this machine and is gone."""
    host, pid, started = ["", "", *name.rsplit(":", 2)][-3:]
    return host == socket.gethostname() and pid.isdigit() and _started(int(pid)) != started


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot, or "" where it is gone (or dead and not yet buried)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def fsync_folder(folder: Path) -> None:
    """Make a rename in this folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def scratch_path(home: Path) -> Path:
    """A fresh name in the scratch folder of an installation."""
    folder = home / "scratch"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{process_name()}:{uuid.uuid4().hex[:12]}"


@contextmanager
def whole_folder(home: Path, target: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``target`` in one rename when the block ends well.

    If ``target`` exists by then (another attempt was faster), the new one is thrown away: both hold the same.
    """
    scratch = scratch_path(home)
    scratch.mkdir(mode=0o700)
    try:
        yield scratch
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            scratch.rename(target)
        except OSError:
            if not target.is_dir():
                raise
        fsync_folder(target.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_whole(home: Path, path: Path, data: bytes) -> None:
    """Write a small file in one step."""
    write_files(home, path.parent, {path.name: data})


def write_files(home: Path, folder: Path, files: Mapping[str, bytes]) -> None:
    """Write small files into a folder, each in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        scratch = scratch_path(home)
        with scratch.open("wb") as handle:
            os.fchmod(handle.fileno(), 0o600)
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        scratch.replace(folder / name)
    fsync_folder(folder)


def write_private(file: Path, content: bytes) -> None:
    """Put a file in place in one step, wherever it lies; readable by its owner alone from its first byte on."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(file)


def remove_strays(home: Path) -> int:
    """Remove what killed processes left in the scratch folder; how many things there were."""
    count = 0
    folder = home / "scratch"
    for stray in folder.iterdir() if folder.is_dir() else ():
        if is_dead(stray.name.rsplit(":", 1)[0]):
            shutil.rmtree(stray) if stray.is_dir() else stray.unlink(missing_ok=True)
            count += 1
    return count
