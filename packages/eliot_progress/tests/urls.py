"""Views that the middleware's tests ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from eliot_progress import causal_id


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(causal_id())


async def awaited(request: HttpRequest) -> HttpResponse:
    return HttpResponse(causal_id())


def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError("no such thing")


async def broken_async(request: HttpRequest) -> HttpResponse:
    raise LookupError("no such thing")


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"a", b"b"]))


def captured(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def click(request: HttpRequest) -> HttpResponse:
    from tests import click_world  # noqa: PLC0415 - it is whole only in its own processes

    click_world.click()
    return HttpResponse(status=202)


views = (captured, click, plain, awaited, broken, broken_async, streamed)
urlpatterns = [path(view.__name__, view) for view in views]
