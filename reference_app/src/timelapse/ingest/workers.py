"""Thread pools for blocking work: database and decoding, which don't delay each other."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from django.db import close_old_connections

from timelapse.ingest.pipeline.decoding import DECODERS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

P = ParamSpec("P")
T = TypeVar("T")


class FairExecutor:
    """Runs work of several parties. One party never has all threads, and those that wait take turns."""

    def __init__(self, threads: int, *, per_party: int, name: str) -> None:
        self._threads = threads
        self._per_party = per_party
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._lock = Lock()
        #: The work of each party that waits, in the order of their turns.
        self._waiting: dict[Hashable, deque[tuple[Future[object], Callable[[], object]]]] = {}
        self._running: Counter[Hashable] = Counter()

    def submit(self, party: Hashable, work: Callable[[], T]) -> Future[T]:
        """Run the work when it is the party's turn."""
        result: Future[T] = Future()
        with self._lock:
            self._waiting.setdefault(party, deque()).append((result, work))  # type: ignore[arg-type] # a future of T
            self._start()
        return result

    def _start(self) -> None:
        """Start what may run. Call it with the lock."""
        for party in list(self._waiting):
            if self._running.total() >= self._threads:
                return
            if self._running[party] < self._per_party:
                waiting = self._waiting.pop(party)
                result, work = waiting.popleft()
                if waiting:
                    self._waiting[party] = waiting  # behind the others
                self._running[party] += 1
                self._executor.submit(self._run, party, result, work)

    def _run(self, party: Hashable, result: Future[object], work: Callable[[], object]) -> None:
        try:
            if result.set_running_or_notify_cancel():
                try:
                    result.set_result(work())
                except BaseException as error:  # noqa: BLE001 - it belongs to who waits
                    result.set_exception(error)
        finally:
            with self._lock:
                self._running[party] -= 1
                if not self._running[party]:
                    del self._running[party]
                self._start()


_database = ThreadPoolExecutor(4, thread_name_prefix="ingest-database")
#: A camera leaves one decoder to the others.
_PICTURES_PER_CAMERA: Final = DECODERS - 1
_pictures = FairExecutor(DECODERS, per_party=_PICTURES_PER_CAMERA, name="ingest-pictures")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a short query or write in the database pool."""
    return await _run(_database, lambda: function(*args, **kwargs))


async def in_pictures(camera: Hashable, function: Callable[[], T]) -> T:
    """Run a function that decodes a picture of this camera in its pool."""
    context = copy_context()
    work = _pictures.submit(camera, lambda: context.run(_with_fresh_connections, function))
    return await asyncio.wrap_future(work)


async def _run(executor: Executor, work: Callable[[], T]) -> T:
    # Copy the context, so that the thread's log messages belong to the request.
    return await asyncio.get_running_loop().run_in_executor(
        executor, copy_context().run, _with_fresh_connections, work
    )


def _with_fresh_connections(work: Callable[[], T]) -> T:
    """Close old connections before and after, as Django does for a request."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
