"""What other threads ask of the one that holds the camera: a capture now, a preview."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from camera_agent.errors import AgentError, DriverError
from eliot_progress.context import with_context

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class _Errand(Generic[Result]):
    def __init__(self, work: Callable[[], Result]) -> None:
        self._work, self._done = work, threading.Event()
        self._result: Result | None = None
        self._error: AgentError | None = None

    def run(self) -> None:
        try:
            self._result = self._work()
        except AgentError as error:
            self._error = error
        self._done.set()

    def refuse(self, error: AgentError) -> None:
        self._error = error
        self._done.set()

    def wait(self, timeout_s: float) -> Result:
        if not self._done.wait(timeout_s):
            raise DriverError(f"The camera did not come to it within {timeout_s:g} s.", "Ask again.")
        if self._error is not None:
            raise self._error
        assert self._result is not None  # noqa: S101 - for the type checker: the work gives something
        return self._result


class Errands:
    """A queue of them. `wake` is called when there is a new one."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._waiting: queue.SimpleQueue[_Errand[object]] = queue.SimpleQueue()
        self._closed = False

    def ask(self, work: Callable[[], Result], *, timeout_s: float) -> Result:
        """Have `work` done by the thread that serves: gives what it gave, or raises its AgentError."""
        errand = _Errand(with_context(work))  # what it logs belongs to who asks
        self._waiting.put(errand)  # type: ignore[arg-type] # its result goes to nobody but us
        if self._closed:
            self.close()
        self._wake()
        return errand.wait(timeout_s)

    def serve(self) -> None:
        """Do all that waits."""
        for errand in self._take():
            errand.run()

    def close(self) -> None:
        """Refuse what waits and what will come."""
        self._closed = True
        for errand in self._take():
            errand.refuse(DriverError("The agent is stopping.", "Ask again when it films."))

    def _take(self) -> list[_Errand[object]]:
        taken = []
        while not self._waiting.empty():
            taken.append(self._waiting.get())
        return taken
