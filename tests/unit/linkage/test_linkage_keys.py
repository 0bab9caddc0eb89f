"""Who bears which key after clusters changed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from linkage.keys import assign

OLD, NEW = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)


def numbered():  # type: ignore[no-untyped-def]
    numbers = count(1)
    return lambda: f"new{next(numbers)}"


def test_most_state_numbers_then_most_records_then_the_oldest() -> None:
    before = {"a": "p", "b": "p", "c": "p", "d": "q", "e": "q"}
    found = assign([["a", "b", "c", "d", "e"]], before, {"p": NEW, "q": OLD}, {"d": "1"}, {}, numbered())
    assert found.keys == ["q"], "a state number outweighs more records"
    found = assign([["a", "b", "c", "d", "e"]], before, {"p": NEW, "q": OLD}, {}, {}, numbered())
    assert found.keys == ["p"]
    found = assign([["a", "d"]], {"a": "p", "d": "q"}, {"p": NEW, "q": OLD}, {}, {}, numbered())
    assert found.keys == ["q"]


def test_a_merge_retires_and_redirects_and_a_split_gives_a_new_key() -> None:
    merged = assign([["a", "b", "c"]], {"a": "p", "b": "p", "c": "q"}, {"p": OLD, "q": OLD}, {}, {}, numbered())
    assert merged.retired == {"q": "p"}
    assert [(e.kind, e.person_from, e.person_to, e.mentions) for e in merged.events] == [("merge", "q", "p", ("c",))]
    split = assign([["a", "b"], ["c"]], {"a": "p", "b": "p", "c": "p"}, {"p": OLD}, {}, {}, numbered())
    assert split.keys == ["p", "new1"]
    assert split.retired == {}
    assert [e.kind for e in split.events] == ["split"]
    healed = assign([["a", "b"], ["c"]], {"a": "p", "b": "p", "c": "p"}, {"p": OLD}, {}, {"p": {"q"}}, numbered())
    assert [e.kind for e in healed.events] == ["heal"]
    assert healed.keys[1] == "new1", "a retired key is never given out again"


def test_new_people_get_new_keys_and_nothing_happens_to_others() -> None:
    found = assign([["x", "y"], ["z"]], {}, {}, {}, {}, numbered())
    assert found.keys == found.created == ["new1", "new2"]
    assert not found.events
