"""Rules of code_rule.csv for words of practitioners: a negation or "not known" is never a positive fact.

The patterns are read from the seed and run as `int_source_value__ruled` runs them: found anywhere, whatever the case, the
lowest priority first.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable

import duckdb
import pytest

from support.world import PROJECT

RULES = PROJECT / "dbt" / "seeds" / "crosswalks" / "code_rule.csv"
#: What each list understands, in English and Spanish, those of the simulator and of the templates among it.
UNDERSTOOD: dict[str, dict[str, tuple[str, ...]]] = {
    "group_role": {
        "leader": ("Leader", "Gang leader", "Shot caller", "Líder", "Jefe"),
        "core": ("Core", "Core member", "Impact player", "Hardcore", "Driver", "Núcleo"),
        "associate": ("Associate", "Affiliate", "Fringe member", "Allegado"),
        "member": ("Member", "Gang member", "Active", "Active member", "Miembro", "Miembro de la pandilla"),
    },
    "group_relation": {
        "truce": ("Truce", "Ceasefire", "Peace treaty", "Tregua", "En tregua"),
        "dispute": ("Feud", "Dispute", "Ongoing dispute", "Rivals", "Beef", "At war", "Conflicto", "Enemigos", "Pleito"),
        "alliance": ("Allied", "Alliance", "Ally", "Friendly", "Alianza", "Aliados"),
    },
    "engagement_outcome": {
        "absent": ("Absent", "No show", "no-show", "Did not come", "Did not attend the call-in", "Ausente", "No asistió",
                   "Not present", "Not attended", "No se presentó", "No presente"),
        "refused": ("Refused", "Declined", "Refused to attend", "Rechazó", "Rechazado"),
        "not_found": ("Not found", "Not located", "Not home", "Unable to locate", "Could not be reached", "No localizado"),
        "reached": ("Reached", "Attended", "Present", "Message delivered", "Delivered in person", "Completed", "Asistió",
                    "Notificado", "Presente", "Mensaje entregado"),
    },
    "group_involvement": {
        "no": ("No", "None", "Non-group", "Not group related", "Not gang-related", "No gang involvement", "Sin grupo",
               "Confirmed non-group", "Confirmed not gang related", "No relacionado con pandillas"),
        "suspected": ("Suspected", "Likely", "Probable", "Sospecha", "Suspected gang involvement"),
        "confirmed": ("Confirmed", "Yes", "Y", "GMI", "Sí", "si", "Confirmado", "Confirmed gang related", "Yes - confirmed"),
    },
    "motive": {
        "retaliation": ("Retaliation", "Revenge", "Gang retaliation", "Venganza", "Represalia"),
        "intimate_partner": ("Domestic", "Domestic violence", "Intimate partner violence", "Family dispute", "Pareja",
                             "Violencia familiar"),
        "drug_market": ("Drug market", "Drugs", "Drug related", "Narco", "Narcomenudeo"),
        "robbery": ("Robbery", "Armed robbery", "Carjacking", "Robo", "Asalto"),
        "personal_dispute": ("Personal dispute", "Argument", "Fight", "Words exchanged", "Riña", "Discusión"),
        "group_dispute": ("Group dispute", "Gang related", "Feud", "Gang feud", "Pandilla", "Disputa entre pandillas"),
    },
    "enforcement_type": {
        "warrant_service": ("Warrant service", "Warrant sweep", "Ejecución de órdenes"),
        "supervision_check": ("Supervision check", "Probation checks", "Parole visit"),
        "targeted_arrest": ("Targeted arrest", "Arrests", "Detención dirigida"),
        "prosecution_review": ("Prosecution review", "Case review", "Federal adoption"),
        "civil_action": ("Code enforcement", "Nuisance action", "Acción civil"),
        "visible_presence": ("Visible presence", "Extra patrols", "Presencia"),
    },
    "risk_level": {
        "high": ("High", "H", "Very high", "High risk", "Imminent", "Alto", "Riesgo alto"),
        "medium": ("Medium", "M", "Med", "Moderate", "Medio", "Riesgo medio"),
        "low": ("Low", "L", "Low risk", "Minimal", "None", "Bajo", "Mínimo"),
        "unknown": ("Not assessed", "Not yet assessed", "No evaluado"),
    },
    "referral_status": {
        "not_reached": ("Not reached", "No contact", "Unable to contact", "Could not be reached", "No localizado"),
        "completed": ("Completed", "Goal met", "Graduated", "Completed program", "Closed - completed", "Cumplido"),
        "declined": ("Declined", "Refused", "Declined services", "Rechazado", "Rechazó"),
        "stopped": ("Closed", "Dropped out", "Stopped", "Terminated", "Exited program", "Baja", "Dado de baja"),
        "active": ("Active", "Enrolled", "Started", "In progress", "Enrolled in program", "Activo", "Inscrito"),
        "accepted": ("Accepted", "Intake completed", "Aceptado", "Aceptó"),
        "contacted": ("Contacted", "Reached", "Contactado"),
        "referred": ("Referred", "Referred to provider", "Offered", "Open", "Pending", "Pending acceptance", "Ofrecido"),
    },
    "call_disposition": {
        "report": ("Report taken", "RPT", "Report", "Report to follow", "Reporte"),
        "arrest": ("Arrest", "Arrest made", "Arrested", "In custody", "Detenido"),
        "citation": ("Citation issued", "Cited", "Warning", "Infracción"),
        "no_report": ("No report", "No report taken", "Advised", "No action taken", "Sin reporte"),
        "not_found": ("Gone on arrival", "GOA", "UTL", "Unable to locate", "Subject gone"),
        "unfounded": ("Unfounded", "False alarm", "Falsa alarma"),
        "duplicate": ("Duplicate", "DUP", "Duplicate call", "Duplicado"),
        "cancelled": ("Cancelled", "Canceled by caller", "Cancelled en route", "Cancelado"),
    },
    "movement_reason": {
        "restrictive_in": ("Restrictive housing", "RHU", "Placed in segregation", "Ad-Seg", "Returned to SHU", "Aislamiento"),
        "restrictive_out": ("Return to general population", "Release from RHU", "Removed from segregation", "Back to GP",
                            "RHU - out", "Regreso a población general"),
        "admission": ("New commitment", "Admission", "Parole violator", "Ingreso"),
        "release": ("Released", "Discharged", "Time served", "Libertad"),
        "transfer": ("Transfer", "Inter-facility transfer", "Transferred to another institution", "Traslado"),
        "medical": ("Medical", "To hospital", "Return from infirmary"),
        "court": ("Court", "Out to court", "Court appearance"),
        "housing_change": ("Housing change", "Cell move", "Bed assignment", "Cambio de celda"),
    },
    "disposition": {
        "sealed": ("Sealed", "Expunged", "Record expunged", "Case sealed"),
        "acquitted": ("Acquitted", "Not guilty", "Found not guilty", "Acquitted by jury", "Absuelto", "Sentencia absolutoria"),
        "dismissed": ("Dismissed", "Dismissed 12", "Case dismissed without prejudice", "Nolle 3", "Nolle prosequi", "Nol pros",
                      "Charges dropped", "No complaint filed", "Declined to prosecute", "Conviction vacated", "No papered",
                      "Released without charge", "Released - detention only", "Sobreseimiento", "Not charged"),
        "diverted": ("Diverted", "Pretrial diversion", "Deferred prosecution", "ACD", "Suspensión condicional del proceso"),
        "pending": ("Pending", "Pending trial", "Felony complaint filed", "Open", "Indicted", "Pendiente",
                    "Vinculado a proceso"),
        "convicted": ("Convicted", "Convicted 77", "Guilty", "Pled guilty", "Guilty plea", "Guilty by jury", "Sentenced",
                      "No contest", "Convicted of a lesser charge", "Condenado"),
    },
}  # fmt: skip
#: Recorded, and known to nobody.
UNKNOWN = (
    "Unknown", "Not recorded", "No data", "None recorded", "Not determined", "Not known", "Not yet reviewed", "Undetermined",
    "Missing", "Desconocido", "No especificado", "No determinado", "Se ignora", "Por determinar", "?",
)  # fmt: skip
#: What none of the codes says: it waits for a person.
UNMAPPED: dict[str, tuple[str, ...]] = {
    "group_role": ("Former member", "Ex-member", "Non-member", "Not a member", "Inactive", "Former leader", "Suspected member",
                   "No es miembro", "Inactivo"),
    "group_relation": ("No dispute", "Former feud", "Feud ended", "Truce broken", "No truce", "Not allied", "Unfriendly",
                       "Sin conflicto", "Tregua rota"),
    "engagement_outcome": ("Not reached", "Not delivered", "Incomplete", "Attempted delivery", "No notificado",
                           "Message not delivered", "Did not refuse", "Not completed", "Unreached", "No entregado"),
    "group_involvement": ("Unconfirmed", "Not confirmed", "Unlikely", "Not likely", "No suspect", "Suspects unknown",
                          "No gang information", "No confirmado", "Not suspected", "Improbable"),
    "motive": ("Not group related", "Non-domestic", "Not drug related", "Retaliation ruled out", "No robbery", "Not personal",
               "Ungrouped", "Sin represalia", "Possible retaliation"),
    "enforcement_type": ("Warrant denied", "Nobody arrested", "Review pending", "Checks stopped"),
    "risk_level": ("Likely", "Unlikely", "Highly unlikely", "Not high", "No alto", "Medium to high", "Lost"),
    "referral_status": ("Not completed", "Incomplete", "Goal not met", "Not started", "Not enrolled", "Inactive", "No activo",
                        "Not accepted", "Not contacted", "Not closed", "Did not complete", "No aceptado", "No cumplido",
                        "Disclosed", "Not referred"),
    "call_disposition": ("No arrest", "Not arrested", "Arrest pending", "Report canceled", "Not a duplicate", "Founded",
                         "Previous report", "Nobody in custody", "Referred"),
    "movement_reason": ("Restrictive housing denied", "RHU (ended)", "Considered for segregation", "Desegregation", "Returned",
                        "Release pending", "Transfer cancelled", "Not in RHU"),
    "disposition": ("Not convicted", "Conviction pending", "Guilty plea withdrawn", "Never sentenced", "Not dismissed",
                    "Dismissal denied", "Motion to dismiss", "Released", "Not sealed", "Conviction reversed in part", "Bond",
                    "Expungement denied", "Not indicted", "Plea offered", "No condenado", "Acquittal not likely"),
}  # fmt: skip
#: What turns a word into its opposite or takes its certainty, before it and after it.
BEFORE = ("Not ", "Not yet ", "No ", "Non-", "Un", "In", "Never ", "Former ", "Ex-", "Possible ", "Sin ", "Aún no ")
AFTER = (": no", " - no", "? no", " (no)", " ruled out", " unlikely", " not confirmed", " ended", " descartado")

#: Words of dispatch centers: a code number may stand before, a place or a stage behind.
CALLS: dict[str | None, tuple[str, ...]] = {
    "drug": ("Drugs", "DRUGS - SALES", "Drug activity", "Narcotics violation", "10-99 NARCOTICS", "CDS violation", "Drug trafficking",
             "Venta de drogas", "Narcomenudeo", "Marijuana complaint", "Possible drug sale", "Drug lab"),
    "disorder": ("Loud music", "DISTURBANCE", "Trespassing", "Loitering", "Prostitution", "Noise complaint", "Ruido", "Drunk person"),
    "violence": ("Assault", "Sexual assault", "FIGHT", "Shooting", "Robbery - drug store", "Man with a gun", "Stabbing", "Riña",
                 "Gunshot victim", "Simple battery"),
    "shots_fired": ("Shots fired", "SHOTSPOTTER", "Gun shots", "Shot heard", "Disparos"),
    "domestic": ("Domestic disturbance", "DV", "Family fight", "Domestic assault", "Violencia familiar"),
    "property": ("Burglary", "Theft from vehicle", "Vandalism", "Robo", "Shoplifting"),
    "traffic": ("Traffic stop", "Hit and run - no injury", "Parking", "Vehicle accident", "Choque"),
    "medical": ("Overdose", "Drug overdose", "Welfare check", "Ambulance request"),
    "other": ("Alarm", "Suspicious person", "Drug store alarm", "Not drug related", "Non-domestic", "Lost property", "No shots fired"),
    "unknown": ("Unknown", "Not recorded", "Desconocido"),
    None: ("Human trafficking", "Firefighters needed", "Dead battery", "Robot delivery stuck", "Drugstore", "911 hang up"),
}  # fmt: skip


def ruled(terminology: str, texts: Iterable[str]) -> dict[str, str | None]:
    """The code of the rule that decides each text; None where no rule fits."""
    with RULES.open(encoding="utf-8", newline="") as file, duckdb.connect() as db:
        rules = [row for row in csv.DictReader(file) if row["terminology_id"] == terminology]
        assert rules, terminology
        assert not any(row["scope"] for row in rules), "these lists have no rules of single feeds"
        db.execute("create table rules (priority integer, rule_id varchar, pattern varchar, code varchar)")
        db.executemany(
            "insert into rules values (?, ?, ?, ?)",
            [(row["priority"], row["rule_id"], row["pattern"], row["code"]) for row in rules],
        )
        db.execute("create table texts (source_value varchar)")
        db.execute("insert into texts select unnest(?)", [sorted(set(texts))])
        found = db.execute(
            "select source_value, code, row_number() over (partition by source_value order by priority, rule_id) as choice "
            "from texts left join rules on regexp_matches(source_value, pattern, 'i') qualify choice = 1"
        ).fetchall()
    return {text: code for text, code, _ in found}


@pytest.mark.parametrize("terminology", sorted(UNDERSTOOD))
def test_each_word_has_its_code_and_what_is_not_known_is_unknown(terminology: str) -> None:
    expected: dict[str, str | None] = {text: code for code, texts in UNDERSTOOD[terminology].items() for text in texts}
    expected |= dict.fromkeys(UNKNOWN, "unknown") | dict.fromkeys(UNMAPPED[terminology])
    expected |= {text.upper(): code for text, code in expected.items() if text.isascii()}
    assert ruled(terminology, expected) == expected


def test_a_call_is_about_drugs_only_if_its_type_says_so() -> None:
    expected = {text: code for code, texts in CALLS.items() for text in texts}
    assert ruled("call_type", expected) == expected


@pytest.mark.parametrize("terminology", sorted(UNDERSTOOD))
def test_no_word_keeps_its_code_when_it_is_negated(terminology: str) -> None:
    """Whatever a negated word becomes, it is not the fact that it negates."""
    negated = {
        text: code
        for code, words in UNDERSTOOD[terminology].items()
        for word in words
        if code not in {"no", "unknown"}
        for text in (*(before + word.lower() for before in BEFORE), *(word + after for after in AFTER))
    }
    found = ruled(terminology, negated)
    assert {text: code for text, code in negated.items() if found[text] == code} == {}


def test_unknown_is_asked_first_in_each_of_these_lists() -> None:
    with RULES.open(encoding="utf-8", newline="") as file:
        rules = [row for row in csv.DictReader(file) if row["terminology_id"] in UNDERSTOOD]
    for terminology in UNDERSTOOD:
        first = min((int(row["priority"]), row["code"]) for row in rules if row["terminology_id"] == terminology)
        assert first == (10, "unknown"), terminology
