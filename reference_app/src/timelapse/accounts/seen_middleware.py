"""Notes, after each answer, that the session of the request was seen. Most requests cost it no query."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.utils.decorators import sync_and_async_middleware

from timelapse.accounts import sessions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@sync_and_async_middleware
def note_sessions(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Look at requests that used their session, and leave the others alone."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            response = await cast("Awaitable[HttpResponseBase]", get_response(request))
            if _is_due(request):
                await sync_to_async(sessions.note)(visit_of(request))
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = cast("HttpResponseBase", get_response(request))
        if _is_due(request):
            sessions.note(visit_of(request))
        return response

    return answer


def _is_due(request: HttpRequest) -> bool:
    # One that nothing has read yet is not read for this.
    return request.session.accessed and sessions.is_due(request.session)


def visit_of(request: HttpRequest) -> sessions.Visit:
    """Return whose session it is and where they are."""
    return sessions.Visit(
        session=request.session,
        address=request.META.get("REMOTE_ADDR") or "",
        user_agent=request.META.get("HTTP_USER_AGENT") or "",
    )
