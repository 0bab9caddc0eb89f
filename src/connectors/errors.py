"""Errors named by what the operator should do."""

from __future__ import annotations


class IngestError(Exception):
    """Base of the errors with which a delivery or a pull can end.

    ``code`` is a short stable name (``empty_file``), the message a sentence with place and remedy.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class RefusedInput(IngestError):
    """The bytes cannot be read as what they should be; the agency has to send another file."""


class RetriableError(IngestError):
    """The source did not answer this time; the same call may succeed later."""


class ConfigurationError(IngestError):
    """A feed file or connection asks for something impossible; a data engineer has to edit it."""
