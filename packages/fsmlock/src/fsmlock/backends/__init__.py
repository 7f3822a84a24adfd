"""Where holds are stored. The setting BACKEND names the class."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from fsmlock import conf
from fsmlock.errors import StoreUnavailable

if TYPE_CHECKING:
    from types import TracebackType

    from fsmlock.backends.base import Backend


@functools.cache
def _build(path: str) -> Backend:
    backend: Backend = import_string(path)()
    return backend


if hasattr(os, "register_at_fork"):
    # On an inherited connection the child would read answers that are meant for the parent.
    os.register_at_fork(after_in_child=_build.cache_clear)


def get() -> Backend:
    """The configured backend, one per process."""
    return _build(conf.get().BACKEND)


class Answering:
    """Inside ``with Answering(using):`` a store that is away raises StoreUnavailable with the reason.

    A class, since one of a generator costs a microsecond for each hold.
    """

    __slots__ = ("_using",)

    def __init__(self, using: str) -> None:
        self._using = using

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            reason = get().outage(error, using=self._using)
            if reason is not None:
                raise StoreUnavailable([reason]) from error
