"""Which exceptions mean that work was cancelled rather than failed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from eliot_progress.messages import Outcome

_Class = TypeVar("_Class", bound=type[BaseException])
_cancellations: set[type[BaseException]] = {KeyboardInterrupt, GeneratorExit}


def cancellation(cls: _Class) -> _Class:
    """Register an exception class, and its subclasses, as a cancellation. Usable as a decorator.

    A class of a library that does not depend on this package can set `is_cancellation = True` instead.
    """
    _cancellations.add(cls)
    return cls


def outcome_of(error: BaseException | None) -> Outcome:
    """Return the outcome of work that ended with `error`."""
    if error is None:
        return "succeeded"
    declared = getattr(error, "is_cancellation", False) is True
    registered = isinstance(error, tuple(_cancellations)) or _is_asyncio_cancellation(error)
    return "cancelled" if declared or registered else "failed"


def _is_asyncio_cancellation(error: BaseException) -> bool:
    """Whether asyncio cancelled it. asyncio is looked up, not imported, since importing it is slow."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)
