"""What all viewers of one process share, so that a hundred of them cost little more than one."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Value = TypeVar("_Value")

#: Values that are kept at once; the oldest one goes first.
MAX_KEPT: Final = 100
#: How often all viewers of a process together ask, in times a second, and the pause of each in seconds.
MOST_ASKS_PER_S: Final = 150.0
LEAST_PAUSE_S: Final = 0.2
MOST_PAUSE_S: Final = 1.0
#: Seconds after which a viewer who has not asked again counts no more.
GONE_AFTER_S: Final = 5.0
#: Viewers that are told apart.
MAX_VIEWERS: Final = 1000


class Shared(Generic[_Value]):
    """Values by key, each made by one thread and used by all for a fraction of a second."""

    def __init__(self, for_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._for_s = for_s
        self._clock = clock
        self._lock = threading.Lock()
        self._making: dict[object, threading.Lock] = {}
        self._made: dict[object, tuple[float, _Value]] = {}

    def get(self, key: object, make: Callable[[], _Value]) -> _Value:
        """Return the value of this key, made no longer ago than values are shared; raise what `make` raises.

        Whoever asks while another thread makes it waits for that.
        """
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            begun = self._clock()
            with self._lock:
                at, *found = self._made.get(key, (0.0,))
            if found and begun - at < self._for_s:
                return found[0]
            value = make()
            with self._lock:
                self._made.pop(key, None)
                self._made[key] = (begun, value)
                for oldest in list(self._made)[:-MAX_KEPT]:
                    del self._made[oldest]
                    self._making.pop(oldest, None)
            return value


class Pace:
    """How long each viewer waits before asking again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        #: When each viewer asked last, the last one last.
        self._asked: dict[object, float] = {}

    def pause_s(self, viewer: object) -> float:
        """Take in that this viewer asks, and return for how long it should not ask again."""
        now = self._clock()
        with self._lock:
            self._asked.pop(viewer, None)
            self._asked[viewer] = now
            while len(self._asked) > MAX_VIEWERS or now - next(iter(self._asked.values())) > GONE_AFTER_S:
                del self._asked[next(iter(self._asked))]
            viewers = len(self._asked)
        return min(MOST_PAUSE_S, max(LEAST_PAUSE_S, viewers / MOST_ASKS_PER_S))
