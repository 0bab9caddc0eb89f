"""What dbt says while it runs, without what nobody hears."""

from __future__ import annotations

from typing import Any

from dbt.events.types import LogStartLine
from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager


class WithoutDebug(EventManager):
    """Lets debugging events go at once, and those that say a node begins: of each, its end is told.

    dbt makes each into a message of protobuf before it asks whether anyone listens; that took a seventh of a build.
    """

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        if (level or e.level_tag()) != EventLevel.DEBUG and not isinstance(e, LogStartLine):
            super().fire_event(e, level, node, force_warn_or_error_handling)


def let_go_of_debugging() -> None:
    """From now on this process hears nothing of dbt below the level of information."""
    ctx_set_event_manager(WithoutDebug())
    DebugLevel.__init__ = _remember  # type: ignore[assignment]
    DebugLevel.__getattr__ = _made_when_asked  # type: ignore[assignment]


def _remember(self: DebugLevel, *args: Any, **given: Any) -> None:
    """Keep what an event is made of: nine of ten are let go, and another tenth of a build went into making them."""
    object.__setattr__(self, "_given", (args, given))


def _made_when_asked(self: DebugLevel, key: str) -> Any:
    if key == "pb_msg":
        args, given = object.__getattribute__(self, "_given")
        BaseEvent.__init__(self, *args, **given)
        return object.__getattribute__(self, "pb_msg")
    return getattr(self.pb_msg, key)
