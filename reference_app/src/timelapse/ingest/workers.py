"""Thread pools for blocking work: database and decoding, which don't delay each other."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import close_old_connections

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

_database = ThreadPoolExecutor(4, thread_name_prefix="ingest-database")
#: Only two at once: a decoded picture may take hundreds of megabytes.
_pictures = ThreadPoolExecutor(2, thread_name_prefix="ingest-pictures")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a short query or write in the database pool."""
    return await _run(_database, lambda: function(*args, **kwargs))


async def in_pictures(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that decodes a picture in its pool."""
    return await _run(_pictures, lambda: function(*args, **kwargs))


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
