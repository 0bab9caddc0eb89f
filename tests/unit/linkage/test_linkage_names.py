"""Names as they are compared."""

from __future__ import annotations

import pytest

from linkage.names import canonical, clean, sound, suffix_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("O'Brien", "obrien"), ("ST.CLAIR", "stclair"), ("de la Cruz", "cruz"), ("Muñoz Ibáñez", "munoz ibanez"),
     ("Núñez-García", "nunez garcia"), ("Волков", "volkov"), ("  ", None), ("UNKNOWN", None), ("xxx", None), (None, None)],
)  # fmt: skip
def test_family_names(text: str | None, tokens: str | None) -> None:
    assert clean(text, family=True).joined == tokens


def test_a_suffix_in_the_family_name_is_taken_out() -> None:
    name = clean("SMITH JR.", family=True)
    assert (name.joined, name.suffix) == ("smith", "jr")
    assert [suffix_of(t) for t in ("Jr.", "III", "2nd", "Senior", "x", None)] == ["jr", "iii", "ii", "sr", None, None]


def test_nicknames_and_sound() -> None:
    assert canonical("bob") == canonical("robert") == "robert"
    assert canonical("pepe") == canonical("joe") == "joseph"
    assert sound("smith") == sound("smyth")
    assert sound(None) is None
