"""Fixtures of the conformance tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.portal.server import Portal, running_portal


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal of its own for each test."""
    with running_portal() as running:
        yield running
