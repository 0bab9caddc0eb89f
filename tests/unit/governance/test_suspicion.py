"""The policy for suspicion: a site may be stricter, nobody more lenient than 28 CFR 23.

What may be entered and how the clock runs is tested where it is carried out: ``test_practice.py`` sends each defect of a
known database of gangs through a real delivery, and the unit test of ``fct_group_membership`` lets the clock run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.errors import SpecificationError
from governance.suspicion import SuspicionPolicy, suspicion_policy
from support.world import PROJECT, settings_in


def with_policy(tmp_path: Path, old: str, new: str) -> SuspicionPolicy:
    text = (PROJECT / "policies" / "suspicion.yml").read_text()
    assert old in text
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "suspicion.yml").write_text(text.replace(old, new))
    return suspicion_policy(settings_in(tmp_path, policies=tmp_path / "policies"))


def test_a_site_may_be_stricter(tmp_path: Path) -> None:
    strict = with_policy(tmp_path, "sites: {}", "sites: {us_xx_city: {retention_years: 2, review_months: 6}}")
    assert strict.clock("us_xx_city") == (2, 6)
    assert strict.clock("other") == (5, 12)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("retention_years: 5\n", "retention_years: 6\n"),
        ("sites: {}", "sites: {us_xx_city: {retention_years: 6}}"),
        ("sites: {}", "sites: {us_xx_city: {review_months: 24}}"),
    ],
)
def test_nobody_may_be_more_lenient_than_the_law(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(SpecificationError):
        with_policy(tmp_path, old, new)
