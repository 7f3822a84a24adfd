"""The runs of iterations: the progress of each, the items that failed, and who may change which column."""

from __future__ import annotations

import functools
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from fsmlock import conf
from fsmlock.declarations import transitions_of
from fsmlock.errors import ConfigurationError, StaleState
from fsmlock.locks import Lock, Locks
from fsmlock.reasons import Reason, did_you_mean, storable
from fsmlock.stateful import Stateful
from fsmlock.transitions import transition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


#: Who may pause, resume, cancel and retry runs.
CHANGE_RUN: Final = "fsmlock.change_run"


def repeats_no_other(run: Run) -> Reason | None:
    """No other run with the same arguments is unfinished."""
    other = run.duplicate_of()
    if other is None:
        return None
    params = {
        "run": str(other),
        "by": other.by or "-",
        "since": other.created_at.isoformat(timespec="seconds"),
    }
    return Reason(
        code="enqueued_again",
        message=gettext("%(run)s has the same arguments and is unfinished (enqueued by %(by)s, %(since)s).")
        % params,
        remedy=gettext("Let it end, or cancel it."),
        params={**params, "pk": other.pk},
    )


class Run(Stateful):
    """One run of an iteration, with its progress. The transitions say when the state changes."""

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

        #: The run is over.
        ENDED = (CANCELLED, SUCCEEDED, FAILED)
        #: A worker executes it, or died while it did.
        ACTIVE = (RUNNING, PAUSING, CANCELLING)
        #: A message to a worker is on its way.
        WAITING = (ENQUEUED, INTERRUPTED)

    initial_state = States.ENQUEUED
    locks = Locks(Lock("execute"))

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    iteration = models.CharField(max_length=300)
    arguments = models.JSONField(default=dict, blank=True)
    by = models.CharField(max_length=200, blank=True, default="")
    #: Its target as ``app.model:key``; empty without one, and for runs of versions before this field.
    subject = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    cursor = models.JSONField(null=True, blank=True)
    done = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=50, default="item")
    starts = models.IntegerField(default=0)
    active_s = models.FloatField(default=0.0, db_column="worked_s")
    #: How many executions in a row ended without a word before they had processed an item, and the number of
    #: processed items at which they began.
    attempts = models.IntegerField(default=0, db_default=0)
    attempted_at = models.BigIntegerField(default=0, db_default=0)
    token = models.BigIntegerField(default=0)
    reason = models.TextField(blank=True, default="")
    requested_by = models.CharField(max_length=200, blank=True, default="", db_column="stop_by")
    resume_after_s = models.FloatField(default=0.0, db_column="again_after_s")
    #: The same for all runs that exclude each other while one is unfinished; with ``once`` also afterwards.
    unique_key = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    once = models.BooleanField(default=False, db_default=False, editable=False)
    retry_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="retried_in",
        db_column="retries_id",
    )
    #: Of a run that retries: the keys of the ItemErrors that it retries; None: all of them.
    retried_errors = models.JSONField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    #: While it is enqueued or interrupted: from when on a worker should execute it.
    due_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["subject", "ended_at"], name="fsmlock_run_of_subject"),
            models.Index(fields=["state", "ended_at", "id"], name="fsmlock_run_by_state"),
        )
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=~Q(unique_key="")
                & (Q(once=True) | ~Q(state__in=["cancelled", "succeeded", "failed"])),
                name="fsmlock_run_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.iteration.rpartition('.')[2]} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own arguments
        """Save, and hand an enqueued run to a worker through the setting ENQUEUE after the commit."""
        state_changed = bool(self.__dict__.get("_fsmlock_changes"))
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if self.state == self.States.ENQUEUED and (is_new or state_changed):
            self._enqueue()

    def _enqueue(self) -> None:
        path = conf.get().ENQUEUE
        if path:
            enqueue: Callable[[Run], None] = import_string(path)
            transaction.on_commit(functools.partial(enqueue, self), using=self._state.db)

    def duplicate_of(self) -> Run | None:
        """The other run that keeps this one from being enqueued: same arguments, and not over."""
        if "_duplicates" not in self.__dict__:
            self.read_duplicates([self])
        known: list[Run] = self.__dict__.pop("_duplicates")
        return known[0] if known else None

    @classmethod
    def read_duplicates(cls, runs: Sequence[Run]) -> None:
        """Read with one query what `duplicate_of` says next of each of these runs of one database."""
        keys = {run.unique_key for run in runs if run.unique_key}
        using = runs[0]._state.db if runs else None
        same = cls.objects.using(using).filter(Q(once=True) | ~Q(state__in=cls.States.ENDED))
        found = list(same.filter(unique_key__in=keys).order_by("pk")) if keys else []
        for run in runs:
            run.__dict__["_duplicates"] = [
                other for other in found if other.unique_key == run.unique_key and other.pk != run.pk
            ]

    @property
    def has_ended(self) -> bool:
        """Whether the run is over."""
        return self.state in self.States.ENDED

    @transition(
        source=[States.ENQUEUED, States.INTERRUPTED, *States.ACTIVE], target=States.RUNNING, internal=True
    )
    def start(self) -> None:
        """A worker executes it, also after another one died."""
        self.starts += 1
        self.started_at = self.started_at or timezone.now()
        self.reason = ""

    @transition(source=States.RUNNING, target=States.INTERRUPTED, internal=True)
    def interrupt(self) -> None:
        """The worker shuts down, the time is up, or a lock isn't free. The run resumes by itself later."""

    @transition(
        source=[States.ENQUEUED, States.INTERRUPTED],
        target=States.PAUSED,
        label="Pause",
        permission=CHANGE_RUN,
    )
    def pause_at_once(self) -> None:
        """Somebody paused it while no worker executed it."""

    @transition(source=States.RUNNING, target=States.PAUSING, label="Pause", permission=CHANGE_RUN)
    def request_pause(self) -> None:
        """Somebody paused it. The worker stops after the current item."""

    @transition(source=States.PAUSING, target=States.PAUSED, internal=True)
    def paused(self) -> None:
        """The worker has stopped. The run rests until somebody resumes it."""

    @transition(
        source=[States.PAUSED, States.PAUSING], target=States.ENQUEUED, label="Resume", permission=CHANGE_RUN
    )
    def resume(self) -> None:
        """Somebody resumed it."""
        self._begin_anew()

    @transition(
        source=[States.ENQUEUED, States.INTERRUPTED, States.PAUSED],
        target=States.CANCELLED,
        label="Cancel",
        permission=CHANGE_RUN,
    )
    def cancel_at_once(self) -> None:
        """Somebody cancelled it while no worker executed it."""
        self.ended_at = timezone.now()

    @transition(
        source=[States.RUNNING, States.PAUSING],
        target=States.CANCELLING,
        label="Cancel",
        permission=CHANGE_RUN,
    )
    def request_cancel(self) -> None:
        """Somebody cancelled it. The worker stops after the current item."""

    @transition(source=States.CANCELLING, target=States.CANCELLED, internal=True)
    def cancelled(self) -> None:
        """The worker has stopped for good."""
        self.ended_at = timezone.now()

    @transition(source=States.ACTIVE, target=States.SUCCEEDED, internal=True)
    def succeed(self) -> None:
        """The last item was done, perhaps before a stop request was noticed."""
        self.ended_at = timezone.now()

    @transition(source=States.ACTIVE, target=States.FAILED, internal=True)
    def fail(self) -> None:
        """More items failed than allowed, or the iteration itself broke."""
        self.ended_at = timezone.now()

    @transition(
        source=States.FAILED,
        target=States.ENQUEUED,
        label="Retry",
        conditions=[repeats_no_other],
        permission=CHANGE_RUN,
    )
    def retry(self) -> None:
        """Somebody fixed the cause. The run resumes after the last item that was done."""
        self.ended_at = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.attempts = 0
        self.due_at = timezone.now()

    def pause(self, *, by: str = "") -> None:
        """Pause the run as soon as the current item is done."""
        self._request("pause_at_once", "request_pause", by)

    def cancel(self, *, by: str = "") -> None:
        """Cancel the run for good as soon as the current item is done."""
        self._request("cancel_at_once", "request_cancel", by)

    def _request(self, at_once: str, request: str, by: str) -> None:
        """Apply one of the two. The worker changes the state too: whoever is slower reads it again."""
        while True:
            self.refresh_from_db()
            try:
                self.apply_transition(request if self.state in self.States.ACTIVE else at_once, by=by)
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
            raise ConfigurationError(
                f"{name!r} is not a transition of a run that users can apply.{did_you_mean(name, known)}"
            )
        getattr(self, name)()
        self.requested_by = storable(by, at_most=200)
        self.save(update_fields=["state", "requested_by", "ended_at", "due_at", "attempts"])


class ItemError(models.Model):
    """An item that failed, with its error."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="errors")
    cursor = models.JSONField()
    item = models.TextField()
    error = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.item}: {self.error}"
