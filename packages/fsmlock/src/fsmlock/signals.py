"""Signals: what happened to holds, states and runs. Each carries one typed payload as ``event``."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEvent:
    """A hold was taken, released, lost or broken, or its holder was requested to stop.

    ``by`` names who broke it or requested the stop. ``using`` is the database alias of the object.
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
    """An object moved from ``source`` to ``target`` by the transition ``name``; sent after the commit."""

    model: str
    pk: str
    name: str
    source: str
    target: str
    using: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """The progress of a run: ``done`` of ``total`` items (None: unknown), of which ``failed`` failed.

    Sent about once a second while the run is active, and when its state changes.
    """

    run: int
    iteration: str
    state: str
    done: int
    failed: int
    total: int | None
    unit: str


#: A hold was granted. Inside an open transaction it is sent at once, before the commit.
hold_taken = Signal()
#: A holder released its hold.
hold_released = Signal()
#: A holder noticed that its hold is gone.
hold_lost = Signal()
#: A holder was requested to stop.
cancel_requested = Signal()
#: A hold was broken.
hold_broken = Signal()
#: A run made progress or changed its state. ``sender`` is the iteration class.
run_progressed = Signal()
#: A change of state was saved and committed. ``sender`` is the model.
transitioned = Signal()
