"""Published series: Boston's counts are facts and stand here; larger sets are read where the shared folder is at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.world import PROJECT

#: Youth homicides a month in Boston, January 1992 to May 1998 (Braga and others 2001); Ceasefire from June 1996.
BOSTON = np.array([
    2, 1, 1, 1, 3, 3, 3, 5, 4, 7, 2, 5,  5, 1, 4, 2, 7, 3, 4, 5, 7, 2, 4, 4,  2, 5, 6, 1, 1, 6, 3, 3, 3, 4, 3, 1,
    3, 4, 2, 1, 2, 3, 7, 3, 10, 5, 3, 3,  4, 2, 1, 3, 4, 2, 3, 1, 2, 0, 1, 2,  1, 3, 1, 0, 2, 3, 0, 1, 0, 1, 0, 3,
    1, 1, 0, 0, 2,
], dtype=np.float64)  # fmt: skip
JUNE_1996 = 53


def shared(name: str) -> Path:
    """A file of the shared evaluation sets; the test is skipped where they are not at hand."""
    for above in PROJECT.parents:
        if (found := above / "shared" / "real" / "evaluation" / name).exists():
            return found
    pytest.skip(f"the public series {name} is not part of the project, and not at hand")
