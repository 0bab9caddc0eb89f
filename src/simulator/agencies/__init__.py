"""The eight simulated feeds, by feed id."""

from __future__ import annotations

from simulator.agencies import bajio, lagrange, millbrook, rivermouth
from simulator.agencies.common import Agency

AGENCIES: dict[str, Agency] = {
    agency.place.jurisdiction_id: agency
    for agency in (rivermouth.AGENCY, millbrook.AGENCY, lagrange.AGENCY, bajio.AGENCY)
}
