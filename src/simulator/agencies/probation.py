"""Two probation offices: Rivermouth's with terms alone, Bajío's with terms and violations in Spanish."""

from __future__ import annotations

from simulator.agencies.common import COMMON_FAULTS, person
from simulator.departments import OFFICES
from simulator.forms import Column, Form, Kind, dmy, mdy, ymd
from simulator.places import BAJIO, RIVERMOUTH
from simulator.recording import Habits

_RIVERMOUTH, _BAJIO = OFFICES[RIVERMOUTH].zone, OFFICES[BAJIO].zone
HABITS = {
    RIVERMOUTH: Habits("PB", races={"Hispanic": "H", "White": "W", "Black": "B", "Asian": "A"}),
    BAJIO: Habits("UM", upper=False, mexican=True, sexes=("Hombre", "Mujer", "ND"), sid=False),
}
STATUS = {
    RIVERMOUTH: {"": "ACTIVE", "absconded": "WARRANT", "completed": "TERM-COMPLETE", "revoked": "TERM-REVOKED",
                 "deceased": "TERM-DECEASED"},
    BAJIO: {"": "Vigente", "absconded": "Sustraído", "completed": "Cumplida", "revoked": "Revocada",
            "deceased": "Extinguida por muerte"},
}  # fmt: skip
BREACHES = {"technical": "Técnica", "new_offense": "Nuevo delito", "absconding": "Sustracción"}
ANSWERS = {"warning": "Amonestación", "reporting": "Firma más frecuente", "custody": "Arresto administrativo",
           "revocation": "Revocación"}  # fmt: skip


def _rivermouth(fresh: bool) -> tuple[Column, ...]:
    """The old case system's export, or the new one's: other headings, month-first dates."""
    day = mdy if fresh else ymd()
    texts = (
        ("CASE_NO", "Case Number", "number"), ("CII_NO", "CII", "sid"), ("LNAME", "Last Name", "last"),
        ("FNAME", "First Name", "first"), ("MNAME", "Middle Name", "middle"), ("SFX", "Suffix", "suffix"),
        ("AKA", "Aliases", "alias"), ("SEX", "Sex", "sex"), ("RACE", "Race", "race"), ("ADDR", "Address", "address"),
        ("GRANT_TYPE", "Grant Type", "kind"), ("RISK", "Risk Level", "level"), ("STAT", "Status", "status"),
        ("PO", "Officer", "officer"), ("AREA", "Area Office", "area"), ("CHARGE", "Charge", "offense"),
        ("SSN", "Ssn", "secret"), ("PAGER", "Pager", "junk"),
    )  # fmt: skip
    moments = (("DOB", "Birth Date", "dob"), ("GRANT_DT", "Grant Date", "at"), ("CLOSE_DT", "Close Date", "ended"))
    return (
        *(Column(new if fresh else old, fact) for old, new, fact in texts[:7]),
        *(Column(new if fresh else old, fact, day) for old, new, fact in moments),
        *(Column(new if fresh else old, fact) for old, new, fact in texts[7:]),
    )


TERMS = Form(
    feed_id=f"{RIVERMOUTH}/probation", mode="full", stem="probation_caseload", zone=_RIVERMOUTH,
    layouts={"2019": _rivermouth(False), "2025 case system": _rivermouth(True)},
    kinds=(
        Kind("probation_term", ("number",), "unique", {
            "term_id": "number", "started_on": "on", "ended_on": "ended", "term_type": "kind",
            "supervision_level": "level", "status": "status", "area_id": "area", "officer_id": "officer",
            "source_offense": "offense",
            **person("client", "last_name", "first_name", "middle_name", "name_suffix", "alias_names", "birth_date", "sex",
                     "race", "sid", "address"),
        }, person="person"),
    ),
    vary=("officer", "level"), losable="RISK",
    faulty=0.05,
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "end_text", "end_beyond", "birth_ancient", "birth_impossible",
            "birth_future", "contradicting_duplicate"),
)  # fmt: skip


def _bajio(portal: bool) -> tuple[Column, ...]:
    """The usual file, or the one that the federal portal wrote: ISO dates under other headings."""
    day = ymd() if portal else dmy
    return (
        Column("expediente", "number"), Column("apellido_paterno", "last"), Column("apellido_materno", "second"),
        Column("nombre", "first"), Column("alias", "alias"), Column("edad", "age"), Column("sexo", "sex"),
        Column("domicilio", "address"), Column("fecha_inicio_iso" if portal else "fecha_inicio", "at", day),
        Column("fecha_fin_iso" if portal else "fecha_fin", "ended", day), Column("medida", "kind"),
        Column("supervisión", "level"), Column("estatus", "status"), Column("zona", "area"), Column("supervisor", "officer"),
        Column("delito", "offense"), Column("curp", "secret"),
    )  # fmt: skip


MEASURES = Form(
    feed_id=f"{BAJIO}/probation", mode="full", stem="medidas_en_libertad", zone=_BAJIO, separator=";", encoding="cp1252",
    line_end="\r\n", layouts={"2024": _bajio(False), "portal": _bajio(True)},
    kinds=(
        Kind("probation_term", ("number",), "unique", {
            "term_id": "number", "started_on": "on", "ended_on": "ended", "term_type": "kind",
            "supervision_level": "level", "status": "status", "area_id": "area", "officer_id": "officer",
            "source_offense": "offense",
            **person("client", "last_name", "second_last_name", "first_name", "alias_names", "age", "sex", "address"),
        }, person="person"),
    ),
    vary=("officer", "age"), losable="medida", null_marker="S/D",
    faulty=0.05,
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "end_text", "end_beyond", "age_text", "age_too_old",
            "contradicting_duplicate"),
)  # fmt: skip

VIOLATIONS = Form(
    feed_id=f"{BAJIO}/violations", mode="append", stem="incumplimientos", zone=_BAJIO, separator=";", bom=True,
    layouts={"2024": (
        Column("folio", "number"), Column("expediente", "term"), Column("fecha_incumplimiento", "at", dmy),
        Column("fecha_detección", "detected", dmy), Column("tipo", "breach"), Column("descripción", "source"),
        Column("respuesta", "answer"), Column("fecha_respuesta", "answered", dmy), Column("días_arresto", "days"),
        Column("captura", "junk"),
    )},
    kinds=(
        Kind("probation_violation", ("number",), "unique", {
            "violation_id": "number", "term_id": "term", "violated_on": "on", "detected_on": "detected",
            "violation_type": "breach", "source_violation": "source", "response": "answer", "responded_on": "answered",
            "custody_days": "days",
        }, person="person"),
    ),
    vary=("source",), losable="tipo", null_marker="S/D",
    faulty=0.05,
    faults=(*COMMON_FAULTS, "blank_date", "blank_number", "blank_term", "detected_text", "days_text", "days_negative",
            "days_too_many", "contradicting_duplicate"),
)  # fmt: skip
