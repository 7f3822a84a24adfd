"""The focus aid: pictures of what the lens sees now, one every other second, while somebody looks."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from camera_agent.errors import AgentError
from camera_agent.protocol.messages import LONGEST_FOCUS_S, Focus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from camera_agent.home import Json

PERIOD_S: Final = 2.0
#: Seconds after which a picture that failed is tried again.
RETRY_S: Final = 10.0
#: A picture that has been due for so many seconds finds no room between captures.
CROWDED_S: Final = 12.0
CROWDED: Final = (
    "The captures by the schedule leave no time for more pictures. Lengthen the interval while you focus."
)


class FocusAid:
    """Whether pictures are wanted, and when the next one is due. A server grants a minute at most at a time.

    Granted by the thread of the heartbeat, used by the thread that owns the camera.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._lock = monotonic, threading.Lock()
        self._until = self._due = -math.inf
        self._failure = ""

    def grant(self, seconds: Json) -> bool:
        """Go on for so many seconds; anything but a number above 0 ends it. Return whether it begins."""
        fits = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0
        now = self._monotonic()
        with self._lock:
            begins = fits and now >= self._until
            self._until = now + min(seconds, LONGEST_FOCUS_S) if fits else -math.inf  # type: ignore[type-var, operator] # checked
            if begins:
                self._due, self._failure = now, ""
        return begins

    def due_in_s(self) -> float:
        """Return the seconds until the next picture; infinity while none is wanted."""
        now = self._monotonic()
        with self._lock:
            return max(0.0, self._due - now) if now < self._until else math.inf

    def taken(self) -> None:
        """Note that a picture was taken."""
        with self._lock:
            self._due, self._failure = self._monotonic() + PERIOD_S, ""

    def failed(self, why: str) -> None:
        """Note that none could be taken, and why."""
        with self._lock:
            self._due, self._failure = self._monotonic() + RETRY_S, why

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Note whether a picture could be taken and passed on inside. An AgentError goes no further."""
        try:
            yield
        except AgentError as error:
            self.failed(str(error))
        else:
            self.taken()

    def state(self) -> Focus:
        """Return what the server is told."""
        now = self._monotonic()
        with self._lock:
            if now >= self._until:
                return Focus()
            why = self._failure or (CROWDED if now - self._due > CROWDED_S else "")
        return Focus(state="failed" if why else "on", message=why)
