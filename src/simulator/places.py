"""The four simulated jurisdictions: zones, areas, beats, codes and neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Place:
    """One jurisdiction: where it lies, how large its share of the people is, and its offence list.

    ``offenses`` are (text, the agency's code, statute, level); ``neighbours`` take part of its people.
    """

    jurisdiction_id: str
    zone_name: str
    share: float
    latitude: float
    longitude: float
    areas: tuple[str, ...]
    neighbours: tuple[str, ...]
    offenses: tuple[tuple[str, str, str, str], ...]
    mexican: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The IANA zone of its wall clocks."""
        return ZoneInfo(self.zone_name)


RIVERMOUTH, MILLBROOK = "sim_us_ca_rivermouth", "sim_us_oh_millbrook"
LAGRANGE, BAJIO = "sim_us_tx_lagrange", "sim_mx_bajio"

_RIVERMOUTH_OFFENSES = (
    ("ROBBERY - SECOND DEGREE", "211 PC", "PC 211", "F"), ("ASSAULT W/ DEADLY WEAPON, FIREARM", "245(A)(2) PC", "PC 245", "F"),
    ("BATTERY", "242 PC", "PC 242", "M"), ("CARRY CONCEALED FIREARM", "25400 PC", "PC 25400", "F"),
    ("FELON IN POSSESSION OF FIREARM", "29800 PC", "PC 29800", "F"), ("BURGLARY - FIRST DEGREE", "459 PC", "PC 459", "F"),
    ("GRAND THEFT, AUTO", "487(D)(1) PC", "PC 487", "F"), ("POSS CONTROLLED SUBSTANCE", "11350 HS", "HS 11350", "M"),
    ("MURDER", "187 PC", "PC 187", "F"), ("DISTURBING THE PEACE", "415 PC", "PC 415", "M"), ("ZZ-UNLISTED", "9999", "", "?"),
)  # fmt: skip
_MILLBROOK_OFFENSES = (
    ("Felonious Assault", "FA", "2903.11", "F2"), ("Aggravated Robbery", "AR", "2911.01", "F1"),
    ("CCW", "CCW", "2923.12", "F4"), ("Having Weapons Under Disability", "HWUD", "2923.13", "F3"),
    ("Domestic Violence", "DV", "2919.25", "M1"), ("Theft", "TH", "2913.02", "M1"), ("Drug Trafficking", "DT", "2925.03", "F5"),
    ("Criminal Damaging", "CD", "2909.06", "M2"), ("Murder", "MU", "2903.02", "F1"), ("other/unk", "", "", ""),
)  # fmt: skip
_LAGRANGE_OFFENSES = (
    ("AGG ASSAULT W/DEADLY WEAPON", "13150", "22.02", "F2"), ("UNL CARRYING WEAPON", "52030", "46.02", "MA"),
    ("POSS CS PG 1 <1G", "35990", "481.115", "FS"), ("EVADING ARREST", "48010", "38.04", "MA"),
    ("ROBBERY", "12990", "29.02", "F2"), ("CRIMINAL TRESPASS", "57070", "30.05", "MB"), ("MURDER", "09990", "19.02", "F1"),
)  # fmt: skip
_BAJIO_OFFENSES = (
    ("Robo a transeúnte", "", "", ""), ("Lesiones dolosas por arma de fuego", "", "", ""), ("Homicidio doloso", "", "", ""),
    ("Portación de arma de fuego", "", "", ""), ("Narcomenudeo", "", "", ""), ("Robo de vehículo; con violencia", "", "", ""),
    ("Violencia familiar", "", "", ""), ("Daño a la propiedad", "", "", ""),
)  # fmt: skip

PLACES: dict[str, Place] = {
    place.jurisdiction_id: place
    for place in (
        Place(RIVERMOUTH, "America/Los_Angeles", 0.30, 38.02, -121.88, ("North", "Harbor", "Central", "East Flats"),
              (MILLBROOK, LAGRANGE), _RIVERMOUTH_OFFENSES),
        Place(MILLBROOK, "America/New_York", 0.25, 40.41, -83.02, ("1", "2", "3", "4", "5"),
              (RIVERMOUTH,), _MILLBROOK_OFFENSES),
        Place(LAGRANGE, "America/Chicago", 0.22, 29.91, -96.87, ("A", "B", "C"), (BAJIO, RIVERMOUTH), _LAGRANGE_OFFENSES),
        Place(BAJIO, "America/Mexico_City", 0.23, 20.57, -101.19, ("Centro", "San José el Alto", "La Piñata", "Álamos"),
              (LAGRANGE,), _BAJIO_OFFENSES, mexican=True),
    )
}  # fmt: skip
