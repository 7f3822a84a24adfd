"""When the agent was started, to notice one that is restarted again and again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from camera_agent.host.clock import Instant
    from camera_agent.spool.key_values import KeyValues

#: The stored key of the starts.
STARTS: Final = "starts"
#: Starts are counted over this many seconds, and at most this many of them.
WINDOW_S, MOST = 600, 1000


def record_start(key_values: KeyValues, now: Instant) -> None:
    """Store that the agent starts now."""
    starts = [*_recent(key_values, now), now.monotonic_ns][-MOST:]
    key_values.set(STARTS, json.dumps({"boot": now.boot, "at_ns": starts}))


def recent_starts(key_values: KeyValues, now: Instant) -> int:
    """Return how often the agent was started in this boot, within the last `WINDOW_S` seconds."""
    return len(_recent(key_values, now))


def _recent(key_values: KeyValues, now: Instant) -> list[int]:
    stored = json.loads(key_values.get(STARTS) or "{}")
    if stored.get("boot") != now.boot:
        return []
    return [at for at in stored["at_ns"] if now.monotonic_ns - at <= WINDOW_S * 10**9]
