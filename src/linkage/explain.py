"""Why two mentions were joined or not: both records side by side, the weights in words, and what would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage import rules
from linkage.errors import LinkageError
from linkage.model import WORDS, level_cases, level_words, pair_columns
from linkage.policy import POLICY, Policy
from linkage.score import prior_weight
from linkage.store import current_model, last_run

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

#: What a reviewer sees of a record, in this order (identified data: only for people who may).
SHOWN = ("record_kind", "role", "jurisdiction_id", "feed_id", "last_name", "second_last_name", "first_name",
         "middle_name", "name_suffix", "alias_names", "birth_date", "age", "sex", "sid", "fbi_number", "local_id",
         "address", "known_from")  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One line of the waterfall: what was compared, what was found, and the weight it adds."""

    compared: str
    found: str
    weight: float


@dataclass(frozen=True)
class Explanation:
    """A pair. ``parts`` begin with the prior and sum to ``weight``; both are empty below the review weight."""

    mention: str
    other: str
    weight: float | None
    parts: tuple[Part, ...]
    veto: str | None
    linked: bool
    action: bool
    consequence: str

    def waterfall(self) -> list[tuple[str, str, float]]:
        """Rows for printing, with the running sum left to the reader."""
        return [(part.compared, part.found, part.weight) for part in self.parts]


def explain(settings: Settings, mention: str, other: str, policy: Policy = POLICY) -> Explanation:
    """Explain a pair from what the last run kept; no names are in it.

    Raises:
        LinkageError: nothing was linked yet, or one of the mentions is not linkable.
    """
    last = last_run(settings)
    if last is None:
        raise LinkageError("Nothing was linked yet; run `nnsc link run`.")
    low, high = sorted((mention, other))
    with last.open() as db:
        labels = dict(
            db.execute(
                "select unique_id, (linked, action, profile) from partition join profile using (unique_id) "
                "where unique_id in (?, ?)",
                [low, high],
            ).fetchall()
        )
        for key in (low, high):
            if key not in labels:
                raise LinkageError(f"{key} was not linked: there is no such mention, or nothing in it tells who it is.")
        edge = db.execute(
            "from edge where unique_id_l = ? and unique_id_r = ?",
            sorted((labels[low][2], labels[high][2])),
        ).fetchall()
        names = [column[0] for column in db.description or []]
        found = dict(zip(names, edge[0], strict=True)) if edge else {}
        levels = _levels(db, settings, low, high)
        sizes = [_size(db, labels[key][0]) for key in (low, high)]
    if labels[low][2] == labels[high][2]:
        levels = dict.fromkeys(levels, "the same")
    linked, action = labels[low][0] == labels[high][0], labels[low][1] == labels[high][1]
    parts = _parts(settings, found, levels) if found else ()
    weight = float(found["match_weight"]) if found else None
    veto = rules.WORDS.get(str(found.get("veto"))) if found else None
    return Explanation(low, high, weight, parts, veto, linked, action, _consequence(linked, action, sizes, policy))


def _levels(db: duckdb.DuckDBPyConnection, settings: Settings, low: str, high: str) -> dict[str, str]:
    model = current_model(settings)
    cases, words = level_cases(model.settings), level_words(model.settings)
    columns = [row[0] for row in db.execute("describe feature").fetchall()]
    chosen = ", ".join(f"{case} as {name}" for name, case in cases.items())
    row = db.execute(
        f"select {chosen} from (select {pair_columns(columns)} from feature as l, feature as r "
        "where l.unique_id = ? and r.unique_id = ?)",
        [low, high],
    ).fetchall()[0]
    return {name: words[name, int(value)] for name, value in zip(cases, row, strict=True)}


def _parts(settings: Settings, edge: dict[str, Any], levels: dict[str, str]) -> tuple[Part, ...]:
    parts = [Part("before any evidence", "two random records", prior_weight(current_model(settings)))]
    for name, word in WORDS.items():
        parts.append(Part(word, levels[name], float(edge[f"mw_{name}"])))
        rarity = float(edge.get(f"mw_tf_adj_{name}") or 0.0)
        if rarity:
            parts.append(Part(word, "a rare value" if rarity > 0 else "a common value", rarity))
    return tuple(parts)


def _size(db: duckdb.DuckDBPyConnection, label: str) -> int:
    rows = db.execute("select count(*) from partition where linked = ?", [label]).fetchall()
    return int(rows[0][0])


def _consequence(linked: bool, action: bool, sizes: list[int], policy: Policy) -> str:
    needed = policy.deciders_for_action
    if linked and action:
        return f"They are one person of {sizes[0]} records at both grades. 'different' parts them at both."
    if linked:
        return (
            f"They are one person of {sizes[0]} records for statistics, two for action. 'same' by {needed} people "
            "joins them for action; 'different' parts them."
        )
    return (
        f"They are two people with {sizes[0]} and {sizes[1]} records. 'same' joins these {sum(sizes)} records for "
        f"statistics, by {needed} people for action too; 'different' keeps them apart for good."
    )


def side_by_side(settings: Settings, mention: str, other: str) -> list[tuple[str, Any, Any]]:
    """Both records as recorded: (column, value, value). Identified data; the audit log has a line before it is read.

    Raises:
        LinkageError: the warehouse does not hold one of them any more.
    """
    from governance.audit import Event
    from ingest.ledger import note
    from warehouse.engine import engine_for

    columns = [f"restricted.person_mention.{name}" for name in SHOWN]
    note(settings, Event("read", "warehouse", {"columns": columns, "mentions": sorted((mention, other))}))
    with engine_for(settings).session() as db:
        found = {}
        for key in (mention, other):
            rows = db.execute(
                f"select {', '.join(SHOWN)} from restricted.person_mention where mention_key = ?", [key]
            ).fetchall()
            if not rows:
                raise LinkageError(f"The warehouse holds no mention {key}; it was withdrawn or never there.")
            found[key] = rows[0]
    return [(name, found[mention][i], found[other][i]) for i, name in enumerate(SHOWN)]
