"""Views for machines: metrics for Prometheus, and whether the figures can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from queue_insight import conf
from queue_insight.metrics import CONTENT_TYPE, exposition
from queue_insight.read import snapshot

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics to whoever sends QUEUE_INSIGHT['METRICS_TOKEN'] as a bearer token."""
    if not _may_scrape(request):
        return HttpResponseForbidden(
            "Send QUEUE_INSIGHT['METRICS_TOKEN'] as 'Authorization: Bearer ...'.\n", content_type="text/plain"
        )
    return HttpResponse(exposition(snapshot(tasks=(), peek=1)), content_type=CONTENT_TYPE)


@require_safe
@never_cache
def health(_request: HttpRequest) -> JsonResponse:
    """Return 200 if the broker can be read and the collector is current, else 503. It has no names."""
    now = snapshot(tasks=(), peek=1)
    state = {"broker": now.broker_read, "collector": now.fresh}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _may_scrape(request: HttpRequest) -> bool:
    token = conf.get().METRICS_TOKEN
    sent = request.headers.get("Authorization", "")
    return bool(token) and constant_time_compare(sent, f"Bearer {token}")
