"""One action for each request, sync and async, and the causal id in the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import StreamingHttpResponse

from eliot_progress import context, ids, sanitise
from eliot_progress._eliot import CURRENT_ACTION
from eliot_progress.django import conf
from eliot_progress.django.streaming import streamed

if TYPE_CHECKING:
    from types import TracebackType

    from django.http import HttpRequest, HttpResponseBase

#: The answer's header: 32 hex digits to search the log for.
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
        """Answer the request."""
        if self._is_async:
            return self._answer(request)
        action = _begin(request)
        with _Around(action):
            response = cast("_Sync", self._get_response)(request)
        return _end(action, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Django turns the view's exception into an answer with status 500; the action must still tell it."""
        action = getattr(request, _ACTION, None)
        if action is not None:
            action.finish(exception)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        action = _begin(request)
        with _Around(action):
            response = await cast("_Async", self._get_response)(request)
        return _end(action, response)


def _begin(request: HttpRequest) -> context.Action:
    fields = {"method": sanitise.text(request.method), "path": sanitise.text(request.path)}
    origin = context.extract(_carried(request)) if _believed(request) else None
    action = context.continue_from(origin, "http:request", **fields)
    setattr(request, _ACTION, action)
    return action


def _carried(request: HttpRequest) -> dict[str, str]:
    """Out of META: `request.headers` would name all headers anew, which costs more than all the rest."""
    told = request.META
    return {"traceparent": told.get("HTTP_TRACEPARENT", ""), "tracestate": told.get("HTTP_TRACESTATE", "")}


def _believed(request: HttpRequest) -> bool:
    """Whether this request's `traceparent` is adopted: strangers must not write into our trees."""
    adopt = conf.get().ADOPT
    if adopt == conf.SAME_ORIGIN:
        return request.META.get("HTTP_SEC_FETCH_SITE") == "same-origin"
    return adopt == conf.ALWAYS


class _Around:
    """Makes an action the current one; ends it when there is no answer."""

    # A class, since a generator takes four times as long to enter and leave.
    __slots__ = ("_action", "_token")

    def __init__(self, action: context.Action) -> None:
        self._action = action

    def __enter__(self) -> None:
        self._token = CURRENT_ACTION.set(self._action)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        CURRENT_ACTION.reset(self._token)
        if error is not None:
            self._action.finish(error)


def _end(action: context.Action, response: HttpResponseBase) -> HttpResponseBase:
    """Name the action in the answer, and end it; that of a streamed answer ends with its last part."""
    response[HEADER] = ids.causal_id(action.task_uuid)
    action.add_success_fields(status=response.status_code)
    # A file that the server itself sends has no code of ours to follow.
    if isinstance(response, StreamingHttpResponse) and getattr(response, "file_to_stream", None) is None:
        response.streaming_content = streamed(response.streaming_content, action)
    else:
        action.finish()
    return response
