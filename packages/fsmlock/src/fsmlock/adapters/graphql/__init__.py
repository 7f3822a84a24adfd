"""Strawberry types for what fsmlock knows, and mixins that bring them into a schema."""

from __future__ import annotations

from fsmlock.adapters.graphql.objects import (
    DeclaredLock,
    Hold,
    Reason,
    Transition,
    WithLocks,
    WithTransitions,
)
from fsmlock.adapters.graphql.runs import Run, RunChange, WithRunChanges, WithRuns

__all__ = [
    "DeclaredLock",
    "Hold",
    "Reason",
    "Run",
    "RunChange",
    "Transition",
    "WithLocks",
    "WithRunChanges",
    "WithRuns",
    "WithTransitions",
]
