"""The topics of `benchmarks/progress.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Case", "within"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two ways to do the same, each giving its figure; `goal` is the ratio of ours to the peer's to reach."""

    name: str
    unit: str
    ours: Callable[[], float]
    peer: Callable[[], float]
    goal: float


def within(figure: float, *, name: str, unit: str, ours: Callable[[], float]) -> Case:
    """A case whose peer is no program, but the figure that ours must stay under."""
    return Case(name=f"{name}, against its limit", unit=unit, ours=ours, peer=lambda: figure, goal=1.0)
