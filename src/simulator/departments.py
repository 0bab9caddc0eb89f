"""Departments of correction and probation offices: whom they serve, and the prisons with their housing units."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from simulator.places import BAJIO, MILLBROOK, PLACES, RIVERMOUTH

CA_STATE, OH_STATE = "sim_us_ca_state", "sim_us_oh_state"


@dataclass(frozen=True)
class Unit:
    """A housing unit; ``level`` is its custody level, ``restrictive`` marks the one for restrictive housing."""

    facility: str
    name: str
    level: str
    restrictive: bool = False


@dataclass(frozen=True)
class Department:
    """A department of correction; ``serves`` is the place whose arrests fill it, ``silent`` a facility that misses days
    in its counts."""

    jurisdiction_id: str
    zone_name: str
    serves: str
    reception: Unit
    units: tuple[Unit, ...]
    largest: int
    silent: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The IANA zone of its wall clocks."""
        return ZoneInfo(self.zone_name)

    def restrictive(self, facility: str) -> Unit:
        """The unit for restrictive housing of a facility."""
        return next(unit for unit in self.units if unit.facility == facility and unit.restrictive)


@dataclass(frozen=True)
class Office:
    """A probation office; ``after_custody`` names the department whose releases it supervises."""

    jurisdiction_id: str
    stock: float
    areas: tuple[str, ...]
    after_custody: str
    terms: tuple[str, ...]
    levels: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The IANA zone of its place."""
        return PLACES[self.jurisdiction_id].zone


_CA = (
    Unit("DVSP", "A", "III"), Unit("DVSP", "B", "III"), Unit("DVSP", "C", "II"), Unit("DVSP", "RHU", "IV", True),
    Unit("NFI", "1", "II"), Unit("NFI", "2", "I"), Unit("NFI", "RHU", "IV", True),
)  # fmt: skip
_OH = (
    Unit("Scioto Bend CI", "H1", "Medium"), Unit("Scioto Bend CI", "H2", "Medium"), Unit("Scioto Bend CI", "H3", "Close"),
    Unit("Scioto Bend CI", "LPH", "Close", True), Unit("Maumee CC", "A", "Minimum"), Unit("Maumee CC", "B", "Medium"),
    Unit("Maumee CC", "SEG", "Close", True),
)  # fmt: skip
DEPARTMENTS: dict[str, Department] = {
    CA_STATE: Department(CA_STATE, "America/Los_Angeles", RIVERMOUTH, _CA[2], _CA, 6, silent="NFI"),
    OH_STATE: Department(OH_STATE, "America/New_York", MILLBROOK, _OH[1], _OH, 9),
}
OFFICES: dict[str, Office] = {
    RIVERMOUTH: Office(
        RIVERMOUTH, 0.10, ("Harbor Office", "Inland Office"), CA_STATE, ("FORMAL", "PRCS", "MANDATORY SUPERVISION"),
        ("HI", "MOD", "LOW", "BANK"), (),
    ),
    BAJIO: Office(
        BAJIO, 0.12, ("Zona Norte", "Zona Sur", "Zona Centro"), "", ("Libertad condicionada", "Suspensión condicional del proceso", "Medida cautelar"),
        ("Intensiva", "Media", "Mínima"),
        ("No se presentó a firmar", "Consumo de sustancias; prueba positiva", "Salió del municipio sin aviso",
         "Incumplió horario de residencia"),
    ),
}  # fmt: skip
