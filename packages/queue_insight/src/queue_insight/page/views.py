"""The views of the page: each reads once and renders one template, whole or only its changing part."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation

from queue_insight.names import is_digest, key
from queue_insight.page import contexts, waiting
from queue_insight.page.acting import may
from queue_insight.page.reading import SAMPLE, read, read_failures, read_history, read_periodic, scope
from queue_insight.page.search import only_match
from queue_insight.page.sharing import Pace, Shared
from queue_insight.read import celery_app, saved_at, worker_tasks
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase
    from django.template.response import SimpleTemplateResponse

#: Maximum number of characters of a search.
MAX_SEARCH: Final = 255
#: Tells a page for how many milliseconds it should not ask again.
PAUSE: Final = "Queue-Insight-Pause"

_versions: Shared[float | None] = Shared(0.1)
_parts: Shared[bytes] = Shared(0.15)
_pace = Pace()


def wants_part(request: HttpRequest) -> bool:
    """Return whether only the changing part of a page is wanted, as the page's script asks for it."""
    return request.method == "GET" and "part" in request.GET


def version(request: HttpRequest) -> str | None:
    """Return what stays the same until the collector saves again, for the changing part of a page.

    So a page that asks again and again is sent 304 while it has what there is, and ten times a second one
    record is read for all viewers of the process.
    """
    at = _saved_at() if wants_part(request) else None
    return None if at is None else f"{at:.6f}"


def part(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponse:
    """Return the changing part of a page, made once for all viewers who may do the same and see the same.

    It is no older than the version that this request was answered for.
    """
    allowed = frozenset(code for code, is_allowed in may(request).items() if is_allowed)
    seen = (request.path, request.GET.urlencode(), request.current_app, allowed)
    zone = (translation.get_language(), timezone.get_current_timezone_name())
    key = (*seen, *zone, store_for(celery_app()), _saved_at())
    # Each of the views above answers a part by a template.
    return HttpResponse(_parts.get(key, lambda: cast("SimpleTemplateResponse", view()).render().content))


def pause_ms(request: HttpRequest) -> int:
    """Return for how many milliseconds this page should not ask again: longer, the more are looked at."""
    return round(1000 * _pace.pause_s((request.session.session_key, request.get_full_path())))


def _saved_at() -> float | None:
    store = store_for(celery_app())
    return _versions.get(store, lambda: saved_at(store=store))


def overview(request: HttpRequest, *, context: contexts.Context) -> HttpResponseBase:
    """Show all queues, the worst first."""
    return _page(
        request,
        "overview",
        context,
        contexts.overview(
            read(tasks=(), overview=True, peek=SAMPLE), _number(request), read_failures=read_failures
        ),
    )


def queue(request: HttpRequest, *, context: contexts.Context) -> HttpResponseBase:
    """Show one queue and what waits in it.

    Raises:
        Http404: no queue with this name was read.
    """
    reading = read(tasks=(), overview=True, peek=SAMPLE)
    read_page = partial(waiting.page, celery_app(), reading.snapshot)
    found = contexts.queue(
        reading, request.GET.get("name", ""), _number(request), read_page=read_page, read_past=read_history
    )
    if found is None:
        raise Http404("No queue of this name is known. Name it in QUEUE_INSIGHT['QUEUES'] to have it read.")
    return _page(request, "queue", context, found)


def task(request: HttpRequest, *, context: contexts.Context) -> HttpResponseBase:
    """Show why one task is not running, and its life so far."""
    task_key = request.GET.get("id", "")[:MAX_SEARCH]
    # A digest stands for an id that is too long or odd for an address: it has to be looked for among all.
    reading = read(tasks=None if is_digest(task_key) else (task_key,))
    found = contexts.task(reading, task_key, read_past=read_history, read_failures=read_failures)
    return _page(request, "task", context, found)


def workers(request: HttpRequest, *, context: contexts.Context) -> HttpResponseBase:
    """Show the workers, those in trouble first."""
    found = contexts.workers(read(tasks=(), peek=1), _number(request), read_tasks=worker_tasks)
    return _page(request, "workers", context, found)


def failures(request: HttpRequest, *, context: contexts.Context) -> HttpResponseBase:
    """Show what failed, in groups, the last one first."""
    text = request.GET.get("q", "").strip()[:MAX_SEARCH]
    reading = read(tasks=(), peek=1)
    found = contexts.failures(reading, read_failures(), text, _number(request))
    return _page(request, "failures", context, found)


def periodic(request: HttpRequest, *, context: contexts.Context) -> HttpResponseBase:
    """Show the periodic tasks, those that are late first."""
    return _page(request, "periodic", context, contexts.periodic(read(tasks=(), peek=1), read_periodic()))


def search(request: HttpRequest, *, context: contexts.Context) -> HttpResponseBase:
    """Show the tasks that match; go to the task if the text is its id or begins no other."""
    text = request.GET.get("q", "").strip()[:MAX_SEARCH]
    after = request.GET.get("after", "")[:MAX_SEARCH]
    among = scope(text, after)
    # The text may be the id of a task that is known from its sender only, or that waits far back.
    ids = among.ids if wants_part(request) else [text, *among.ids]
    reading = read(tasks=ids, overview=True)
    only = only_match(text, reading.snapshot)
    if only is not None and not wants_part(request):
        address = reverse("admin:queue_insight_task", current_app=request.current_app)
        return HttpResponseRedirect(f"{address}?{urlencode({'id': key(only)})}")
    return _page(request, "search", context, contexts.found(reading, text, among, after=after))


def _page(
    request: HttpRequest, name: str, context: contexts.Context, found: contexts.Context
) -> HttpResponseBase:
    base = "queue_insight/part.html" if wants_part(request) else "queue_insight/base.html"
    return TemplateResponse(
        request, f"queue_insight/{name}.html", {**context, **found, "base": base, **_permissions(request)}
    )


def _permissions(request: HttpRequest) -> contexts.Context:
    allowed = may(request)
    return {"may": allowed, "may_select": allowed["cancel"] or allowed["retry"]}


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
