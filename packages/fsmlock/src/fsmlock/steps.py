"""How far a run is, as told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """One look at a run: ``done`` of ``total`` items (None: unknown), ``failed`` of them failed."""

    run: int
    state: str
    done: int
    failed: int
    total: int | None
    unit: str


OnStep: TypeAlias = Callable[[RunStep], None]
