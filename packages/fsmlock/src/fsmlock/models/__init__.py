"""The rows of the database backend, the fences that guard commits, and the runs of iterations."""

from __future__ import annotations

from fsmlock.models.holds import Fence, Hold
from fsmlock.models.runs import ItemError, Run

__all__ = ["Fence", "Hold", "ItemError", "Run"]
