"""The work list of recorded values that nothing maps yet, and the decisions that shorten it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ingest import crosswalk as ledger
from settings import Settings
from warehouse.errors import CrosswalkError
from warehouse.query import query
from warehouse.reading import note_question

#: Written instead of a code: a person looked, and no code of the list fits.
NO_CODE = "none"
#: Below this similarity (0 to 100) a suggestion would only mislead.
_ALIKE = 60.0


@dataclass(frozen=True)
class Unmapped:
    """A recorded value without a code: on how many current records it stands, and codes whose words resemble it."""

    terminology_id: str
    feed_id: str
    source_value: str
    records: int
    suggestions: list[str]


def todo(
    settings: Settings, terminology_id: str | None = None, feed_id: str | None = None, limit: int = 20
) -> list[Unmapped]:
    """The unmapped values of the publication, most frequent first.

    Suggestions are codes of the list whose name, or a value that is mapped to them, resembles the text.

    Raises:
        NoPublication: nothing was published yet.
        CrosswalkError: no feed has values of that list.
    """
    asked = (
        "select terminology_id, feed_id, source_value, code, mapping, records from core.dim_crosswalk "
        "order by records desc, terminology_id, feed_id, source_value"
    )
    note_question(settings, asked)
    crosswalk = query(settings, asked).rows
    if terminology_id is not None and terminology_id not in (named := {row[0] for row in crosswalk}):
        raise CrosswalkError(
            f"No value of the list {terminology_id!r} is recorded.",
            f"Recorded are values of: {', '.join(sorted(named))}.",
        )
    known = _known_words(settings, crosswalk)
    found: list[Unmapped] = []
    for terminology, feed, value, _, mapping, records in crosswalk:
        if mapping != "unmapped" or terminology_id not in (None, terminology) or feed_id not in (None, feed):
            continue
        if len(found) == limit:
            break
        found.append(Unmapped(terminology, feed, value, records, suggest(value, known[terminology])))
    return found


def suggest(value: str, known: dict[str, str], count: int = 3) -> list[str]:
    """The codes whose known words (text -> code) resemble the value most, best first, each once."""
    from rapidfuzz import fuzz, process, utils

    alike = process.extract(
        value, list(known), scorer=fuzz.token_set_ratio, processor=utils.default_process, limit=4 * count,
        score_cutoff=_ALIKE,
    )  # fmt: skip
    ranked = sorted(alike, key=lambda hit: (-hit[1], hit[0]))
    return list(dict.fromkeys(known[text] for text, _, _ in ranked))[:count]


def approve(
    settings: Settings, terminology_id: str, feed_id: str, source_value: str, code: str, who: str, why: str
) -> int:
    """Decide that a recorded value means a code (``none``: no code fits); the next build maps it so.

    Raises:
        NoPublication: nothing was published yet.
        CrosswalkError: there is no such list, code or feed, or no record ever bore the value.
    """
    _check(settings, terminology_id, feed_id, source_value, code)
    chosen = None if code == NO_CODE else code
    return ledger.decide(settings, terminology_id, feed_id, source_value, chosen, who, why)


def _check(settings: Settings, terminology_id: str, feed_id: str, source_value: str, code: str) -> None:
    codes = {row[0] for row in _ask(settings, "code", "dim_code", terminology_id)}
    if not codes:
        raise CrosswalkError(
            f"There is no list {terminology_id!r} to which values are mapped.",
            'Its id stands in `nnsc query "select terminology_id, terminology_desc from reference.terminology"`.',
        )
    if code != NO_CODE and code not in codes:
        near = suggest(code, {known: known for known in codes})
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise CrosswalkError(f"{terminology_id} has no code {code!r}.{hint}", f"Write a code of the list or {NO_CODE}.")
    values = _ask(settings, "feed_id, lower(source_value)", "dim_crosswalk", terminology_id)
    wanted = {row[0] for row in values if row[1] == source_value.lower()}
    if not wanted or feed_id not in {*wanted, ledger.EVERY_FEED}:
        raise CrosswalkError(
            f"No record of {feed_id} bears {source_value!r} in a column of {terminology_id}.",
            "Copy the value from `nnsc crosswalk todo --json`, letter by letter.",
        )


def _ask(settings: Settings, columns: str, table: str, terminology_id: str) -> list[tuple[str, ...]]:
    listed = query(settings, f"select terminology_id, {columns} from core.{table}").rows
    return [row[1:] for row in listed if row[0] == terminology_id]


def _known_words(settings: Settings, crosswalk: list[tuple[str, ...]]) -> dict[str, dict[str, str]]:
    """For each list: the names of its codes and the values mapped to them, with the code."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for terminology, _, value, code, _, _ in crosswalk:
        if code is not None:
            known[terminology][value] = code
    for terminology, code, description in query(settings, "select * from core.dim_code").rows:
        known[terminology][description] = code
    return known
