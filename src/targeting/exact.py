"""Covers by integer programming: HiGHS (Huangfu and Hall 2018) through ``scipy.optimize.milp``.

None instead of an answer means that the limit of time was reached before the answer was proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from targeting.cover import KINDS, Part

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.optimize import LinearConstraint
    from scipy.sparse import csr_array


def smallest(parts: Sequence[Part], people: Sequence[str], seconds: float) -> list[str] | None:
    """The fewest of the people through whom every part is reached; each part has somebody.

    Minimise sum(x) so that A x >= 1, x binary, where A says who reaches which part.
    """
    from scipy.optimize import LinearConstraint

    if not parts:
        return []
    found = _solved(np.ones(len(people)), [LinearConstraint(_links(parts, people), lb=1)], seconds)
    return None if found is None else [person for person, is_chosen in zip(people, found, strict=True) if is_chosen]


def most(parts: Sequence[Part], people: Sequence[str], capacity: int, seconds: float) -> list[str] | None:
    """At most ``capacity`` of the people, so that first the most parts of the first kind are reached, then of the next.

    Variables are people x and parts y: y <= A x, sum(x) <= capacity. Each kind is maximised with what the kinds before
    it reached held fast; at last the people are made as few as reach the same.
    """
    from scipy.optimize import LinearConstraint
    from scipy.sparse import eye_array, hstack

    count, size = len(people), len(people) + len(parts)
    links = hstack([_links(parts, people), -eye_array(len(parts))]).tocsr()
    is_person = np.arange(size) < count
    held = [LinearConstraint(links, lb=0), LinearConstraint(is_person.astype(float)[None, :], ub=capacity)]
    for kind in KINDS:
        of_kind = np.array([0.0] * count + [float(part.kind == kind) for part in parts])
        if of_kind.any():
            found = _solved(-of_kind, held, seconds)
            if found is None:
                return None
            held.append(LinearConstraint(of_kind[None, :], lb=float(np.rint(of_kind @ found))))
    found = _solved(is_person.astype(float), held, seconds)
    return None if found is None else [person for person, is_chosen in zip(people, found, strict=False) if is_chosen]


def _links(parts: Sequence[Part], people: Sequence[str]) -> csr_array:
    """A row for each part, a column for each person, 1 where the person reaches it."""
    from scipy.sparse import csr_array

    column = {person: number for number, person in enumerate(people)}
    at = [(row, column[person]) for row, part in enumerate(parts) for person in sorted(part.through)]
    rows, columns = zip(*at, strict=True)
    return csr_array((np.ones(len(at)), (rows, columns)), shape=(len(parts), len(people)))


def _solved(
    cost: NDArray[np.float64], constraints: Sequence[LinearConstraint], seconds: float
) -> NDArray[np.bool_] | None:
    """The binary variables of least cost, proven; None when the time is over.

    Raises:
        RuntimeError: the solver found no solution of a problem that has one.
    """
    from scipy.optimize import Bounds, milp

    options = {"time_limit": seconds, "mip_rel_gap": 0.0}
    found = milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), constraints=constraints, options=options)
    if found.status == 1:
        return None
    if found.status != 0:
        raise RuntimeError(f"HiGHS: {found.message}")
    return np.asarray(found.x > 0.5)
