"""Views that the middleware's tests ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from eliot_progress import causal_id


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(causal_id())


async def awaited(request: HttpRequest) -> HttpResponse:
    return HttpResponse(causal_id())


def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError("no such thing")


urlpatterns = [path("plain", plain), path("awaited", awaited), path("broken", broken)]
