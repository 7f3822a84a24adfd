"""Strawberry types for transitions, locks, holds and runs, and mixins that add them to a schema."""

from __future__ import annotations

from fsmlock.adapters.graphql.objects import (
    Confirmation,
    DeclaredLock,
    FieldKind,
    Hold,
    InputChoice,
    InputField,
    Reason,
    Transition,
    TransitionKind,
    WithLocks,
    WithTransitions,
    load_transitions,
)
from fsmlock.adapters.graphql.runs import Run, RunChange, WithRunChanges, WithRuns

__all__ = [
    "Confirmation",
    "DeclaredLock",
    "FieldKind",
    "Hold",
    "InputChoice",
    "InputField",
    "Reason",
    "Run",
    "RunChange",
    "Transition",
    "TransitionKind",
    "WithLocks",
    "WithRunChanges",
    "WithRuns",
    "WithTransitions",
    "load_transitions",
]
