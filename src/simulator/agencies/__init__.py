"""The simulated feeds, by feed id: police (arrests and shootings), and those of custody and supervision."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from simulator.agencies import (
    bajio,
    ca_state,
    calls,
    lagrange,
    millbrook,
    oh_state,
    partners,
    practice,
    probation,
    rivermouth,
    survey,
)
from simulator.agencies.common import Agency
from simulator.forms import Form

AGENCIES: dict[str, Agency] = {
    agency.place.jurisdiction_id: agency
    for agency in (rivermouth.AGENCY, millbrook.AGENCY, lagrange.AGENCY, bajio.AGENCY)
}
POLICE: dict[str, Form] = {form.feed_id: form for a in AGENCIES.values() for form in (a.arrest, a.shooting)}
SERVICES: dict[str, Form] = {
    form.feed_id: form
    for form in (
        ca_state.INCIDENTS, ca_state.STAYS, ca_state.CENSUS, oh_state.INCIDENTS, oh_state.POPULATION, probation.TERMS,
        probation.MEASURES, probation.VIOLATIONS,
    )
}  # fmt: skip
#: The lists that an office of group violence intervention keeps in spreadsheets.
PRACTICE: dict[str, Form] = {form.feed_id: form for form in practice.LISTS}
#: The lists of calls, arrests and notices between intimate partners.
PARTNERS: dict[str, Form] = {form.feed_id: form for form in partners.LISTS}
#: What dispatch centers keep.
DISPATCH: dict[str, Form] = {calls.CALLS.feed_id: calls.CALLS}
#: What residents are asked.
SURVEYS: dict[str, Form] = {survey.SURVEY.feed_id: survey.SURVEY}
#: What was done about groups: a list of practitioners, in a family of its own.
ENFORCEMENT: dict[str, Form] = {practice.ENFORCEMENT.feed_id: practice.ENFORCEMENT}
#: Logs of movements in custody.
MOVEMENTS: dict[str, Form] = {oh_state.MOVEMENTS.feed_id: oh_state.MOVEMENTS}
#: Each family deals its faults among its own feeds, so that a new family leaves the others' files as they were.
FAMILIES: tuple[dict[str, Form], ...] = (
    POLICE,
    SERVICES,
    PRACTICE,
    DISPATCH,
    PARTNERS,
    SURVEYS,
    ENFORCEMENT,
    MOVEMENTS,
)
FORMS: dict[str, Form] = POLICE | SERVICES | PRACTICE | DISPATCH | PARTNERS | SURVEYS | ENFORCEMENT | MOVEMENTS
ZONES: dict[str, ZoneInfo] = {form.feed_id.partition("/")[0]: form.zone for form in FORMS.values()}
