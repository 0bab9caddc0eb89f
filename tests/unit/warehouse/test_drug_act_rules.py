"""Rules of drug_act_rule.csv: a text that says that nothing was to be sold, or that somebody bought, makes no dealer.

The patterns are read from the seed and run as `int_drug_act__mapped` runs them: found anywhere, whatever the case, the
lowest priority first.
"""

from __future__ import annotations

import csv

import duckdb
import pytest

from support.world import PROJECT

RULES = PROJECT / "dbt" / "seeds" / "crosswalks" / "drug_act_rule.csv"
SALES = (
    "CONTROLLED SUBSTANCE, SALE 3", "CONTROLLED SUBSTANCE,INTENT TO SELL 3", "Poss controlled substance for sale",
    "SALE SCHOOL GROUNDS 4", "MARIJUANA, SALE 4 & 5", "MAN/DEL CS PG 1 <1G", "MANU/DELIVERY OF CANNABIS",
    "TRAFF IN CONT SUB, 1ST DEGREE", "Drug Trafficking", "PWID HEROIN", "P.W.I.D. cocaine", "CDS: POSS W/INT TO DIST",
    "CDS DISTR-NARC", "Dist. of cocaine", "TRANSPORT/SELL CONTROLLED SUBSTANCE", "Drug dealing", "Narcomenudeo",
    "Tráfico de drogas", "Venta de estupefacientes", "Posesión de droga con fines de comercio",
    "SALE OF LESS THAN 1 OZ MARIJUANA", "Narcomenudeo, venta", "POSS W/INT TO DEL", "MANUF. & SALE OF NARCOTIC",
)  # fmt: skip
OTHERS = (
    "POSS CONTROLLED SUBSTANCE", "POSS CS PG 1 <1G", "POSSESSION OF MARIJUANA, NOT FOR SALE", "MARIJUANA POSS - NO SALE",
    "Possession without intent to distribute", "ATTEMPT TO PURCHASE COCAINE", "Drug model offense", "Drug abuse",
    "POSSESSION OF DELTA 8", "Posesión de droga sin fines de comercio", "Cultivation of marijuana", "35A", "DRUGS TO MINOR: USE",
    "POSSESSION, DELAWARE AVE", "POSS CS, SCHOOL DIST", "MANUFACTURE OF METHAMPHETAMINE",
    "Posesión del narcótico", "POSESION SIMPLE DEL ESTUPEFACIENTE", "Consumo de drogas, art. 477 del código",
    "POSS MARIJ DEL NORTE CO", "Narcomenudeo - posesión simple", "POSS CS NOT TO SELL", "POSS NOT WITH INTENT TO DELIVER",
    "Possession not intended for sale", "possession other than for sale", "Poss. non-sale", "Drug poss, not dealing",
    "NO TRAFFICKING - POSSESSION", "POSS W/O INT DIST", "POSS NO INT TO DIST", "POSS W/O INT TO SELL",
    "Poss w/out intent to sell", "NOT PWID", "HEROIN W/O PWID", "POSESION SIN INTENCION DE VENTA",
    "Posesión sin fin de venta", "Posesión sin fines de narcomenudeo", "LOITERING IN DRUG TRAFFICKING AREA",
    "VISIT PLACE WHERE DRUGS ARE SOLD OR USED", "POSS LESS THAN SALE AMOUNT", "Simple possession of a drug sold elsewhere",
)  # fmt: skip


@pytest.mark.parametrize(("texts", "is_sale"), [(SALES, True), (OTHERS, False)], ids=["sale", "no sale"])
def test_only_what_speaks_of_selling_is_a_sale(texts: tuple[str, ...], is_sale: bool) -> None:
    with RULES.open(encoding="utf-8") as file:
        rules = sorted(csv.DictReader(file), key=lambda rule: int(rule["priority"]))
    with duckdb.connect() as db:
        for text in texts:
            found = [r["drug_act_code"] for r in rules
                     if db.execute("select regexp_matches(?, ?, 'i')", [text, r["pattern"]]).fetchone() == (True,)]  # fmt: skip
            assert (found[:1] == ["sale"]) == is_sale, text
