"""What the command line, DAGs and tests call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linkage import decisions, explain, review, run, store, train
from linkage.decisions import Verdict
from linkage.explain import Explanation
from linkage.keys import NewKey, random_key
from linkage.policy import MEMORY
from linkage.review import Waiting
from linkage.run import LinkResult
from linkage.train import Model

if TYPE_CHECKING:
    from settings import Settings

OnEvent = Callable[[str], None]
__all__ = ["Explanation", "LinkResult", "Model", "Verdict", "Waiting"]


def link(
    settings: Settings, full: bool = False, new_key: NewKey = random_key, on_event: OnEvent | None = None
) -> LinkResult:
    """Link the mentions that the warehouse holds; see :func:`linkage.run.run`.

    Raises:
        LinkageError: the warehouse was not built yet.
    """
    return run.run(settings, full, new_key, on_event=on_event)


def train_model(settings: Settings, adopt: bool = True) -> Model:
    """Train on the mentions of the warehouse; the model is frozen under its version, and put to use with ``adopt``.

    Raises:
        LinkageError: there are too few mentions, or no warehouse.
    """
    import duckdb

    from linkage import blocks, features, fillers
    from linkage.mentions import mentions_file

    work = str(settings.private_dir(settings.work / "linkage"))
    with duckdb.connect(config={"threads": settings.threads, "memory_limit": MEMORY, "temp_directory": work}) as db:
        db.execute(f"create table mention as from {mentions_file(settings)} order by mention_key")
        features.build(db, "mention", "feature")
        fillers.blank(db, "feature")
        blocks.add(db, "feature")
        model = train.train(
            db, "feature", settings.private_dir(store.root(settings) / "models"), before=store.base_model()
        )
    return store.adopt(settings, model.version) if adopt else model


def queue(settings: Settings, limit: int = 50) -> list[Waiting]:
    """What waits for people, most important first.

    Raises:
        LinkageError: nothing was linked yet.
    """
    return review.queue(settings, limit)


def show(settings: Settings, mention: str, other: str) -> Explanation:
    """Why two mentions were joined or not.

    Raises:
        LinkageError: nothing is known of one of them.
    """
    return explain.explain(settings, mention, other)


def decide(settings: Settings, mention: str, other: str, answer: str, who: str, why: str) -> Verdict:
    """Record one person's answer about a pair; the next run heeds it, and every one after.

    Raises:
        WrongDecision: the answer cannot be taken.
    """
    return decisions.decide(settings, mention, other, answer, who, why)
