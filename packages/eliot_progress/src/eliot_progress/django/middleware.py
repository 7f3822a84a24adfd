"""One action for each request, sync and async, and the causal id in the response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import StreamingHttpResponse

from eliot_progress import context, ids, sanitise
from eliot_progress.django import conf, polls
from eliot_progress.django.streaming import streamed

if TYPE_CHECKING:
    from types import TracebackType

    from django.http import HttpRequest, HttpResponseBase

#: The response header with the causal id: 32 hex digits to search the log for.
HEADER = "X-Causal-Id"

_ACTION = "_eliot_progress_action"

_Sync = Callable[["HttpRequest"], "HttpResponseBase"]
_Async = Callable[["HttpRequest"], Awaitable["HttpResponseBase"]]


class CausalMiddleware:
    """Runs everything behind it inside an eliot action `http:request`. Put it first."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: _Sync | _Async) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Process the request. What our own pages ask again and again is left out of the log."""
        if polls.is_poll(request):
            return self._get_response(request)
        if self._is_async:
            return self._process(request)
        action = _begin(request)
        with _ActionContext(action):
            response = cast("_Sync", self._get_response)(request)
        return _end(action, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """End the action with the view's exception, which Django then turns into status 500."""
        action = getattr(request, _ACTION, None)
        if action is not None:
            action.finish(exception)

    async def _process(self, request: HttpRequest) -> HttpResponseBase:
        action = _begin(request)
        with _ActionContext(action):
            response = await cast("_Async", self._get_response)(request)
        return _end(action, response)


def _begin(request: HttpRequest) -> context.Action:
    fields = {"method": sanitise.text(request.method), "path": sanitise.text(request.path)}
    origin = context.extract(_trace_headers(request)) if _is_trusted(request) else None
    action = context.continue_from(origin, "http:request", **fields)
    setattr(request, _ACTION, action)
    return action


def _trace_headers(request: HttpRequest) -> dict[str, str]:
    """Read the headers from META: `request.headers` would convert them all, which is slow."""
    meta = request.META
    return {"traceparent": meta.get("HTTP_TRACEPARENT", ""), "tracestate": meta.get("HTTP_TRACESTATE", "")}


def _is_trusted(request: HttpRequest) -> bool:
    """Whether to adopt this request's `traceparent`: third parties must not write into our trees."""
    adopt = conf.get().ADOPT
    if adopt == conf.SAME_ORIGIN:
        return request.META.get("HTTP_SEC_FETCH_SITE") == "same-origin"
    return adopt == conf.ALWAYS


class _ActionContext:
    """Makes an action current, and ends it when there is no response."""

    # A class, because a generator takes four times as long to enter and exit.
    __slots__ = ("_action",)

    def __init__(self, action: context.Action) -> None:
        self._action = action

    def __enter__(self) -> None:
        self._action.enter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._action.leave()
        if error is not None:
            self._action.finish(error)


def _end(action: context.Action, response: HttpResponseBase) -> HttpResponseBase:
    """Add the causal id to the response, and end the action. A streamed response ends with its last part."""
    response[HEADER] = ids.causal_id(action.task_uuid)
    action.add_success_fields(status=response.status_code)
    # A file that the server sends by itself runs no code of ours.
    if isinstance(response, StreamingHttpResponse) and getattr(response, "file_to_stream", None) is None:
        response.streaming_content = streamed(response.streaming_content, action)
    else:
        action.finish()
    return response
