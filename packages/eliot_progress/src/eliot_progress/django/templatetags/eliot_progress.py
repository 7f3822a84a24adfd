"""`{% load eliot_progress %}{% progress "movies.Movie:7" %}`: a bar that follows its work."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from django import template
from django.db import connections
from django.urls import reverse

from eliot_progress.django import followed_bars, page_bars
from eliot_progress.django.followed_bars import FollowedBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.template.context import RequestContext

    from eliot_progress.django.followed_bars import Viewer
    from eliot_progress.django.page_bars import Bar

_T = TypeVar("_T")
register = template.Library()
_log = logging.getLogger(__name__)


@register.inclusion_tag("eliot_progress/bar.html", takes_context=True)
def progress(
    context: RequestContext,
    *of: object,
    title: str = "",
    result: str = "",
    result_text: str = "Open the result",
) -> dict[str, object]:
    """Draw the bar of the work about an object (`movies.Movie:7`) or with an id, and keep it current.

    Several objects or ids are the parts of a whole. `result` is the address of what came out, shown when the
    work has succeeded. Raises NoReverseMatch without `include("eliot_progress.django.urls")`, and
    TemplateSyntaxError without an object.
    """
    if not of:
        raise template.TemplateSyntaxError(
            'The tag progress needs what to show: {% progress "movies.Movie:7" %}, or the id of a task.'
        )
    viewer = getattr(context.get("request"), "user", None)
    followed = FollowedBar(of=tuple(map(str, of)), title=title)
    bar, key = _beside_the_loop(lambda: (_read(followed, viewer), followed.key(viewer)))
    return {
        "bar": bar,
        "key": key,
        "address": reverse("eliot_progress:bars"),
        "result": result,
        "result_text": result_text,
        "csp_nonce": context.get("csp_nonce"),
    }


def _read(followed: FollowedBar, viewer: Viewer | None) -> Bar:
    try:
        return followed_bars.read([followed], viewer)[0]
    except Exception:  # noqa: BLE001 - whatever the store's trouble is, a bar must not break its page
        _log.exception("The progress of %s can't be read.", ", ".join(followed.of))
        return page_bars.unknown(followed.title)


def _beside_the_loop(read: Callable[[], _T]) -> _T:
    """Return what `read` returns. An async view renders in its event loop, where Django allows no queries.

    A thread reads there instead. The loop waits for it, as it waits for all of a template.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return read()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, _read_and_disconnect, read).result()


def _read_and_disconnect(read: Callable[[], _T]) -> _T:
    try:
        return read()
    finally:
        connections.close_all()  # those of this thread, which ends
