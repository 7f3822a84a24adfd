"""States, named locks, reasons and resumable work for Django models.

The names below are loaded when first used, so that ``import fsmlock`` costs nothing and needs no settings.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsmlock.backends.base import HoldInfo
    from fsmlock.errors import (
        CancelRequested,
        HoldLost,
        HoldRefused,
        Misdeclared,
        Refused,
        StaleState,
        TransitionRefused,
    )
    from fsmlock.explanations import Available, available, available_many, explain, explain_many
    from fsmlock.held import Held
    from fsmlock.holding import hold
    from fsmlock.holds import active_holds, break_hold, cancel, holds_on, waiters_on
    from fsmlock.keeping import kept
    from fsmlock.lifecycle import Lifecycle
    from fsmlock.locks import Lock, Locks
    from fsmlock.performing import perform
    from fsmlock.plans import Step, plan
    from fsmlock.policies import Fail, Preempt, RetryLater, Skip, Wait
    from fsmlock.reasons import Reason
    from fsmlock.transitions import transition

_HOME = {
    "Available": "explanations",
    "CancelRequested": "errors",
    "Fail": "policies",
    "Held": "held",
    "HoldInfo": "backends.base",
    "HoldLost": "errors",
    "HoldRefused": "errors",
    "Lifecycle": "lifecycle",
    "Lock": "locks",
    "Locks": "locks",
    "Misdeclared": "errors",
    "Preempt": "policies",
    "Reason": "reasons",
    "Refused": "errors",
    "RetryLater": "policies",
    "Skip": "policies",
    "StaleState": "errors",
    "Step": "plans",
    "TransitionRefused": "errors",
    "Wait": "policies",
    "active_holds": "holds",
    "available": "explanations",
    "available_many": "explanations",
    "break_hold": "holds",
    "cancel": "holds",
    "explain": "explanations",
    "explain_many": "explanations",
    "hold": "holding",
    "holds_on": "holds",
    "kept": "keeping",
    "perform": "performing",
    "plan": "plans",
    "transition": "transitions",
    "waiters_on": "holds",
}

__all__ = [
    "Available",
    "CancelRequested",
    "Fail",
    "Held",
    "HoldInfo",
    "HoldLost",
    "HoldRefused",
    "Lifecycle",
    "Lock",
    "Locks",
    "Misdeclared",
    "Preempt",
    "Reason",
    "Refused",
    "RetryLater",
    "Skip",
    "StaleState",
    "Step",
    "TransitionRefused",
    "Wait",
    "active_holds",
    "available",
    "available_many",
    "break_hold",
    "cancel",
    "explain",
    "explain_many",
    "hold",
    "holds_on",
    "kept",
    "perform",
    "plan",
    "transition",
    "waiters_on",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'fsmlock' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"fsmlock.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__]
