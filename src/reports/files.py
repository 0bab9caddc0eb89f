"""Writing a page so that a reader sees the old one or the new one."""

from __future__ import annotations

import os
from pathlib import Path


def write(file: Path, content: bytes) -> None:
    """Put a file in place in one step, readable by its owner alone."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.draft")
    draft.write_bytes(content)
    draft.chmod(0o600)
    draft.replace(file)
