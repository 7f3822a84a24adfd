"""The Django admin: transition buttons (disabled ones say why) and who holds the object now.

``class FilmAdmin(TransitionsMixin, admin.ModelAdmin): ...``
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect

from fsmlock.errors import Refused
from fsmlock.explanations import available
from fsmlock.holds import holds_on
from fsmlock.locks import Locks
from fsmlock.performing import perform

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.db import models
    from django.http import HttpRequest, HttpResponse

    _Base = ModelAdmin[models.Model]
else:
    _Base = object


class TransitionsMixin(_Base):
    """Put it in front of ModelAdmin. The state itself is read-only: only transitions change it."""

    change_form_template = "fsmlock/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        """Also the state."""
        return (*super().get_readonly_fields(request, obj), "state")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,  # noqa: ANN401 - Django's own arguments, handed on
        **kwargs: Any,  # noqa: ANN401 - Django's own arguments, handed on
    ) -> HttpResponse:
        """Adds the transitions and the holds to the page."""
        obj = context.get("original")
        if obj is not None:
            lockable = isinstance(getattr(obj, "locks", None), Locks)
            context["fsmlock_transitions"] = available(obj, request.user)
            context["fsmlock_holds"] = holds_on(obj) if lockable else ()
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        """A transition button was pressed: take it, or say why not."""
        name = request.POST.get("_fsmlock")
        if name is None:
            return super().response_change(request, obj)
        try:
            perform(obj, name, user=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, str(reason))
        else:
            messages.success(request, f"{name.replace('_', ' ').capitalize()}: done.")
        return HttpResponseRedirect(request.get_full_path())
