"""Threads for what blocks: the database, and decoding pictures. Neither may hold up the other."""

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
#: Two at once: a decoded picture may take hundreds of megabytes.
_pictures = ThreadPoolExecutor(2, thread_name_prefix="ingest-pictures")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a short look-up or write."""
    return await _run(_database, lambda: function(*args, **kwargs))


async def in_pictures(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what decodes a picture."""
    return await _run(_pictures, lambda: function(*args, **kwargs))


async def _run(executor: Executor, work: Callable[[], T]) -> T:
    # The context goes along: what the thread logs belongs to the request that caused it.
    return await asyncio.get_running_loop().run_in_executor(executor, copy_context().run, _tidily, work)


def _tidily(work: Callable[[], T]) -> T:
    """Treat a thread's connection as Django treats that of a request."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
