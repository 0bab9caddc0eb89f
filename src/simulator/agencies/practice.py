"""Millbrook's lists that practitioners keep in a spreadsheet: roster, relations, contacts, reviews, referrals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.agencies.common import person
from simulator.forms import Column, Form, Kind, flag, mdy
from simulator.places import MILLBROOK, PLACES
from simulator.recording import Habits

_ZONE = PLACES[MILLBROOK].zone
HABITS = Habits("GV", upper=False, races={})
#: What the office writes for each kind of basis that counts.
BASES = {
    "conviction": "Conviction", "admission_to_officer": "Told an officer", "identified_in_investigation": "Investigation",
    "identified_in_incident_review": "Shooting review", "court_finding": "Court finding",
}  # fmt: skip
_YES_NO = flag("Yes", "No")


def _words(words: dict[str, str]) -> Callable[[Any], str]:
    return lambda value: words.get(value, str(value))


_NAMES = (Column("Last Name", "last"), Column("First Name", "first"), Column("Date of Birth", "dob", mdy))
_WHO = ("last_name", "first_name", "birth_date")

ROSTER = Form(
    feed_id=f"{MILLBROOK}/group_roster", mode="full", stem="group_roster", zone=_ZONE,
    layouts={"2025": (
        Column("Entry", "number"), Column("Group", "group"), Column("Group Name", "group_name"), *_NAMES,
        Column("SID", "sid"), Column("Role", "role"), Column("Basis", "basis_kind", _words(BASES)),
        Column("Facts", "basis"), Column("Entered", "at", mdy), Column("Last Review", "reviewed", mdy),
        Column("Review Due", "review", mdy), Column("Expires", "expires", mdy), Column("Removed", "ended", mdy),
        Column("Entered By", "by"), Column("Approved By", "approved"), Column("Tattoos", "secret"),
    )},
    kinds=(
        Kind("group_roster", ("number",), "unique", {
            "roster_id": "number", "group_id": "group", "group_name": "group_name", "membership_role": "role",
            "basis_kind": "basis_kind", "stated_facts": "basis", "valid_from": "on", "reviewed_on": "reviewed",
            "review_on": "review", "expires_on": "expires", "ended_on": "ended", "roster_entered_by": "by",
            "roster_approved_by": "approved", **person("member", *_WHO, "sid"),
        }, person="person"),
    ),
    vary=("basis",), losable="Expires", faulty=0.05,
    faults=("blank_basis", "basis_not_accepted", "blank_expiry", "expiry_too_late"),
)  # fmt: skip

RELATIONS = Form(
    feed_id=f"{MILLBROOK}/group_relation", mode="full", stem="group_relations", zone=_ZONE,
    layouts={"2025": (
        Column("Pair", "number"), Column("Group A", "group"), Column("Group B", "other"), Column("Relation", "relation"),
        Column("Since", "at", mdy), Column("Confirmed", "confirmed", mdy), Column("Until", "ended", mdy),
        Column("Known From", "basis"),
    )},
    kinds=(
        Kind("group_relation", ("number",), "unique", {
            "relation_id": "number", "group_id": "group", "other_group_id": "other", "relation_type": "relation",
            "started_on": "on", "confirmed_on": "confirmed", "ended_on": "ended", "stated_facts": "basis",
        }),
    ),
    vary=("basis",), losable="Relation", faults=("row_too_short", "blank_date"),
)  # fmt: skip

CONTACTS = Form(
    feed_id=f"{MILLBROOK}/engagement", mode="full", stem="engagement_log", zone=_ZONE,
    layouts={"2025": (
        Column("Contact", "number"), Column("Session", "session"), Column("Strategy", "strategy"), Column("Type", "type"),
        Column("Date", "at", mdy), *_NAMES, Column("Group", "group"), Column("Outcome", "outcome"),
        Column("Supervised", "supervised", _YES_NO), Column("Police Spoke", "law", _YES_NO),
        Column("Community Spoke", "community", _YES_NO), Column("Help Offered", "offer", _YES_NO),
        Column("Help Taken", "uptake", _YES_NO), Column("Messengers", "by"), Column("Precinct", "area"),
    )},
    kinds=(
        Kind("engagement", ("number",), "unique", {
            "engagement_id": "number", "session_id": "session", "strategy": "strategy", "engagement_type": "type",
            "engaged_on": "on", "outcome": "outcome", "group_id": "group", "area_id": "area", "is_supervised": "supervised",
            "has_law_enforcement_message": "law", "has_community_message": "community", "has_service_offer": "offer",
            "has_service_uptake": "uptake", "delivered_by": "by", **person("participant", *_WHO),
        }, person="person"),
    ),
    vary=("by",), losable="Outcome", flags=("supervised", "law", "community", "offer", "uptake"),
    faults=("row_too_short", "blank_date", "impossible_date", "future_date"),
)  # fmt: skip

REVIEWS = Form(
    feed_id=f"{MILLBROOK}/incident_review", mode="full", stem="shooting_reviews", zone=_ZONE,
    layouts={"2025": (
        Column("Review", "number"), Column("Case Number", "case"), Column("Reviewed", "at", mdy),
        Column("Group Involved", "involved"), Column("Motive", "motive"), Column("Victim Group", "victim_group"),
        Column("Suspect Group", "suspect_group"), Column("Retaliation", "retaliation", _YES_NO),
        Column("Risk of Retaliation", "risk"), Column("Based On", "basis"), Column("Team", "by"),
    )},
    kinds=(
        Kind("incident_review", ("number",), "unique", {
            "incident_review_id": "number", "incident_id": "case", "reviewed_on": "on", "group_involvement": "involved",
            "motive": "motive", "victim_group_id": "victim_group", "suspect_group_id": "suspect_group",
            "is_retaliation": "retaliation", "retaliation_risk": "risk", "stated_facts": "basis", "review_team": "by",
        }),
    ),
    vary=("basis",), losable="Motive", flags=("retaliation",),
    faults=("row_too_short", "blank_date", "impossible_date", "ancient_date"),
)  # fmt: skip

REFERRALS = Form(
    feed_id=f"{MILLBROOK}/service_referral", mode="full", stem="referrals", zone=_ZONE,
    layouts={"2025": (
        Column("Referral", "number"), Column("Contact", "contact"), *_NAMES, Column("Service", "service"),
        Column("Provider", "provider"), Column("Referred", "at", mdy), Column("First Contact", "contacted", mdy),
        Column("Accepted", "accepted", mdy), Column("Started", "started", mdy), Column("Last Active", "active", mdy),
        Column("Completed", "completed", mdy), Column("Closed", "closed", mdy), Column("Status", "status"),
        Column("Case Notes", "secret"),
    )},
    kinds=(
        Kind("service_referral", ("number",), "unique", {
            "referral_id": "number", "engagement_id": "contact", "service_type": "service", "provider": "provider",
            "referred_on": "on", "contacted_on": "contacted", "accepted_on": "accepted", "started_on": "started",
            "last_active_on": "active", "completed_on": "completed", "closed_on": "closed", "status": "status",
            **person("client", *_WHO),
        }, person="person"),
    ),
    vary=("provider",), losable="Status", faults=("row_too_short", "blank_date", "impossible_date", "future_date"),
)  # fmt: skip

ENFORCEMENT = Form(
    feed_id=f"{MILLBROOK}/enforcement_action", mode="full", stem="enforcement_actions", zone=_ZONE,
    layouts={"2025": (
        Column("Action", "number"), Column("Group", "group"), Column("Case Number", "case"), Column("Began", "at", mdy),
        Column("Ended", "ended", mdy), Column("Kind", "kind"), Column("Why Nothing Milder", "basis"),
        Column("People", "people"), Column("Precinct", "area"), Column("Names", "secret"),
    )},
    kinds=(
        Kind("enforcement_action", ("number",), "unique", {
            "enforcement_action_id": "number", "group_id": "group", "incident_id": "case", "started_on": "on",
            "ended_on": "ended", "enforcement_type": "kind", "least_force_reason": "basis", "people_touched": "people",
            "area_id": "area",
        }),
    ),
    vary=("basis",), losable="Kind", faulty=0.05,
    faults=("row_too_short", "blank_date", "impossible_date", "blank_reason", "count_text", "count_negative"),
)  # fmt: skip

LISTS: tuple[Form, ...] = (ROSTER, RELATIONS, CONTACTS, REVIEWS, REFERRALS)
