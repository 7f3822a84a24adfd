"""Turns SIGINT, SIGTERM and SIGHUP into one exception."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from timelapse.project.stack.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sys import UnraisableHookArgs

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_S = 0.01


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Raise `Stopped` at the first signal; ignore later ones while stopping.

    Python drops exceptions in `__del__` and weak reference callbacks; in that case it is raised again.
    """

    def stop(_number: int, _frame: object) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    def again(dropped: UnraisableHookArgs) -> None:
        if not isinstance(dropped.exc_value, Stopped):
            hook(dropped)
            return
        signal.signal(signal.SIGTERM, stop)
        threading.Timer(_AGAIN_S, signal.pthread_kill, (threading.get_ident(), signal.SIGTERM)).start()

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    hook, sys.unraisablehook = sys.unraisablehook, again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
