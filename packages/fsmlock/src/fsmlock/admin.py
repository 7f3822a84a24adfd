"""The admin of runs: their progress, the items that failed, and buttons to pause, resume and cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin, messages
from django.http import HttpResponseRedirect

from fsmlock.adapters.admin import TransitionsMixin, show_error
from fsmlock.errors import FsmlockError
from fsmlock.models import ItemError, Run

# ruff: noqa: ARG002 - Django's own arguments

if TYPE_CHECKING:
    from django.db.models import Model
    from django.forms import ModelForm
    from django.http import HttpRequest, HttpResponse

    _Inline = admin.TabularInline[ItemError, Run]
    _Admin = admin.ModelAdmin[Run]
else:
    _Inline, _Admin = admin.TabularInline, admin.ModelAdmin


class ItemErrors(_Inline):
    """The items that failed, with their errors."""

    model = ItemError
    fields = readonly_fields = ("item", "error", "created_at")
    extra = 0
    can_delete = False
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds them by hand: runs do."""
        return False


@admin.register(Run)
class RunAdmin(TransitionsMixin, _Admin):
    """Read-only: iterations create runs, and workers change them."""

    list_display = ("__str__", "state", "progress", "failed", "by", "created_at")
    list_filter = ("state", "iteration")
    search_fields = ("iteration", "by")
    ordering = ("-pk",)
    show_full_result_count = False
    inlines: ClassVar = [ItemErrors]

    @admin.display(description="done")
    def progress(self, run: Run) -> str:
        """The progress in words, e.g. ``300 of 1000 mails``."""
        return f"{run.done} of {'?' if run.total is None else run.total} {run.unit}s"

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """All fields: none can be edited."""
        return tuple(field.name for field in Run._meta.concrete_fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds them by hand: ``Iteration.enqueue`` does."""
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Run], change: bool) -> None:
        """Save nothing: a worker writes to the same row."""

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Apply the transition of the button that was pressed, or show why it is blocked."""
        name = request.POST.get("_fsmlock")
        if name is None or not isinstance(obj, Run):
            return super().response_change(request, obj)
        try:
            obj.apply_transition(name, by=request.user.get_username())
        except FsmlockError as refused:
            show_error(request, refused)
        else:
            messages.success(request, f"{obj} is {obj.state}.")
        return HttpResponseRedirect(request.get_full_path())
