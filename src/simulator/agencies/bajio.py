"""Bajío, Mexico: Spanish headings, day first, decimal comma, two surnames, semicolons; Windows and UTF-8 files."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS, Agency, person
from simulator.forms import Column, Form, Kind, degrees_comma, dmy, flag, hm
from simulator.places import BAJIO, PLACES
from simulator.recording import Habits

_PLACE = PLACES[BAJIO]

_ARREST = Form(
    feed_id=f"{BAJIO}/arrest", mode="full", stem="detenciones", zone=_PLACE.zone, separator=";", encoding="cp1252",
    line_end="\r\n",
    layouts={"2024": (
        Column("folio_detencion", "number"), Column("carpeta_investigacion", "case"), Column("fecha", "at", dmy),
        Column("hora", "at", hm), Column("apellido_paterno", "last"), Column("apellido_materno", "second"),
        Column("nombre", "first"), Column("alias", "alias"), Column("fecha_nacimiento", "dob", dmy),
        Column("edad_años", "age"), Column("sexo", "sex"), Column("domicilio", "address"), Column("colonia", "area"),
        Column("sector", "beat"), Column("lugar", "location"), Column("latitud", "lat", degrees_comma),
        Column("longitud", "lon", degrees_comma), Column("delito_1", "charge_1"), Column("delito_2", "charge_2"),
        Column("delito_3", "charge_3"), Column("delito_4", "charge_4"), Column("curp", "secret"),
        Column("observaciones", "junk"),
    )},
    kinds=(
        Kind("arrest", ("number",), "unique", {
            "arrest_id": "number", "incident_id": "case", "arrested_at": "at", "arrested_on": "on", "area_id": "area",
            "beat_id": "beat", "location_text": "location", "latitude": "lat", "longitude": "lon",
            **person("arrestee", "last_name", "second_last_name", "first_name", "alias_names", "birth_date", "age", "sex",
                     "address"),
        }, person="person"),
        Kind("arrest_charge", ("number", "{i}"), "unique", {
            "arrest_id": "number", "charge_number": "{i}", "source_offense": "charge_{i}",
        }, present="charge_{i}", repeat=4),
    ),
    vary=("location", "age", "lon"), losable="lugar", null_marker="S/D",
    faults=(*COMMON_FAULTS, "blank_date", "blank_time", "blank_number", "age_text", "age_too_old", "birth_ancient",
            "birth_impossible", "coordinate_text", "contradicting_duplicate"),
)  # fmt: skip

_INCIDENT = {"incident_id": "case", "occurred_at": "at", "area_id": "area", "location_type": "premise",
             "location_text": "location", "latitude": "lat", "longitude": "lon"}  # fmt: skip

_SHOOTING = Form(
    feed_id=f"{BAJIO}/shooting", mode="append", stem="lesionados_arma_de_fuego", zone=_PLACE.zone, separator=";", bom=True,
    layouts={"2024": (
        Column("carpeta", "case"), Column("victima_no", "victim_no"), Column("fecha", "at", dmy), Column("hora", "at", hm),
        Column("apellido_paterno", "last"), Column("apellido_materno", "second"), Column("nombre", "first"),
        Column("edad", "age"), Column("sexo", "sex"), Column("falleció", "fatal", flag("Sí", "No")),
        Column("lesión", "wound"), Column("tipo_lugar", "premise"), Column("lugar", "location"), Column("colonia", "area"),
        Column("latitud", "lat", degrees_comma), Column("longitud", "lon", degrees_comma), Column("captura", "junk"),
    )},
    kinds=(
        Kind("shooting_victim", ("case", "victim_no"), "unique", {
            **{column: fact for column, fact in _INCIDENT.items() if column != "location_type"}, "is_fatal": "fatal",
            "wound": "wound", **person("victim", "last_name", "second_last_name", "first_name", "age", "sex"),
        }, person="person"),
        Kind("shooting_incident", ("case",), "collapse", _INCIDENT),
    ),
    vary=("age", "wound"), losable="lesión", null_marker="S/D", flags=("fatal",),
    faults=(*COMMON_FAULTS, "blank_date", "blank_time", "blank_number", "age_text", "age_too_old", "flag_unknown",
            "flag_blank", "coordinate_text", "contradicting_duplicate"),
)  # fmt: skip

AGENCY = Agency(
    _PLACE,
    Habits("BJ", upper=False, mexican=True, sexes=("H", "M", "ND"), sid=False),
    case_number=lambda n, at: f"CI/{n:05d}/{at.year}",
    arrest_number=lambda n, at: f"DET-{n:06d}/{at.year}",
    arrest=_ARREST,
    shooting=_SHOOTING,
)
