"""The co-offending network of the publication, at either grade of linkage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from network import graph as g

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from settings import Settings

#: The ties of each grade: what a tie is, and what it weighs, stands in the dbt project and nowhere else.
_TIES = {"action": "marts.mart_gvi__coarrest_edge", "linked": "marts.mart_gvi__coarrest_edge_linked"}
#: A pair may be tied in two jurisdictions.
_EDGES = """
    select person_key, other_person_key, sum(weight order by jurisdiction_id) from {ties}
    where window_code = '{window}' group by 1, 2 order by 1, 2"""
#: Whoever was arrested is in the network, with ties or without.
_PEOPLE = """
    select distinct m.person_key from core.fct_arrest as a join core.person_membership as m
        on m.mention_key = a.mention_key and m.grade = '{grade}' and m.known_to is null
    order by 1"""
#: The longest of ``reference.coarrest_window``.
WINDOW = "60_months"
_VICTIMS = """
    select distinct m.person_key from core.fct_shooting_victim as v join core.person_membership as m
        on m.mention_key = v.mention_key and m.grade = '{grade}' and m.known_to is null"""


@dataclass(frozen=True)
class Summary:
    """A network in figures."""

    grade: str
    people: int
    ties: int
    largest_component: int
    deepest_core: int
    communities: int
    stability: float
    near_victims: int
    mean_exposure: float

    def row(self) -> list[Any]:
        """For printing: means to three significant digits, which is more than they tell."""
        return [float(f"{value:.3g}") if isinstance(value, float) else value for value in vars(self).values()]


def load(settings: Settings, grade: str = "action") -> tuple[g.Network, NDArray[np.bool_]]:
    """The network of the publication, as ``mart_gvi__coarrest_edge`` has it at the grade, and who in it was shot.

    Raises:
        NoPublication, QueryError: nothing was published, or by a version without the mart.
    """
    import numpy as np

    from warehouse.api import query

    people = [key for (key,) in query(settings, _PEOPLE.format(grade=grade)).rows]
    edges = query(settings, _EDGES.format(ties=_TIES[grade], window=WINDOW)).rows
    shot = {row[0] for row in query(settings, _VICTIMS.format(grade=grade)).rows}
    network = g.of_pairs(people, [(low, high) for low, high, _ in edges], [weight for *_, weight in edges])
    return network, np.array([key in shot for key in network.people], dtype=bool)


def summarize(settings: Settings, grade: str = "action") -> Summary:
    """The network in figures. Compare the grades: what differs between them hangs on doubtful links.

    Raises:
        NoPublication, QueryError: nothing was published, or by a version without the mart.
    """
    import numpy as np

    network, victims = load(settings, grade)
    found = g.measure(network)
    near = g.distance_to(network, victims)
    exposed = g.exposure(network, victims)
    sizes = np.bincount(found.component) if len(found.component) else np.array([0])
    return Summary(
        grade, len(network.people), network.graph.ecount(), int(sizes.max()), int(found.core.max(initial=0)),
        len(np.unique(g.communities(network))) if len(network.people) else 0,
        g.stability(network, (1.0,))[1.0] if network.graph.ecount() else 1.0,
        int(((near >= 0) & (near <= 2)).sum()), float(np.nanmean(exposed)) if np.isfinite(exposed).any() else 0.0,
    )  # fmt: skip
