"""One at a time, without locks: nobody can wait for themselves."""

from __future__ import annotations

import time
from threading import get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds between two looks at whether another thread is done.
_POLL_S = 0.0005


class Turn:
    """Lets one thread at a time do `work`. Others leave it to that thread, which then does it once more.

    A signal handler or a finaliser that interrupts the work may ask for it, too. With a lock it would wait
    for the code that it interrupted, for good.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._asked = False
        #: The thread that is at it, in a tuple of its own for each turn; empty when nobody is.
        self._taken: dict[None, tuple[int]] = {}

    def run(self) -> bool:
        """Do the work; False if it is left to whoever is doing it now. Raises what the work raises."""
        taken, own = self._taken, (get_ident(),)
        self._asked = True
        while self._asked:
            try:
                if taken.setdefault(None, own) is not own:  # atomic, unlike a check before a write
                    return False
                self._asked = False
                self._work()
            finally:
                # No call in here: signal handlers run after calls, and may raise.
                if None in taken and taken[None] is own:
                    del taken[None]
        return True

    def complete(self, timeout_s: float) -> bool:
        """Do the work, after waiting at most `timeout_s` for another thread that is doing it.

        False when that took longer, or when this call interrupted the work, which then goes on afterwards.
        """
        deadline = time.monotonic() + timeout_s
        while not self.run():
            if self._taken.get(None) == (get_ident(),) or time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True
