"""Custody, supervision, practice and dispatch of one world: what truly happened there, and the rows that are kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from simulator.agencies import oh_state, probation
from simulator.agencies.calls import CALLS
from simulator.agencies.survey import SURVEY
from simulator.call_entries import call_entries, shooting_cases
from simulator.calls import Calls, make_calls
from simulator.custody import Custody, days_outside, make_custody
from simulator.custody_entries import ca_entries, oh_entries
from simulator.dealing import deal
from simulator.departments import CA_STATE, DEPARTMENTS, OFFICES, OH_STATE
from simulator.enforcement import Action, make_enforcement
from simulator.entries import Entry
from simulator.events import Arrest, History
from simulator.movement_entries import movement_entries
from simulator.partner_entries import partner_entries
from simulator.partners import Partners, make_partners
from simulator.places import BAJIO, MILLBROOK, RIVERMOUTH
from simulator.plan import month_after, plan
from simulator.population import Population
from simulator.practice import Practice, make_practice
from simulator.practice_entries import enforcement_entries, practice_entries
from simulator.supervision import Supervision, make_supervision
from simulator.supervision_entries import term_entries, violation_entries
from simulator.survey import Answer, make_survey
from simulator.survey_entries import survey_entries


@dataclass(frozen=True)
class Services:
    """Departments and offices by jurisdiction, and the entries of their feeds by feed id."""

    custody: dict[str, Custody]
    supervision: dict[str, Supervision]
    practice: Practice
    partners: Partners
    enforcement: list[Action]
    calls: Calls
    arrests: dict[str, list[Arrest]]
    """Arrests of the places whose markets bear upon them, instead of those of the history."""
    survey: list[Answer]
    entries: dict[str, list[Entry]]


def make_services(seed: int, population: Population, history: History, start: date, months: int) -> Services:
    """Everything about custody, supervision, practice and calls in a world, drawn from random streams of its own."""
    end, outside = month_after(start, months), days_outside(history)
    custody = {
        name: make_custody(seed, department, population, history, outside, start, end)
        for name, department in DEPARTMENTS.items()
    }
    supervision = {
        name: make_supervision(seed, office, population, history, custody.get(office.after_custody), start, end)
        for name, office in OFFICES.items()
    }
    planned = plan(seed, oh_state.POPULATION.feed_id, start, months)
    days = sorted({delivery.about for delivery in planned if delivery.about})
    entries = ca_entries(seed, custody[CA_STATE]) | oh_entries(seed, custody[OH_STATE], days)
    for form, place in ((probation.TERMS, RIVERMOUTH), (probation.MEASURES, BAJIO)):
        entries[form.feed_id] = term_entries(seed, form, supervision[place])
    entries[probation.VIOLATIONS.feed_id] = violation_entries(seed, probation.VIOLATIONS, supervision[BAJIO])
    entries[oh_state.MOVEMENTS.feed_id] = movement_entries(seed, custody[OH_STATE])
    practice = make_practice(seed, MILLBROOK, population, history, start, end)
    partners = make_partners(seed, MILLBROOK, population, start, end)
    calls = make_calls(seed, RIVERMOUTH, population, history, start, end)
    entries[CALLS.feed_id] = call_entries(seed, calls, shooting_cases(history.shootings[RIVERMOUTH]))
    arrests = {RIVERMOUTH: deal(seed, RIVERMOUTH, history.arrests[RIVERMOUTH], calls.markets)}
    survey = make_survey(seed, MILLBROOK, start, end)
    entries[SURVEY.feed_id] = survey_entries(seed, survey)
    enforcement = make_enforcement(seed, MILLBROOK, practice, end)
    entries |= (
        practice_entries(seed, practice) | enforcement_entries(seed, enforcement) | partner_entries(seed, partners)
    )
    return Services(custody, supervision, practice, partners, enforcement, calls, arrests, survey, entries)
