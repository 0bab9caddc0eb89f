"""Errors of practitioner lists."""

from __future__ import annotations

from governance.errors import GovernanceError


class UnknownList(GovernanceError):
    """No list of that name is declared in ``policies/lists.yml``, or the publication has not what it is made of."""


class ListRefused(GovernanceError):
    """The list may not be handed out as asked: tier, place, approval or validity says no. Nothing was written."""
