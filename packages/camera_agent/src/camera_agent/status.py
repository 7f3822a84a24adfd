"""What the agent is doing now: written by its loops, read by the heartbeat and by `camera-agent status`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.frame import Capture
    from camera_agent.home import Json

State = Literal["capturing", "idle", "error"]


@dataclass(slots=True)
class Status:
    """Shared between threads; each trouble has a name, so that one that ends doesn't hide another."""

    driver: str
    working: bool = False
    last_capture: Capture | None = None
    interval_s: float = 0.0
    config_revision: int = 0
    #: What the camera told of itself last (`battery_percent`, ...).
    camera_health: Mapping[str, Json] = field(default_factory=dict)
    _troubles: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def trouble(self, name: str, message: str) -> bool:
        """Something is wrong; True when this is news."""
        with self._lock:
            news = self._troubles.get(name) != message
            self._troubles[name] = message
            return news

    def well(self, name: str) -> bool:
        """It is right again; True when this is news."""
        with self._lock:
            return self._troubles.pop(name, None) is not None

    def state(self) -> tuple[State, str]:
        """The state and its detail, as the heartbeat says it."""
        with self._lock:
            detail = " ".join(dict.fromkeys(self._troubles.values()))  # one may trouble two loops
        if detail:
            return "error", detail
        return ("capturing" if self.working else "idle"), ""
