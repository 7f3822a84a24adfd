"""The rows of the database backend, fences that guard commits, runs of iterations, histories of objects."""

from __future__ import annotations

from fsmlock.models.holds import Fence, Hold
from fsmlock.models.runs import ItemError, Run
from fsmlock.transition_history import TransitionRecord

__all__ = ["Fence", "Hold", "ItemError", "Run", "TransitionRecord"]
