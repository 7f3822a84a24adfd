"""Exceptions of signal handlers that interrupt a message: they reach the code that logged.

eliot swallows whatever a destination raises, and that includes what a signal handler raises while a
destination runs (Celery's soft time limit, an alarm).
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType

#: The message that was interrupted last, and by what. Signal handlers run in one thread.
noted: tuple[Mapping[str, object], Exception] | None = None


def reraise(error: Exception) -> None:
    """Raise the exception again if a signal handler raised it. Call it where all others are swallowed."""
    if _is_from_signal_handler(error):
        raise error


def note(message: Mapping[str, object], error: Exception) -> None:
    """Note an exception that leaves a destination, if a signal handler raised it."""
    global noted  # noqa: PLW0603 - one place that costs a message nothing
    if _is_from_signal_handler(error):
        noted = (message, error)


def raise_noted(message: Mapping[str, object]) -> None:
    """Raise what a signal handler raised while this message was sent, if one did."""
    global noted  # noqa: PLW0603 - as above
    interrupted = noted
    if interrupted is not None and interrupted[0] is message:
        noted = None
        raise interrupted[1]


def _is_from_signal_handler(error: Exception) -> bool:
    """Whether one of the installed signal handlers is among the calls that led to the exception."""
    handlers = {_code(signal.getsignal(number)) for number in signal.valid_signals()} - {None}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code in handlers:
            return True
        trace = trace.tb_next
    return False


def _code(handler: object) -> CodeType | None:
    function = getattr(handler, "__func__", getattr(handler, "func", handler))  # a method's, a partial's
    return getattr(function, "__code__", None)
