"""The Django admin: the queue page, for staff who may view it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.views.decorators.http import etag, require_POST, require_safe

from queue_insight.models import ActionRecord, Queue
from queue_insight.page import views
from queue_insight.page.acting import act

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.http import HttpRequest, HttpResponseBase
    from django.urls import URLPattern

    _View = Callable[..., HttpResponseBase]
    _Base = admin.ModelAdmin[Queue]
    _RecordBase = admin.ModelAdmin[ActionRecord]
else:
    _Base = _RecordBase = admin.ModelAdmin


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
            path("failures/", self._page(views.failures), name="queue_insight_failures"),
            path("periodic/", self._page(views.periodic), name="queue_insight_periodic"),
            path("search/", self._page(views.search), name="queue_insight_search"),
            path("act/", self._page(act, require_POST), name="queue_insight_act"),
        ]

    def _page(self, view: _View, method: Callable[[_View], _View] = require_safe) -> _View:
        """Restrict a view to staff who may view queues, and add the admin's template context."""

        @etag(views.version)
        def answer(request: HttpRequest) -> HttpResponseBase:
            if views.wants_part(request):
                return views.part(request, lambda: view(request, context={"opts": self.opts}))
            # Only the frame of a page shows what the admin knows of all its models.
            return view(request, context={**self.admin_site.each_context(request), "opts": self.opts})

        @method
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            request.current_app = self.admin_site.name
            response = answer(request)
            if views.wants_part(request):
                response.headers[views.PAUSE] = str(views.pause_ms(request))
            return response

        return self.admin_site.admin_view(guarded)


@admin.register(ActionRecord)
class ActionRecordAdmin(_RecordBase):
    """The record of all actions; nobody changes it."""

    list_display = ("at", "by", "action", "target", "number", "result")
    list_filter = ("action", "at")
    search_fields = ("by", "target")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's
        """Actions record themselves."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """What was done stays done."""
        return False

    has_delete_permission = has_change_permission
