"""The Django admin: buttons for transitions and actions (disabled ones say why), and the holds.

``class FilmAdmin(TransitionsMixin, admin.ModelAdmin): ...``
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.utils.translation import gettext

from fsmlock.errors import FsmlockError, Refused, TransitionRefused
from fsmlock.evaluation import has_locks
from fsmlock.explanations import available
from fsmlock.inspection import cancel, holds_on
from fsmlock.offered_calls import offered_call
from fsmlock.stateful import Stateful

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.contrib.admin import ModelAdmin
    from django.db import models
    from django.http import HttpRequest, HttpResponse

    from fsmlock.explanations import Available
    from fsmlock.reasons import Reason

    _Base = ModelAdmin[models.Model]
else:
    _Base = object

# ruff: noqa: ANN401 - Django's own arguments are passed through unchanged


class TransitionsMixin(_Base):
    """Put it before ModelAdmin in the bases. The state is read-only: only transitions change it."""

    change_form_template = "fsmlock/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        """Add the state, if the model has one, to the read-only fields."""
        state = ("state",) if issubclass(self.model, Stateful) else ()
        return (*super().get_readonly_fields(request, obj), *state)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """If another process changed the state meanwhile, show why and reload the page."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except TransitionRefused as refused:
            show_error(request, refused)
            return HttpResponseRedirect(request.get_full_path())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the transitions and actions (for users who may change the object) and the holds to the page."""
        obj = context.get("original")
        if obj is not None:
            changes = self.has_change_permission(request, obj)
            buttons = _buttons(obj, request) if changes else []
            shared = _shared_reasons(buttons)
            context["fsmlock_shared_reasons"] = shared
            context["fsmlock_transitions"] = [
                replace(each, reasons=tuple(reason for reason in each.reasons if reason not in shared))
                for each in buttons
            ]
            context["fsmlock_holds"] = holds_on(obj) if has_locks(obj) else ()
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        """Do what the pressed button says: a transition, an action or a stop request; or show why not."""
        name, lock = request.POST.get("_fsmlock"), request.POST.get("_fsmlock_cancel")
        if name is None and lock is None:
            return super().response_change(request, obj)
        try:
            _request_stop(request, obj, lock) if name is None else _apply(request, obj, name)
        except FsmlockError as refused:
            show_error(request, refused)
        return HttpResponseRedirect(request.get_full_path())


def _buttons(obj: models.Model, request: HttpRequest) -> list[Available]:
    """What is available, except actions that need arguments: a button has none."""
    return [
        each
        for each in available(obj, request.user)
        if each.kind == "transition" or _takes_no_arguments(getattr(obj, each.name))
    ]


def _shared_reasons(buttons: Sequence[Available]) -> Sequence[Reason]:
    """The reasons that all of several disabled buttons have, to be said once."""
    first, *others = [each.reasons for each in buttons if not each.allowed] or [()]
    return [reason for reason in first if others and all(reason in each for each in others)]


def _takes_no_arguments(method: Callable[..., object]) -> bool:
    try:
        inspect.signature(method).bind()
    except TypeError:
        return False
    return True


def _apply(request: HttpRequest, obj: models.Model, name: str) -> None:
    call = offered_call(obj, name, {})
    call.apply(user=request.user)
    messages.success(request, gettext("%(transition)s: done.") % {"transition": call.operation.label})


def _request_stop(request: HttpRequest, obj: models.Model, lock: str | None) -> None:
    stopping = cancel(obj, lock or "", by=request.user.get_username())
    for hold in stopping:
        messages.success(request, gettext("%(holder)s was requested to stop.") % {"holder": hold.holder})
    if not stopping:
        messages.info(request, gettext("Nobody holds it any more."))


def show_error(request: HttpRequest, refused: FsmlockError) -> None:
    """Show every reason to the user as a message."""
    for reason in refused.reasons if isinstance(refused, Refused) else (refused,):
        messages.error(request, str(reason))
