"""The Django admin: transition buttons (disabled ones say why) and who holds the object now.

``class FilmAdmin(TransitionsMixin, admin.ModelAdmin): ...``
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.utils.translation import gettext

from fsmlock.declarations import transitions_of
from fsmlock.errors import FsmlockError, Refused, TransitionRefused
from fsmlock.evaluation import has_locks
from fsmlock.explanations import available
from fsmlock.inspection import cancel, holds_on
from fsmlock.transitions import apply_transition

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.db import models
    from django.http import HttpRequest, HttpResponse

    _Base = ModelAdmin[models.Model]
else:
    _Base = object

# ruff: noqa: ANN401 - Django's own arguments are handed on as they are


class TransitionsMixin(_Base):
    """Put it in front of ModelAdmin. The state itself is read-only: only transitions change it."""

    change_form_template = "fsmlock/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        """Also the state."""
        return (*super().get_readonly_fields(request, obj), "state")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Django's; when another process changed the state meanwhile, it says so and shows what is now."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except TransitionRefused as refused:
            say(request, refused)
            return HttpResponseRedirect(request.get_full_path())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds the transitions (for those who may change the object) and the holds to the page."""
        obj = context.get("original")
        if obj is not None:
            changes = self.has_change_permission(request, obj)
            context["fsmlock_transitions"] = available(obj, request.user) if changes else ()
            context["fsmlock_holds"] = holds_on(obj) if has_locks(obj) else ()
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        """A button was pressed: take the transition or ask the holder to stop, or say why not."""
        name, lock = request.POST.get("_fsmlock"), request.POST.get("_fsmlock_cancel")
        if name is None and lock is None:
            return super().response_change(request, obj)
        try:
            _ask(request, obj, lock) if name is None else _take(request, obj, name)
        except FsmlockError as refused:
            say(request, refused)
        return HttpResponseRedirect(request.get_full_path())


def _take(request: HttpRequest, obj: Any, name: str) -> None:
    apply_transition(obj, name, user=request.user)
    messages.success(
        request, gettext("%(transition)s: done.") % {"transition": transitions_of(type(obj))[name].label}
    )


def _ask(request: HttpRequest, obj: models.Model, lock: str | None) -> None:
    met = cancel(obj, lock or "", by=request.user.get_username())
    for hold in met:
        messages.success(request, gettext("%(holder)s was asked to stop.") % {"holder": hold.holder})
    if not met:
        messages.info(request, gettext("Nobody holds it any more."))


def say(request: HttpRequest, refused: FsmlockError) -> None:
    """Tell the user of the request every reason."""
    for reason in refused.reasons if isinstance(refused, Refused) else (refused,):
        messages.error(request, str(reason))
