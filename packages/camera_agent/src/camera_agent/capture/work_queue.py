"""A queue of functions that other threads want run on the thread that owns the camera."""

from __future__ import annotations

import queue
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from camera_agent.errors import AgentError, DriverError
from eliot_progress.context import with_context

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class WorkQueue:
    """Functions with a `Future` each. `on_submit` is called after each submission, to wake the owner."""

    def __init__(self, on_submit: Callable[[], None]) -> None:
        self._on_submit = on_submit
        self._pending: queue.SimpleQueue[tuple[Future[object], Callable[[], object]]] = queue.SimpleQueue()
        self._closed = False

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Queue a function; the future gets its result, or the AgentError that it raises."""
        future: Future[Result] = Future()
        # What the function logs belongs to the submitter's action.
        self._pending.put((future, with_context(work)))  # type: ignore[arg-type] # only we set its result
        if self._closed:
            self.close()
        self._on_submit()
        return future

    def call(self, work: Callable[[], Result], *, timeout_s: float) -> Result:
        """Run a function on the owner's thread and return its result.

        Raises the function's AgentError, or DriverError when it has not finished within `timeout_s` seconds.
        """
        future = self.submit(work)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()  # who asked was told that it failed
            raise DriverError(
                f"The camera did not come to it within {timeout_s:g} s.", "Ask again."
            ) from None

    def run_pending(self) -> None:
        """Run everything that is queued. Called by the thread that owns the camera."""
        for future, work in self._take_all():
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except AgentError as error:
                future.set_exception(error)

    def close(self) -> None:
        """Fail everything that is queued, now and later."""
        self._closed = True
        for future, _work in self._take_all():
            if future.set_running_or_notify_cancel():
                future.set_exception(DriverError("The agent is stopping.", "Ask again when it captures."))

    def _take_all(self) -> list[tuple[Future[object], Callable[[], object]]]:
        taken = []
        with suppress(queue.Empty):
            while True:
                taken.append(self._pending.get_nowait())
        return taken
