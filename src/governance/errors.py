"""Errors of governance: what happened, where, and what to do next."""

from __future__ import annotations


class GovernanceError(RuntimeError):
    """A rule about tiers, decisions or the audit log was not met; ``remedy`` says what to do next."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem} {remedy}")


class WrongDecision(GovernanceError):
    """The decision cannot be recorded as asked: no reason, an unknown kind, the same person twice."""


class TierViolation(GovernanceError):
    """Something would leave below its tier, or reach a model that must not know it. Nothing was published."""


class UnknownRecipient(GovernanceError):
    """Nobody of that name is declared in ``policies/recipients.yml``."""
