"""Strawberry types for transitions, locks, holds and runs, and mixins that add them to a schema."""

from __future__ import annotations

from fsmlock.adapters.graphql.objects import (
    DeclaredLock,
    Hold,
    OperationKind,
    Reason,
    Transition,
    WithLocks,
    WithTransitions,
)
from fsmlock.adapters.graphql.runs import Run, RunChange, WithRunChanges, WithRuns

__all__ = [
    "DeclaredLock",
    "Hold",
    "OperationKind",
    "Reason",
    "Run",
    "RunChange",
    "Transition",
    "WithLocks",
    "WithRunChanges",
    "WithRuns",
    "WithTransitions",
]
