"""The Django admin: running tasks, and the log explorer. Both are read-only."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.views.decorators.http import require_safe

from eliot_progress.django import views
from eliot_progress.django.models import LogMessage, TaskRecord
from eliot_progress.django.overview import overview

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.http import HttpRequest, HttpResponseBase
    from django.urls import URLPattern

    _Base = admin.ModelAdmin[Model]
else:
    _Base = admin.ModelAdmin

_P = ParamSpec("_P")


class ReadOnlyAdmin(_Base):
    """Replaces the list of rows by a page of its own, for users who may view the model."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's
        """Only the program itself writes here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """Recorded messages never change."""
        return False

    has_delete_permission = has_change_permission

    def page(
        self, view: Callable[Concatenate[HttpRequest, _P], HttpResponseBase]
    ) -> Callable[Concatenate[HttpRequest, _P], HttpResponseBase]:
        """Restrict a view to users who may view the model, and add the admin's template context."""

        @require_safe
        @wraps(view)
        def guarded(request: HttpRequest, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            context = {**self.admin_site.each_context(request), "opts": self.opts}
            return view(request, *args, **kwargs, context=context)  # type: ignore[arg-type] # one keyword more

        return self.admin_site.admin_view(guarded)  # type: ignore[return-value] # Django's own wrapper


@admin.register(TaskRecord)
class TaskAdmin(ReadOnlyAdmin):
    """The running and recently finished tasks."""

    def get_urls(self) -> list[URLPattern]:
        """Return the one page."""
        return [path("", self.page(overview), name="eliot_progress_taskrecord_changelist")]


@admin.register(LogMessage)
class LogAdmin(ReadOnlyAdmin):
    """The log explorer."""

    def get_urls(self) -> list[URLPattern]:
        """Return the search, the trees, their rows and the exports."""
        return [
            path("", self.page(views.explorer), name="eliot_progress_logmessage_changelist"),
            path("export/", self.page(views.export_search), name="eliot_progress_export"),
            path("<slug:causal_id>/", self.page(views.tree), name="eliot_progress_tree"),
            path("<slug:causal_id>/rows/", self.page(views.rows), name="eliot_progress_rows"),
            path("<slug:causal_id>/export/", self.page(views.export_tree), name="eliot_progress_tree_export"),
        ]
