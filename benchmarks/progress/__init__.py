"""The topics of `benchmarks/progress.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Case", "against_limit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two ways to do the same, each returning a figure; `goal` is the target ratio of ours to the peer's."""

    name: str
    unit: str
    ours: Callable[[], float]
    peer: Callable[[], float]
    goal: float


def against_limit(figure: float, *, name: str, unit: str, ours: Callable[[], float]) -> Case:
    """Return a case whose peer is a fixed limit."""
    return Case(name=f"{name}, against its limit", unit=unit, ours=ours, peer=lambda: figure, goal=1.0)
