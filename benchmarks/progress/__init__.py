"""The topics of `benchmarks/progress.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Case", "limit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two ways to do the same, each giving its figure; `goal` is the ratio of ours to the peer's to reach."""

    name: str
    unit: str
    ours: Callable[[], float]
    peer: Callable[[], float]
    goal: float


def limit(figure: float) -> Callable[[], float]:
    """A peer that is no program: the figure that ours must stay under, so that the ratio's goal is 1."""
    return lambda: figure
