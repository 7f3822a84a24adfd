"""Which exceptions mean that the work was cancelled, rather than that it failed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from eliot_progress.messages import Outcome

_Class = TypeVar("_Class", bound=type[BaseException])
_cancellations: set[type[BaseException]] = {KeyboardInterrupt, GeneratorExit}


def cancellation(cls: _Class) -> _Class:
    """Register an exception class (and its children) as a cancellation. Usable as a decorator.

    A class of a library that does not know this package says the same by `is_cancellation = True`.
    """
    _cancellations.add(cls)
    return cls


def outcome_of(error: BaseException | None) -> Outcome:
    """How work ended that ended with `error`."""
    if error is None:
        return "succeeded"
    said = getattr(error, "is_cancellation", False) is True
    known = isinstance(error, tuple(_cancellations)) or _is_of_asyncio(error)
    return "cancelled" if said or known else "failed"


def _is_of_asyncio(error: BaseException) -> bool:
    """Whether asyncio cancelled it. Looked up, not imported: without asyncio nothing is, and it is slow."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)
