"""How a delivery can end short of being applied."""

from __future__ import annotations

from typing import Any

from connectors.errors import IngestError


class HeldBatch(IngestError):
    """The file can be read, but a person has to look before it is applied.

    ``facts`` are what receipts tell besides the message: ``rows``, ``missing_headings``, ``new_headings``.
    """

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(code, message)
        self.facts = facts


class LeaseLost(IngestError):
    """Another process took over this feed; what this one was doing is abandoned, nothing of it is recorded."""


class UnknownDelivery(IngestError):
    """No delivery has that id."""


class WrongState(IngestError):
    """The delivery is not in the state that the request needs (releasing what is not held, ...)."""


class Fault(IngestError):
    """A fault of ours: an invariant of the platform is broken. Exit code 3."""
