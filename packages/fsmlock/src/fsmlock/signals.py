"""What happened, told once it is true. Every signal carries one typed payload as ``event``."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEvent:
    """A hold was taken, released, lost, broken or asked to stop. ``by`` names who did it.

    ``using`` is the database alias of the object.
    """

    resource: str
    lock: str
    holder: str
    token: int
    by: str = ""
    why: str = ""
    using: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionEvent:
    """An object went from ``source`` to ``target`` by the transition ``name``; sent after the commit."""

    model: str
    pk: str
    name: str
    source: str
    target: str
    using: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """How far a run is: told about once a second while it works, and when its state changes."""

    run: int
    iteration: str
    state: str
    done: int
    failed: int
    total: int | None
    unit: str


#: A hold was granted. Inside an open transaction it is sent at once, before the commit.
hold_taken = Signal()
#: A holder gave its hold back.
hold_released = Signal()
#: A holder noticed that its hold is gone.
hold_lost = Signal()
#: Somebody asked a holder to stop.
cancel_requested = Signal()
#: Somebody took a hold away.
hold_broken = Signal()
#: A run went on, or changed its state. ``sender`` is the iteration's class.
run_stepped = Signal()
#: A saved change of state, after commit. ``sender`` is the model.
transitioned = Signal()
