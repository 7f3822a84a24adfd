"""The life cycle of most objects: initialising, ready, deleting, deleted; failed when something breaks."""

from __future__ import annotations

from typing import ClassVar

from fsmlock.rules import EVERYTHING
from fsmlock.stateful import Stateful
from fsmlock.transitions import transition

_INITIALISING, _READY, _DELETING, _DELETED, _FAILED = "initialising", "ready", "deleting", "deleted", "failed"


class Lifecycle(Stateful):
    """A model with a protected ``state``, five base states and the transitions between them.

    A new object is ready at once. If it has to be set up first, write ``initial_state = "initialising"`` and
    call ``initialise()`` once it is.

    Add states in a nested ``class States(Lifecycle.States)`` and transitions with ``@transition``. A base
    transition is offered to users when the model declares it again with a label.
    """

    class States:
        """The base states."""

        #: Being set up: not to be used yet. Only where initial_state says so.
        INITIALISING: ClassVar[str] = _INITIALISING
        #: In use.
        READY: ClassVar[str] = _READY
        #: Being deleted: nothing new may start on it.
        DELETING: ClassVar[str] = _DELETING
        #: Only the row is left.
        DELETED: ClassVar[str] = _DELETED
        #: Something broke, and a person must repair it.
        FAILED: ClassVar[str] = _FAILED

    initial_state = _READY

    class Meta:
        abstract = True

    @transition(source=_INITIALISING, target=_READY, internal=True)
    def initialise(self) -> None:
        """Everything that the object needs is there."""

    @transition(source=[_INITIALISING, _READY, _FAILED], target=_DELETING, needs=EVERYTHING, internal=True)
    def start_deleting(self) -> None:
        """Somebody deletes it, and nobody holds a lock on it. From now on nothing new may start on it."""

    @transition(source=_DELETING, target=_DELETED, internal=True)
    def finish_deleting(self) -> None:
        """Everything but this row was deleted."""

    @transition(source=[_INITIALISING, _READY, _DELETING], target=_FAILED, internal=True)
    def fail(self) -> None:
        """Something broke, and a person must repair it."""

    @transition(source=_FAILED, target=_READY, internal=True)
    def recover(self) -> None:
        """It was repaired."""
