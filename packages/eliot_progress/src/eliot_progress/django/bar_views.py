"""The answers to bars that follow their work: a stream under ASGI, a single answer otherwise."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.core.signing import BadSignature
from django.db import close_old_connections
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from eliot_progress.django import followed_bars

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from django.http import HttpRequest, HttpResponseBase

    from eliot_progress.django.page_bars import Bar

STREAM = "text/event-stream"
#: Bars in one request.
MAX_BARS = 50
#: Seconds between two looks into the store, and between two messages when nothing changes.
LOOK_EVERY_S = 0.5
BEAT_S = 5.0
#: Seconds after which a page asks again when all of its work has ended: it may have been started again.
AGAIN_AFTER_S = 10
_ENDED = ("succeeded", "failed", "cancelled")


@require_safe
def bars(request: HttpRequest) -> HttpResponseBase:
    """Return the bars of a page (`?bar=KEY&bar=KEY`), as a stream of events or as JSON.

    204 tells a browser that there is no stream: a server without ASGI would spend a thread on each page.
    """
    viewer = getattr(request, "user", None)
    try:
        followed = [followed_bars.opened(key, viewer) for key in request.GET.getlist("bar")[:MAX_BARS]]
    except BadSignature:
        return JsonResponse(
            {"message": "These bars are not yours, or the page is too old. Load it again."}, status=403
        )
    read = partial(followed_bars.read, followed, viewer)
    response: HttpResponseBase
    if STREAM not in request.headers.get("Accept", ""):
        response = HttpResponse(_json(read()), content_type="application/json")
    elif isinstance(request, ASGIRequest):
        response = StreamingHttpResponse(
            _events(read), content_type=STREAM, headers={"X-Accel-Buffering": "no"}
        )
    else:
        response = HttpResponse(status=204)
    response["Cache-Control"] = "no-store"
    return response


async def _events(read: Callable[[], list[Bar]]) -> AsyncIterator[str]:
    """Yield the bars when they change, and every BEAT_S seconds, until all of them have ended."""
    yield f"retry: {AGAIN_AFTER_S * 1000}\n\n"
    sent, due_at = "", 0.0
    while True:
        found = await sync_to_async(_read_apart, thread_sensitive=False)(read)
        text, now = _json(found), time.monotonic()
        if text != sent or now >= due_at:
            yield f"data: {text}\n\n"
            sent, due_at = text, now + BEAT_S
        if all(bar.state in _ENDED for bar in found):
            return
        await asyncio.sleep(LOOK_EVERY_S)


def _read_apart(read: Callable[[], list[Bar]]) -> list[Bar]:
    """Read in a thread of the pool: an open page keeps neither a thread nor a connection of its own."""
    try:
        return read()
    finally:
        close_old_connections()


def _json(found: list[Bar]) -> str:
    ended = all(bar.state in _ENDED for bar in found)
    return json.dumps({"bars": [asdict(bar) for bar in found], "again_s": AGAIN_AFTER_S if ended else 1})
