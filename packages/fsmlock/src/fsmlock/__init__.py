"""States, named locks, reasons and resumable work for Django models.

Each public name is imported on first use, so ``import fsmlock`` is cheap and needs no settings.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsmlock.actions import action, call_action
    from fsmlock.active_hold import ActiveHold
    from fsmlock.backends.base import HoldInfo
    from fsmlock.errors import (
        ActionRefused,
        CancelRequested,
        ConfigurationError,
        HoldLost,
        HoldRefused,
        NotOffered,
        Refused,
        StaleState,
        StoreUnavailable,
        TransitionRefused,
        ValuesRefused,
    )
    from fsmlock.explanations import Available, available, available_many, explain, explain_many
    from fsmlock.holds import hold
    from fsmlock.inspection import all_holds, break_hold, cancel, holds_on, holds_on_many, waiters_on
    from fsmlock.lifecycle import Lifecycle
    from fsmlock.locks import Lock, Locks
    from fsmlock.offered_calls import OfferedCall, offered_call
    from fsmlock.offers import Confirmation, InputField, Offer
    from fsmlock.plain_values import to_json
    from fsmlock.plans import Step, plan, plan_many
    from fsmlock.policies import Fail, Preempt, RetryLater, Skip, Wait
    from fsmlock.reasons import Reason
    from fsmlock.state_locks import state_hold
    from fsmlock.transition_history import history
    from fsmlock.transitions import apply_transition, transition

_HOME = {
    "ActionRefused": "errors",
    "ActiveHold": "active_hold",
    "Available": "explanations",
    "CancelRequested": "errors",
    "ConfigurationError": "errors",
    "Confirmation": "offers",
    "Fail": "policies",
    "HoldInfo": "backends.base",
    "HoldLost": "errors",
    "HoldRefused": "errors",
    "InputField": "offers",
    "Lifecycle": "lifecycle",
    "Lock": "locks",
    "Locks": "locks",
    "NotOffered": "errors",
    "Offer": "offers",
    "OfferedCall": "offered_calls",
    "Preempt": "policies",
    "Reason": "reasons",
    "Refused": "errors",
    "RetryLater": "policies",
    "Skip": "policies",
    "StaleState": "errors",
    "Step": "plans",
    "StoreUnavailable": "errors",
    "TransitionRefused": "errors",
    "ValuesRefused": "errors",
    "Wait": "policies",
    "action": "actions",
    "all_holds": "inspection",
    "apply_transition": "transitions",
    "available": "explanations",
    "available_many": "explanations",
    "break_hold": "inspection",
    "call_action": "actions",
    "cancel": "inspection",
    "explain": "explanations",
    "explain_many": "explanations",
    "history": "transition_history",
    "hold": "holds",
    "holds_on": "inspection",
    "holds_on_many": "inspection",
    "offered_call": "offered_calls",
    "plan": "plans",
    "plan_many": "plans",
    "state_hold": "state_locks",
    "to_json": "plain_values",
    "transition": "transitions",
    "waiters_on": "inspection",
}

__all__ = [
    "ActionRefused",
    "ActiveHold",
    "Available",
    "CancelRequested",
    "ConfigurationError",
    "Confirmation",
    "Fail",
    "HoldInfo",
    "HoldLost",
    "HoldRefused",
    "InputField",
    "Lifecycle",
    "Lock",
    "Locks",
    "NotOffered",
    "Offer",
    "OfferedCall",
    "Preempt",
    "Reason",
    "Refused",
    "RetryLater",
    "Skip",
    "StaleState",
    "Step",
    "StoreUnavailable",
    "TransitionRefused",
    "ValuesRefused",
    "Wait",
    "action",
    "all_holds",
    "apply_transition",
    "available",
    "available_many",
    "break_hold",
    "call_action",
    "cancel",
    "explain",
    "explain_many",
    "history",
    "hold",
    "holds_on",
    "holds_on_many",
    "offered_call",
    "plan",
    "plan_many",
    "state_hold",
    "to_json",
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
