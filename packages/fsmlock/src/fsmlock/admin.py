"""The admin of runs: progress, failed items with buttons to retry them, and buttons to pause and cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext

from fsmlock.adapters.admin import TransitionsMixin, show_error
from fsmlock.errors import FsmlockError
from fsmlock.iteration.execution import load_iteration
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
    """The items that failed, with their errors, and a button to retry each once the run is over."""

    model = ItemError
    fields = readonly_fields = ("item", "error", "created_at", "retry")
    extra = 0
    can_delete = False
    ordering = ("-pk",)

    @admin.display(description="")
    def retry(self, error: ItemError) -> str:
        """The button."""
        if not error.run.has_ended:
            return ""
        button = '<button type="submit" class="button" name="_fsmlock_retry" value="{}">{}</button>'
        return format_html(button, error.pk, gettext("Retry"))

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
        """Apply the transition of the button that was pressed or retry its item, or show why that fails."""
        name, error = request.POST.get("_fsmlock"), request.POST.get("_fsmlock_retry")
        if (name is None and error is None) or not isinstance(obj, Run):
            return super().response_change(request, obj)
        by = request.user.get_username()
        try:
            if name is None:
                messages.success(request, _retry_one(obj, error or "", by))
            else:
                obj.apply_transition(name, by=by)
                messages.success(request, f"{obj} is {obj.state}.")
        except FsmlockError as refused:
            show_error(request, refused)
        return HttpResponseRedirect(request.get_full_path())


def _retry_one(run: Run, key: str, by: str) -> str:
    """Retry one failed item of a run that is over. Returns what happened."""
    error = run.errors.filter(pk=key).first() if key.isdecimal() else None
    if error is None or not run.has_ended:
        return gettext("Nothing to retry: that item is gone, or %(run)s is not over.") % {"run": run}
    retry = type(load_iteration(run)).retry_failed(run, only=[error], by=by)
    if retry.retried_errors != [error.pk]:
        return gettext("%(run)s is retrying failed items already. Try again once it is over.") % {
            "run": retry
        }
    return gettext("%(run)s retries %(item)s.") % {"run": retry, "item": error.item}
