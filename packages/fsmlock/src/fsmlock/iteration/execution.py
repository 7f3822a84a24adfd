"""Execute a run: process its items one after the other, and stop cleanly between any two of them.

Four calls lead from a Celery message to the code of an item:

1. ``fsmlock.adapters.celery.execute_run(pk)``, the task;
2. ``fsmlock.iteration.execute(run)``, which takes the lock of the run;
3. ``Execution.process_items()``, the loop;
4. ``Iteration.each(item)``, your code.
"""

from __future__ import annotations

import inspect
import itertools
import logging
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import connections, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from fsmlock import backends, clock, signals
from fsmlock.active_hold import ActiveHold
from fsmlock.errors import (
    CancelRequested,
    ConfigurationError,
    HoldLost,
    HoldRefused,
    StaleState,
    StoreUnavailable,
)
from fsmlock.holds import hold
from fsmlock.inspection import alias_of
from fsmlock.iteration import shutdown
from fsmlock.iteration.attempts import TooManyAttemptsError, begin_attempt, take_attempt_back
from fsmlock.iteration.declaration import Iteration
from fsmlock.iteration.journal import Journal, Position
from fsmlock.iteration.sources import Only, as_source
from fsmlock.models import ItemError, Run
from fsmlock.policies import Skip
from fsmlock.reasons import storable
from fsmlock.signals import RunEvent

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from contextlib import AbstractContextManager

    from fsmlock.iteration.sources import Cursor

#: Called with the progress of a run about once a second, and when its state changes.
OnProgress: TypeAlias = Callable[[RunEvent], None]
#: Called after every item (or batch) with the hold of the run.
OnItem: TypeAlias = Callable[[ActiveHold], None]

_log = logging.getLogger("fsmlock")
_States = Run.States
#: The delay before the next attempt when the target is locked and the policy names no delay.
_RETRY_LOCKED = timedelta(seconds=5)
#: A longer pause is none that a queue can count.
_LONGEST_PAUSE = timedelta(days=365)


class RunInterruptedError(Exception):
    """Stop between two items, and resume after a delay."""

    def __init__(self, why: str, resume_after: timedelta = timedelta(0)) -> None:
        self.resume_after = resume_after
        super().__init__(why)


class StopRequestedError(Exception):
    """Somebody changed the state of the run to pausing or cancelling."""


class TooManyFailuresError(Exception):
    """More items failed than the iteration allows."""


def execute(run: Run, *, on_progress: OnProgress | None = None, on_item: OnItem | None = None) -> Run:
    """Execute a run in this thread until it ends or is interrupted, and return it in its new state.

    Returns at once when another worker executes the run. A database or lock store that goes away interrupts
    the run for the length of its lease. Raises StoreUnavailable when even that can't be saved: execute the
    run again after the lease. Raises ConfigurationError when its iteration class no longer exists, or no
    longer takes its arguments.
    """
    iteration = load_iteration(run)
    with (
        backends.Answering(alias_of(run)),
        hold(run, "execute", policy=Skip(), lease=iteration.lease, why=str(run)) as held,
    ):
        execution = Execution(run, iteration, held, on_progress, on_item)
        try:
            with execution.outages():
                if execution.start():
                    with execution.outcome(), execution.target_locks():
                        execution.open_source()
                        execution.process_items()
        except (HoldLost, StaleState) as lost:
            # Another worker has the run now: whatever we would write would be wrong.
            _log.warning("%s: stopped without writing: %s", run, lost)
            execution.abandon()
    return run


def load_iteration(run: Run) -> Iteration:
    """The iteration of a run, built with the arguments of the run from its class as it is now."""
    try:
        kind: type[Iteration] = import_string(run.iteration)
    except ImportError as gone:
        raise ConfigurationError(
            f"{run} belongs to an iteration that no longer exists: {run.iteration}."
            " Restore it under that name, or cancel the run."
        ) from gone
    try:
        inspect.signature(kind).bind(**run.arguments)
    except TypeError as other:
        raise ConfigurationError(
            f"{run} was enqueued with arguments that {run.iteration} no longer takes: {other}."
            " Let it take them, or cancel the run."
        ) from other
    return kind(**run.arguments)


