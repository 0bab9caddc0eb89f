"""The co-offending network of the publication, at either grade of linkage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from network import graph as g

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from settings import Settings

#: Arrests share an event when they share the incident; where an agency names none, a person is alone.
_ARRESTS = """
    select a.incident_key as event, m.person_key as person,
        date_diff('day', a.arrested_on, (select max(arrested_on) from core.fct_arrest))::double as days_ago
    from core.fct_arrest as a join core.person_membership as m
        on m.mention_key = a.mention_key and m.grade = '{grade}' and m.known_to is null
    where a.incident_key is not null"""
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
        """For printing."""
        return list(vars(self).values())


def load(settings: Settings, grade: str = "action") -> tuple[g.Network, NDArray[np.bool_]]:
    """The network of the publication and who in it was shot.

    Raises:
        NoPublication, QueryError: nothing was published, or nothing was linked before.
    """
    import numpy as np

    from warehouse.api import query

    arrests = query(settings, _ARRESTS.format(grade=grade)).rows
    event, person, days = (np.array(c) for c in zip(*arrests, strict=True)) if arrests else (np.array([]),) * 3
    network = g.build(*g.pairs_of_events(event.astype(str), person.astype(str), days.astype(float)))
    shot = {row[0] for row in query(settings, _VICTIMS.format(grade=grade)).rows}
    return network, np.array([key in shot for key in network.people], dtype=bool)


def summarize(settings: Settings, grade: str = "action") -> Summary:
    """The network in figures. Compare the grades: what differs between them hangs on doubtful links.

    Raises:
        NoPublication, QueryError: nothing was published, or nothing was linked before.
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
