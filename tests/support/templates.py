"""Worlds that take long to make: made once in a test run, whichever process asks first, and copied from then on."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")


def template(name: str, make: Callable[[Path], Made]) -> Made:
    """What ``make`` returns for an empty folder, with the folder as it left it; nobody may change either.

    A process that asks while another one makes it waits. What was left half made is made anew.
    """
    shared = Path(os.environ["NNSC_TEMPLATES"])
    folder, made = shared / name, shared / f"{name}.pickle"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            draft = made.with_suffix(".draft")
            draft.write_bytes(pickle.dumps(make(folder)))
            draft.replace(made)
        found: Made = pickle.loads(made.read_bytes())
        return found
