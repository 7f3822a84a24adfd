"""The runs of long work: where each is, what failed, and who may change which column."""

from __future__ import annotations

import functools
import uuid
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from fsmlock import conf
from fsmlock.declarations import transitions_of
from fsmlock.errors import ConfigurationError, StaleState
from fsmlock.locks import Lock, Locks
from fsmlock.reasons import did_you_mean
from fsmlock.stateful import Stateful
from fsmlock.transitions import transition

if TYPE_CHECKING:
    from collections.abc import Callable

    from fsmlock.steps import OnStep


class Run(Stateful):
    """One execution of an iteration: where it is, how it fares. Its arrows say when each state changes."""

    class States:
        """The states of a run."""

        ENQUEUED = "enqueued"
        RUNNING = "running"
        INTERRUPTED = "interrupted"
        PAUSING = "pausing"
        PAUSED = "paused"
        CANCELLING = "cancelling"
        CANCELLED = "cancelled"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

        #: Nothing happens any more.
        ENDED = (CANCELLED, SUCCEEDED, FAILED)
        #: A worker is at it, or died at it.
        ACTIVE = (RUNNING, PAUSING, CANCELLING)

    initial_state = States.ENQUEUED
    locks = Locks(Lock("work"))

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    iteration = models.CharField(max_length=300)
    arguments = models.JSONField(default=dict, blank=True)
    by = models.CharField(max_length=200, blank=True, default="")
    cursor = models.JSONField(null=True, blank=True)
    done = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=50, default="item")
    starts = models.IntegerField(default=0)
    worked_s = models.FloatField(default=0.0)
    token = models.BigIntegerField(default=0)
    reason = models.TextField(blank=True, default="")
    stop_by = models.CharField(max_length=200, blank=True, default="")
    again_after_s = models.FloatField(default=0.0)
    retries = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retried_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.iteration.rpartition('.')[2]} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own arguments
        """Django's; an enqueued run goes to the workers that the setting ENQUEUE names, after the commit."""
        moved = bool(self.__dict__.get("_fsmlock_changes"))
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if self.state == self.States.ENQUEUED and (is_new or moved):
            self._hand_over()

    def _hand_over(self) -> None:
        path = conf.get().ENQUEUE
        if path:
            enqueue: Callable[[Run], None] = import_string(path)
            transaction.on_commit(functools.partial(enqueue, self), using=self._state.db)

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in self.States.ENDED

    @transition(
        source=[States.ENQUEUED, States.INTERRUPTED, *States.ACTIVE], target=States.RUNNING, internal=True
    )
    def start(self) -> None:
        """A worker took it up, also after another one died at it."""
        self.starts += 1
        self.started_at = self.started_at or timezone.now()
        self.reason = ""

    @transition(source=States.RUNNING, target=States.INTERRUPTED, internal=True)
    def interrupt(self) -> None:
        """The worker is to end, its time is up, or it must wait for something: it goes on by itself later."""

    @transition(source=[States.ENQUEUED, States.INTERRUPTED], target=States.PAUSED, label="Pause")
    def pause_at_once(self) -> None:
        """Somebody wants it to rest, and no worker is at it."""

    @transition(source=States.RUNNING, target=States.PAUSING, label="Pause")
    def request_pause(self) -> None:
        """Somebody wants it to rest: the worker stops after the item in hand."""

    @transition(source=States.PAUSING, target=States.PAUSED, internal=True)
    def paused(self) -> None:
        """The worker has stopped, and nobody goes on before somebody asks."""

    @transition(source=[States.PAUSED, States.PAUSING], target=States.ENQUEUED, label="Resume")
    def resume(self) -> None:
        """Somebody wants it to go on."""

    @transition(
        source=[States.ENQUEUED, States.INTERRUPTED, States.PAUSED], target=States.CANCELLED, label="Cancel"
    )
    def cancel_at_once(self) -> None:
        """Somebody doesn't want it any more, and no worker is at it."""
        self.ended_at = timezone.now()

    @transition(source=[States.RUNNING, States.PAUSING], target=States.CANCELLING, label="Cancel")
    def request_cancel(self) -> None:
        """Somebody doesn't want it any more: the worker stops after the item in hand."""

    @transition(source=States.CANCELLING, target=States.CANCELLED, internal=True)
    def cancelled(self) -> None:
        """The worker has stopped for good."""
        self.ended_at = timezone.now()

    @transition(source=States.ACTIVE, target=States.SUCCEEDED, internal=True)
    def succeed(self) -> None:
        """The last item was done, maybe before a wish to stop was seen."""
        self.ended_at = timezone.now()

    @transition(source=States.ACTIVE, target=States.FAILED, internal=True)
    def fail(self) -> None:
        """More items failed than allowed, or the iteration itself broke."""
        self.ended_at = timezone.now()

    @transition(source=States.FAILED, target=States.ENQUEUED, label="Go on")
    def retry(self) -> None:
        """Somebody mended the cause: it goes on behind the last item that was done."""
        self.ended_at = None

    def pause(self, *, by: str = "") -> None:
        """Let it rest, as soon as the item in hand is done."""
        self._ask("pause_at_once", "request_pause", by)

    def cancel(self, *, by: str = "") -> None:
        """Stop it for good, as soon as the item in hand is done."""
        self._ask("cancel_at_once", "request_cancel", by)

    def _ask(self, at_once: str, ask: str, by: str) -> None:
        """The worker changes the state too: whoever is slower reads again."""
        while True:
            self.refresh_from_db()
            try:
                self.apply_transition(ask if self.state in self.States.ACTIVE else at_once, by=by)
            except StaleState:
                continue
            return

    def apply_transition(self, name: str, *, by: str = "") -> None:
        """Apply a transition that users may apply, and save only that: the worker owns the rest of the row.

        Raises TransitionRefused with every reason, StaleState when the worker was faster, and
        ConfigurationError (with a suggestion) for a name that doesn't exist or is for workers.
        """
        known = [
            definition.name for definition in transitions_of(type(self)).values() if not definition.internal
        ]
        if name not in known:
            raise ConfigurationError(f"Nobody can take {name!r} with a run.{did_you_mean(name, known)}")
        getattr(self, name)()
        self.stop_by = by
        self.save(update_fields=["state", "stop_by", "ended_at"])

    def work(self, *, on_step: OnStep | None = None) -> Run:
        """Work on it here until it ends or is interrupted; step aside when another worker is at it."""
        load(self).work(self, on_step=on_step)
        return self


class ItemError(models.Model):
    """An item that failed: which, and why."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="errors")
    cursor = models.JSONField()
    item = models.TextField()
    error = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.item}: {self.error}"


class Works(Protocol):
    """What a run needs of its iteration."""

    def work(self, run: Run, *, on_step: OnStep | None) -> None:
        """Work on the run."""
        ...


def load(run: Run) -> Works:
    """The iteration of a run, as its class is today. Raises ConfigurationError when it is gone."""
    try:
        found: Works = import_string(run.iteration)(**run.arguments)
    except ImportError as gone:
        raise ConfigurationError(
            f"{run} is an iteration that no longer exists: {run.iteration}. Bring it back under that name, or"
            " cancel the run."
        ) from gone
    return found
