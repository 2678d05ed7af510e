"""Which of dbt's events are made at all."""

from collections.abc import Sequence
from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager


class _Heard(EventManager):
    """Leaves out what only a debug log would show, but the events of some names.

    dbt writes each statement and each node's state as JSON before it sees that no log wants it:
    a sixth of what a small project costs it.
    """

    def __init__(self, but: Sequence[str]) -> None:
        super().__init__()
        self._but = but

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Passes an event on where its level is shown, or it was asked for."""
        if type(e).__name__ in self._but or (level or e.level_tag()) != EventLevel.DEBUG:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def leave_out_debug(but: Sequence[str] = ()) -> None:
    """Makes it so for all of dbt in this process; callbacks hear the events named in `but`."""
    ctx_set_event_manager(_Heard(but))
