"""The Django admin: the queue page, for staff who may view it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.views.decorators.http import require_safe

from queue_insight.models import Queue
from queue_insight.page import views

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.http import HttpRequest, HttpResponseBase
    from django.urls import URLPattern

    _Base = admin.ModelAdmin[Queue]
else:
    _Base = admin.ModelAdmin

_P = ParamSpec("_P")


@admin.register(Queue)
class QueueAdmin(_Base):
    """Replaces the list of rows, of which there are none, by the queue page."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's
        """Queues are not rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """Queues are not rows."""
        return False

    has_delete_permission = has_change_permission

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the page's views."""
        return [
            path("", self._page(views.overview), name="queue_insight_queue_changelist"),
            path("queue/", self._page(views.queue), name="queue_insight_queue"),
            path("task/", self._page(views.task), name="queue_insight_task"),
            path("workers/", self._page(views.workers), name="queue_insight_workers"),
            path("search/", self._page(views.search), name="queue_insight_search"),
        ]

    def _page(
        self, view: Callable[Concatenate[HttpRequest, _P], HttpResponseBase]
    ) -> Callable[Concatenate[HttpRequest, _P], HttpResponseBase]:
        """Restrict a view to staff who may view queues, and add the admin's template context."""

        @require_safe
        @wraps(view)
        def guarded(request: HttpRequest, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            request.current_app = self.admin_site.name
            context = {**self.admin_site.each_context(request), "opts": self.opts}
            return view(request, *args, **kwargs, context=context)  # type: ignore[arg-type] # one keyword more

        return self.admin_site.admin_view(guarded)  # type: ignore[return-value] # Django's own wrapper
