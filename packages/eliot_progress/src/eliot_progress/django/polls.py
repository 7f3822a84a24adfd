"""The requests that our own pages repeat while they are open: bars, and the admin's list of running tasks."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from django.core.signals import setting_changed
from django.urls import NoReverseMatch, get_script_prefix, reverse

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Names of their addresses, and the parameter that tells the repeated request from the page, if one does.
_REPEATED = {"eliot_progress:bars": "", "admin:eliot_progress_taskrecord_changelist": "part"}


def is_poll(request: HttpRequest) -> bool:
    """Whether a request comes again and again from an open page, and says nothing new to a log."""
    parameter = _paths(get_script_prefix()).get(request.path)
    return parameter is not None and (not parameter or parameter in request.GET)


@cache
def _paths(_prefix: str) -> dict[str, str]:
    """Return the paths below the prefix under which the project is served, with their parameters."""
    found = {}
    for name, parameter in _REPEATED.items():
        with suppress(NoReverseMatch):  # a project need not have both
            found[reverse(name)] = parameter
    return found


def _clear_cache(*, setting: str, **_: object) -> None:
    if setting == "ROOT_URLCONF":
        _paths.cache_clear()


setting_changed.connect(_clear_cache)
