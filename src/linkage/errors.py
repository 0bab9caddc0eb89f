"""What linkage refuses, and what to do then."""

from __future__ import annotations


class LinkageError(Exception):
    """Linkage could not do what was asked; the message says what to do next."""


class TooFewMentions(LinkageError):
    """There is too little to learn from; the model in use stays."""
