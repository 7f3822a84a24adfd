"""When the actions began that have not ended yet: an end's message does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eliot_progress import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Actions under way that are remembered; beyond it the one that began first is forgotten.
LIMIT = 50_000

_ENDS = ("succeeded", "failed")


class Starts:
    """Of the actions that this process began. Not for several threads at once."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def begin_of(self, message: Mapping[str, object]) -> float | None:
        """When the action began that ends with this message, in seconds since 1970, if that is known."""
        status, level = message.get("action_status"), message.get("task_level")
        if status is None or not isinstance(level, list):
            return None
        action = ids.action_id(str(message.get("task_uuid")), level[:-1])
        if status in _ENDS:
            return self._began.pop(action, None)
        at = message.get("timestamp")
        if status == "started" and isinstance(at, float):
            self._began[action] = at
            if len(self._began) > LIMIT:
                del self._began[next(iter(self._began))]
        return None
