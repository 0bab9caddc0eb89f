"""Which of our errors ends the command with which exit code: 1 data refused, 2 wrong use, 3 a fault of ours."""

from __future__ import annotations

from connectors.errors import ConfigurationError, IngestError, RefusedInput
from feeds.errors import SpecificationError
from governance.errors import GovernanceError, TierViolation, UnknownRecipient, WrongDecision
from ingest.errors import HeldBatch, UnknownDelivery, WrongState
from linkage.errors import LinkageError
from lists.errors import ListRefused, UnknownList
from reports.errors import UnknownReport
from stack.errors import StackError
from warehouse.errors import CrosswalkError, NoPublication, QueryError, WarehouseError

OURS = (SpecificationError, IngestError, WarehouseError, StackError, GovernanceError, LinkageError)
_REFUSED = (RefusedInput, HeldBatch, TierViolation, ListRefused)
_WRONG_USE = (
    SpecificationError, ConfigurationError, UnknownDelivery, WrongState, NoPublication, QueryError, CrosswalkError,
    WrongDecision, UnknownRecipient, UnknownReport, UnknownList,
)  # fmt: skip


def exit_code(error: Exception) -> int:
    """The exit code of one of ``OURS``."""
    if isinstance(error, _REFUSED):
        return 1
    return 2 if isinstance(error, _WRONG_USE) else 3


def sentence(error: Exception) -> str:
    """The error in one line, with its short code where it has one."""
    code = getattr(error, "code", None)
    return f"nnsc: {code}: {error}" if code else f"nnsc: {error}"
