"""Where holds are stored. The setting BACKEND names the class."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from fsmlock import conf

if TYPE_CHECKING:
    from fsmlock.backends.base import Backend


@functools.cache
def _build(path: str) -> Backend:
    backend: Backend = import_string(path)()
    return backend


def get() -> Backend:
    """The backend in force, one per process."""
    return _build(conf.get().BACKEND)
