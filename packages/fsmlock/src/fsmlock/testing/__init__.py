"""For your tests: interrupt an iteration, lose a hold, move the clock, and check a backend of your own."""

from __future__ import annotations

from fsmlock.testing.clocks import FakeClock
from fsmlock.testing.interruption import interrupt_after, lose_hold, lose_hold_after

__all__ = ["FakeClock", "interrupt_after", "lose_hold", "lose_hold_after"]
