"""What the network-wide page must say, by SQL on the facts of the publication and sums in Python."""

from __future__ import annotations

from dataclasses import dataclass

from support.warehouse_world import World
from warehouse.api import query

#: People shot in each local month.
_BY_MONTH = """
    select jurisdiction_name, strftime(occurred_at_local, '%Y-%m') as month, count(*) as victims
    from core.fct_shooting_victim join reference.jurisdiction using (jurisdiction_id) group by all order by all
"""
#: The newest whole months of the world, whose last delivery is of the middle of June 2024, and those before.
_YEAR = [f"2023-{n:02}" for n in range(6, 13)] + [f"2024-{n:02}" for n in range(1, 6)]
_YEAR_BEFORE = [f"2022-{n:02}" for n in range(6, 13)] + [f"2023-{n:02}" for n in range(1, 6)]


@dataclass(frozen=True)
class SiteFacts:
    """People shot in a site by month, as they happened; nothing is left out."""

    months: dict[str, int]

    @property
    def year(self) -> int:
        """In the newest twelve whole months."""
        return sum(self.months.get(month, 0) for month in _YEAR)

    @property
    def year_before(self) -> int:
        """In the twelve months before those."""
        return sum(self.months.get(month, 0) for month in _YEAR_BEFORE)

    @property
    def whole(self) -> list[int]:
        """By month with people shot, but the first and the last, which are begun only."""
        return [n for month, n in self.months.items() if min(self.months) < month < max(self.months)]


def facts_of_sites(world: World) -> dict[str, SiteFacts]:
    """Every site by its name, in the order of names of the jurisdictions."""
    found: dict[str, SiteFacts] = {}
    for name, month, victims in query(world.settings, _BY_MONTH).rows:
        found.setdefault(str(name), SiteFacts({})).months[str(month)] = int(victims)
    return found