def _saved_position(run: Run) -> Position:
    return Position(cursor=run.cursor, done=run.done, failed=run.failed)


class Execution:
    """One execution of a run in this thread, from its start to its end or interruption."""

    def __init__(
        self,
        run: Run,
        iteration: Iteration,
        held: ActiveHold,
        on_progress: OnProgress | None,
        on_item: OnItem | None,
    ) -> None:
        self._run = run
        self._using = alias_of(run)
        self._connection = connections[self._using]
        self._iteration = iteration
        self._held = held
        self._on_progress = on_progress
        self._on_item = on_item
        self._journal = Journal(run.key.hex, using=self._using)
        self._position = Position()
        self._started = self._next_persist = clock.now()
        #: How many executions in a row died where this one begins, and until when it saves every position, so
        #: that the next one knows which item it was.
        self._died_before = 0
        self._careful_until = self._started
        self._batched = type(iteration).each is Iteration.each
        self._throttled = type(iteration).throttle is not Iteration.throttle

    def start(self) -> bool:
        """Bring the run to ``running`` and load its position. False when there is nothing to process."""
        run = self._run
        run.refresh_from_db()
        if not self._held or run.has_ended or run.state == _States.PAUSED:
            return False
        if run.state in {_States.PAUSING, _States.CANCELLING}:
            self._apply_stop_request()
            return False
        self._position = self._last_position()
        run.start()
        run.token = self._held.token
        self._died_before = begin_attempt(run, self._position.processed)
        run.save()
        self._started = clock.now()
        persist_every = self._iteration.persist_every.total_seconds()
        self._next_persist = self._started + persist_every
        self._careful_until = self._started + 2 * persist_every * bool(self._died_before)
        return True

    def open_source(self) -> None:
        """Ask the iteration for its items."""
        run = self._run
        if self._died_before > self._iteration.max_attempts:
            raise TooManyAttemptsError(self._died_before)  # even the one that left the item out
        source = as_source(self._iteration.items())
        if run.retry_of is not None:
            errors = run.retry_of.errors.all()
            if run.retried_errors is not None:
                errors = errors.filter(pk__in=run.retried_errors)
            source = Only(source, list(errors.values_list("cursor", flat=True)))
        self._source = source
        if run.total is None:
            run.total = source.count()
            Run.objects.using(self._using).filter(pk=run.pk).update(total=run.total)
        self._report_progress()
        if self._died_before == self._iteration.max_attempts:
            self._leave_out_next_item()

    def process_items(self) -> None:
        """Process the remaining items, and record the position after each item (or batch)."""
        action = self._iteration.each_batch if self._batched else self._iteration.each
        no_transaction = nullcontext()
        for batch in self._batches():
            after = self._position.after(batch[-1][0], len(batch))
            items: Any = [item for _, item in batch] if self._batched else batch[0][1]
            opened = self._connection.connection
            try:
                with self._committing(after) if self._iteration.transactional else no_transaction:
                    action(items)
            except (HoldLost, CancelRequested, StaleState, RunInterruptedError):
                raise
            except Exception as error:
                # Whatever else an item raises is the failure of that item.
                if self._is_outage(error) and self._stores_are_away(opened):
                    raise
                self._record_failure(batch, error)
            else:
                self._position = after
                if not self._iteration.transactional:
                    self._journal.write(after)
            if self._on_item is not None:
                self._on_item(self._held)

    def _leave_out_next_item(self) -> None:
        """Count the next item (or batch) as failed without trying it again."""
        batch = next(self._batches(), None)
        if batch is not None:
            self._record_failure(batch, TooManyAttemptsError(self._died_before))

    @contextmanager
    def outcome(self) -> Generator[None]:
        """Save the state that follows from how the block ends."""
        try:
            yield
        except RunInterruptedError as stop:
            self._end("interrupt", reason=str(stop), resume_after=stop.resume_after)
        except HoldRefused as refused:
            delay = refused.retry_after or _RETRY_LOCKED
            self._end("interrupt", reason=str(refused), resume_after=delay)
        except (StopRequestedError, CancelRequested) as request:
            self._save_position(self._position)
            self._apply_stop_request(request)
        except (HoldLost, StaleState):
            raise
        except Exception as error:
            if self._is_outage(error):
                raise
            _log.exception("%s failed", self._run)
            self._end("fail", reason=f"{type(error).__name__}: {error}")
        else:
            self._end("succeed")

    @contextmanager
    def outages(self) -> Generator[None]:
        """Interrupt the run if a store goes away in the block, and let it resume after the lease.

        Raises StoreUnavailable when that can't be saved either, or when the caller's own transaction is lost.
        """
        try:
            with backends.Answering(self._using):
                yield
        except StoreUnavailable as away:
            _log.warning("%s: interrupted: %s", self._run, away)
            if self._connection.in_atomic_block:
                raise
            self._connection.close()  # the next statement opens another one
            self._run.refresh_from_db()
            if self._run.token != self._held.token:
                raise
            self._interrupt_by(away)

    def _interrupt_by(self, away: StoreUnavailable) -> None:
        """Save the interruption, unless the answer that got lost was that to the end of the run."""
        if self._run.state not in _States.ACTIVE:
            self._journal.close()
            return
        # The same holds for a position: the transaction may have been committed.
        self._position = max(self._position, _saved_position(self._run), key=lambda each: each.processed)
        self._end("interrupt", reason=str(away), resume_after=self._iteration.lease, died=True)

    def _is_outage(self, error: Exception) -> bool:
        return isinstance(error, StoreUnavailable) or (
            backends.get().outage(error, using=self._using) is not None
        )

    def _stores_are_away(self, opened: object) -> bool:
        """Ask them: an item may fail with such an error although they answer."""
        if opened is not None and self._connection.connection is not opened:
            return True  # Django opens another connection when it could not roll back on this one
        try:
            Run.objects.using(self._using).filter(pk=self._run.pk).exists()
            backends.get().find(self._held.claim.resources, using=self._using)
        except Exception as error:
            if not self._is_outage(error):
                raise
            return True
        return False

    def target_locks(self) -> AbstractContextManager[object]:
        """Hold the locks that the iteration needs on its target."""
        iteration, target = self._iteration, self._iteration.target()
        if target is None or not iteration.needs:
            return nullcontext()
        return hold(
            target, *iteration.needs, policy=iteration.policy, lease=iteration.lease, why=str(self._run)
        )

    def abandon(self) -> None:
        """Leave the run to another worker without writing to it."""
        self._journal.close()
        self._run.refresh_from_db()

    def _last_position(self) -> Position:
        """The position in the database, or a later one in the journal of this host."""
        saved = _saved_position(self._run)
        noted = None if self._iteration.transactional else self._journal.read()
        return saved if noted is None or noted.processed <= saved.processed else noted

    def _batches(self) -> Iterator[Sequence[tuple[Cursor, Any]]]:
        """The remaining items in batches (of one item for ``each``), with a checkpoint before each."""
        size = self._iteration.batch_size if self._batched else 1
        remaining = self._source.after(self._position.cursor)
        self._checkpoint()
        while batch := list(itertools.islice(remaining, size)):
            yield batch
            self._checkpoint()

    def _checkpoint(self) -> None:
        """Between two items: raise if the hold is lost, or if the run must be interrupted or stopped."""
        self._held.check()
        if shutdown.requested():
            raise RunInterruptedError("The worker is shutting down.")
        if self._throttled and (pause := self._iteration.throttle()) is not None:
            raise RunInterruptedError(f"Throttled for {pause.total_seconds():g} s.", pause)
        now = clock.now()
        if now >= self._next_persist:
            self._persist()
            self._report_progress()
        elif now < self._careful_until:
            self._save_position(self._position)
        budget = self._iteration.budget
        if budget is not None and now - self._started >= budget.total_seconds():
            raise RunInterruptedError(f"Its time budget of {budget.total_seconds():g} s is used up.")

    @contextmanager
    def _committing(self, after: Position) -> Generator[None]:
        """Commit the effect of the block together with the position after it."""
        with self._held.transaction():
            yield
            self._save_position(after)

    def _record_failure(self, batch: Sequence[tuple[Cursor, Any]], error: Exception) -> None:
        failed = self._position.failed + len(batch)
        text = f"{type(error).__name__}: {error}"
        if failed > self._iteration.max_errors:
            # The position stays before the item: once its cause is fixed, the run resumes with it.
            raise TooManyFailuresError(f"{failed} failed, the last one: {text}") from error
        after = Position(cursor=batch[-1][0], done=self._position.done, failed=failed)
        using = self._run._state.db
        with transaction.atomic(using=using):
            ItemError.objects.using(using).bulk_create(
                ItemError(run=self._run, cursor=cursor, item=storable(str(item)), error=storable(text))
                for cursor, item in batch
            )
            self._save_position(after)
        self._position = after

    def _persist(self) -> None:
        self._next_persist = clock.now() + self._iteration.persist_every.total_seconds()
        self._save_position(self._position)
        state = Run.objects.using(self._run._state.db).values_list("state", flat=True).get(pk=self._run.pk)
        if state in {_States.PAUSING, _States.CANCELLING}:
            raise StopRequestedError(state)

    def _save_position(self, position: Position) -> None:
        """Save the position, unless a newer holder has the run: then raise HoldLost."""
        rows = Run.objects.using(self._run._state.db).filter(pk=self._run.pk, token=self._held.token)
        if not rows.update(cursor=position.cursor, done=position.done, failed=position.failed):
            raise HoldLost(f"{self._run} was taken over by another worker. Stop without writing.")

    def _end(
        self, transition: str, *, reason: str = "", resume_after: timedelta = timedelta(0), died: bool = False
    ) -> None:
        self._save_position(self._position)
        run = self._run
        try:
            run.refresh_from_db()
            if transition == "interrupt" and run.state != _States.RUNNING:
                self._apply_stop_request()
                return
            getattr(run, transition)()
            run.reason = storable(reason)
            resume_after = min(resume_after, _LONGEST_PAUSE)
            run.resume_after_s = resume_after.total_seconds()
            run.due_at = timezone.now() + resume_after
            if not died:
                take_attempt_back(run, self._position.processed, self._died_before)
            self._save_end()
        except StaleState:
            self._apply_stop_request()

    def _apply_stop_request(self, request: Exception | None = None) -> None:
        """Pause or cancel the run, as its state or the cancel request of its hold says."""
        run = self._run
        run.refresh_from_db()
        if isinstance(request, CancelRequested) and run.state == _States.RUNNING:
            run.requested_by = request.by
            run.request_cancel()
            run.save()
        getattr(run, "paused" if run.state == _States.PAUSING else "cancelled")()
        self._save_end()

    def _save_end(self) -> None:
        run = self._run
        run.active_s += clock.now() - self._started
        run.save()
        if run.has_ended:
            self._journal.remove()
        else:
            self._journal.close()
        self._report_progress()

    def _report_progress(self) -> None:
        run, position = self._run, self._position
        event = RunEvent(
            run=run.pk,
            iteration=run.iteration,
            state=run.state,
            done=position.done,
            failed=position.failed,
            total=run.total,
            unit=run.unit,
        )
        if self._on_progress is not None:
            self._on_progress(event)
        signals.run_progressed.send_robust(sender=type(self._iteration), event=event)
