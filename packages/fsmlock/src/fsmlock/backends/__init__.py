"""Where holds are stored. The setting BACKEND names the class."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from fsmlock import conf

if TYPE_CHECKING:
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
