"""The agent's present state: written by its loops, read by the heartbeat and by `camera-agent status`."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.captures import Capture
    from camera_agent.home import Json

State = Literal["capturing", "idle", "error"]


@dataclass(slots=True)
class Status:
    """State shared between threads. Each problem has a name, so that one that ends doesn't hide another."""

    driver: str
    capturing: bool = False
    last_capture: Capture | None = None
    interval_s: float = 0.0
    config_revision: int = 0
    #: What happened at the start and people should know, a sentence.
    notice: str = ""
    #: When the server last answered a heartbeat, seconds of the monotonic clock.
    answered_at: float = -math.inf
    #: What the camera reported about itself last (`battery_percent`, ...).
    camera_health: Mapping[str, Json] = field(default_factory=dict)
    _problems: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set_problem(self, name: str, message: str) -> bool:
        """Set a named problem; True when it is new."""
        with self._lock:
            is_new = self._problems.get(name) != message
            self._problems[name] = message
            return is_new

    def clear_problem(self, name: str) -> bool:
        """Clear a named problem; True when there was one."""
        with self._lock:
            return self._problems.pop(name, None) is not None

    def state(self) -> tuple[State, str]:
        """Return the state and its detail, as the heartbeat reports them."""
        with self._lock:
            detail = " ".join(dict.fromkeys(self._problems.values()))  # two loops may have the same problem
        if detail:
            return "error", detail
        return ("capturing" if self.capturing else "idle"), ""
