"""Do the items of a run, one after the other, and stop cleanly between any two of them."""

from __future__ import annotations

import itertools
import logging
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from fsmlock import clock, signals
from fsmlock.errors import CancelRequested, HoldLost, HoldRefused, StaleState
from fsmlock.holds import hold
from fsmlock.iteration import shutdown
from fsmlock.iteration.journal import Journal, Place
from fsmlock.iteration.sources import Only, as_source
from fsmlock.iteration.stops import AskedError, InterruptedRunError, TooManyFailuresError
from fsmlock.models import ItemError, Run
from fsmlock.policies import Skip
from fsmlock.steps import RunStep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from fsmlock.active_hold import ActiveHold
    from fsmlock.iteration.sources import Cursor, Source
    from fsmlock.iteration.work import Work
    from fsmlock.policies import Policy
    from fsmlock.steps import OnStep

_log = logging.getLogger("fsmlock")
States = Run.States
_WAIT_FOR_LOCK = timedelta(seconds=5)


class Worker:
    """Works on one run in this thread."""

    def __init__(self, run: Run, iteration: Work, on_step: OnStep | None) -> None:
        self._run = run
        self._iteration = iteration
        self._on_step = on_step
        self._journal = Journal(run.key.hex)
        self._place = Place()
        self._since = self._next_persist = clock.now()
        self._batches = type(iteration).each.__qualname__ == "Iteration.each"
        self._throttles = type(iteration).throttle.__qualname__ != "Iteration.throttle"

    def work(self) -> None:
        """Work until the run ends or is interrupted. Steps aside at once when another worker is at it."""
        lock = hold(self._run, "work", policy=Skip(), lease=self._iteration.lease, why=str(self._run))
        with lock as held:
            if not held:
                self._run.refresh_from_db()
                return
            try:
                self._work(held)
            except (HoldLost, StaleState) as lost:
                # Somebody else has the run by now: whatever we would write would be wrong.
                _log.warning("%s: stopped without writing: %s", self._run, lost)
                self._journal.close()
                self._run.refresh_from_db()

    def _work(self, held: ActiveHold) -> None:
        run = self._run
        run.refresh_from_db()
        self._held = held
        if run.state in {States.PAUSING, States.CANCELLING}:
            self._apply_stop_request()
        elif not run.has_ended and run.state != States.PAUSED:
            self._begin()
            self._work_on(run)

    def _work_on(self, run: Run) -> None:
        try:
            with self._target():
                self._loop()
        except InterruptedRunError as stop:
            self._end("interrupt", reason=str(stop), after=stop.after)
        except HoldRefused as refused:
            after = refused.retry_after or _WAIT_FOR_LOCK
            self._end("interrupt", reason=str(refused), after=after)
        except (AskedError, CancelRequested) as asked:
            self._write(self._place)
            self._apply_stop_request(asked)
        except (HoldLost, StaleState):
            raise
        except Exception as error:  # noqa: BLE001 - whatever breaks an iteration fails its run
            _log.exception("%s failed", run)
            self._end("fail", reason=f"{type(error).__name__}: {error}")
        else:
            self._end("succeed")

    def _target(self) -> AbstractContextManager[object]:
        target = self._iteration.target()
        if target is None or not self._iteration.needs:
            return nullcontext()
        policy: Policy = self._iteration.policy
        return hold(
            target, *self._iteration.needs, policy=policy, lease=self._iteration.lease, why=str(self._run)
        )

    def _begin(self) -> None:
        run = self._run
        self._place = Place(cursor=run.cursor, done=run.done, failed=run.failed)
        noted = None if self._iteration.transactional else self._journal.read()
        if noted is not None and noted.done + noted.failed > run.done + run.failed:
            self._place = noted
        self._source = self._items()
        if run.total is None:
            run.total = self._source.count()
        run.start()
        run.token = self._held.token
        run.save()
        self._since = clock.now()
        self._next_persist = self._since + self._iteration.persist_every.total_seconds()
        self._tell()

    def _items(self) -> Source[Any]:
        items = as_source(self._iteration.items())
        first = self._run.retries
        return items if first is None else Only(items, list(first.errors.values_list("cursor", flat=True)))

    def _loop(self) -> None:
        size = self._iteration.batch_size if self._batches else 1
        pairs = self._source.after(self._place.cursor)
        self._gate()
        while batch := list(itertools.islice(pairs, size)):
            self._do(batch)
            self.item_done()
            self._gate()

    def item_done(self) -> None:
        """Called after every item (or batch): a place for tests to step in; see fsmlock.testing."""

    def lose_hold(self) -> None:
        """For tests: the hold of the run is lost."""
        self._held.mark_lost("the test said so")

    def _do(self, batch: Sequence[tuple[Cursor, Any]]) -> None:
        """One item (or batch), and where we are after it."""
        after = Place(cursor=batch[-1][0], done=self._place.done + len(batch), failed=self._place.failed)
        try:
            if self._iteration.transactional:
                with self._held.transaction():
                    self._call(batch)
                    self._write(after)
            else:
                self._call(batch)
        except (HoldLost, CancelRequested, StaleState, InterruptedRunError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever an item's work throws is that item's failure
            self._failed(batch, error)
            return
        self._place = after
        if not self._iteration.transactional:
            self._journal.write(after)

    def _call(self, batch: Sequence[tuple[Cursor, Any]]) -> None:
        if self._batches:
            self._iteration.each_batch([item for _, item in batch])
        else:
            self._iteration.each(batch[0][1])

    def _failed(self, batch: Sequence[tuple[Cursor, Any]], error: Exception) -> None:
        failed = self._place.failed + len(batch)
        if failed > self._iteration.max_errors:
            # The place stays before the item: once its cause is mended, the run goes on with it.
            raise TooManyFailuresError(
                f"{failed} failed, the last one: {type(error).__name__}: {error}"
            ) from error
        after = Place(cursor=batch[-1][0], done=self._place.done, failed=failed)
        with transaction.atomic(using=self._run._state.db):
            ItemError.objects.using(self._run._state.db).bulk_create(
                ItemError(run=self._run, cursor=c, item=str(item), error=f"{type(error).__name__}: {error}")
                for c, item in batch
            )
            self._write(after)
        self._place = after

    def _gate(self) -> None:
        """Between two items: see whether the hold is still ours, and whether somebody wants us to stop."""
        self._held.check()
        if shutdown.requested():
            raise InterruptedRunError("The worker is to end.")
        if self._throttles and (pause := self._iteration.throttle()) is not None:
            raise InterruptedRunError(f"Throttled for {pause.total_seconds():g} s.", pause)
        now = clock.now()
        if now >= self._next_persist:
            self._persist()
            self._tell()
        budget = self._iteration.budget
        if budget is not None and now - self._since >= budget.total_seconds():
            raise InterruptedRunError(f"Its time of {budget.total_seconds():g} s is up.")

    def _persist(self) -> None:
        self._next_persist = clock.now() + self._iteration.persist_every.total_seconds()
        self._write(self._place)
        state = Run.objects.using(self._run._state.db).values_list("state", flat=True).get(pk=self._run.pk)
        if state in {States.PAUSING, States.CANCELLING}:
            raise AskedError(state)

    def _write(self, place: Place) -> None:
        """Write where we are, unless a newer holder has the run."""
        rows = Run.objects.using(self._run._state.db).filter(pk=self._run.pk, token=self._held.token)
        if not rows.update(cursor=place.cursor, done=place.done, failed=place.failed):
            raise HoldLost(f"{self._run} was taken over by another worker. Stop without writing.")

    def _end(self, name: str, *, reason: str = "", after: timedelta = timedelta(0)) -> None:
        self._write(self._place)
        try:
            self._save(name, reason, after)
        except StaleState:
            self._apply_stop_request()

    def _save(self, name: str, reason: str, after: timedelta) -> None:
        run = self._run
        run.refresh_from_db()
        if name == "interrupt" and run.state != States.RUNNING:
            self._apply_stop_request()
            return
        getattr(run, name)()
        run.reason = reason
        run.again_after_s = after.total_seconds()
        run.worked_s += clock.now() - self._since
        run.save()
        self._close()

    def _apply_stop_request(self, asked: Exception | None = None) -> None:
        """Do what the state of the run says somebody wants."""
        run = self._run
        run.refresh_from_db()
        if isinstance(asked, CancelRequested) and run.state == States.RUNNING:
            run.stop_by = asked.by
            run.request_cancel()
            run.save()
        getattr(run, "paused" if run.state == States.PAUSING else "cancelled")()
        run.worked_s += clock.now() - self._since
        run.save()
        self._close()

    def _close(self) -> None:
        if self._run.has_ended:
            self._journal.remove()
        else:
            self._journal.close()
        self._tell()

    def _tell(self) -> None:
        run, place = self._run, self._place
        facts: dict[str, Any] = {
            "run": run.pk,
            "state": run.state,
            "done": place.done,
            "failed": place.failed,
            "total": run.total,
            "unit": run.unit,
        }
        if self._on_step is not None:
            self._on_step(RunStep(**facts))
        event = signals.RunEvent(iteration=run.iteration, **facts)
        signals.run_progressed.send_robust(sender=type(self._iteration), event=event)
