"""Views that the middleware's tests ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from eliot_progress import causal_id, log_message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


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


def parts() -> Iterator[str]:
    log_message("part:made")
    yield str(causal_id())
    yield str(causal_id())


def streamed_ids(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(parts())


async def streamed_ids_async(request: HttpRequest) -> StreamingHttpResponse:
    async def made() -> AsyncIterator[str]:
        for part in parts():
            yield part

    return StreamingHttpResponse(made())


def torn(request: HttpRequest) -> StreamingHttpResponse:
    def made() -> Iterator[str]:
        yield "a"
        raise LookupError("no more")

    return StreamingHttpResponse(made())


def captured(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def click(request: HttpRequest) -> HttpResponse:
    from tests import click_world  # noqa: PLC0415 - it is whole only in its own processes

    click_world.click()
    return HttpResponse(status=202)


views = (
    streamed_ids,
    streamed_ids_async,
    torn,
    captured,
    click,
    plain,
    awaited,
    broken,
    broken_async,
    streamed,
)
urlpatterns = [
    path("admin/", admin.site.urls),
    path("progress/", include("eliot_progress.django.urls")),
    *(path(view.__name__, view) for view in views),
]
