"""The admin's sign-in form says when the next attempt is allowed, and the place is renamed there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from timelapse.accounts.first_run_models import Place
from timelapse.accounts.throttle import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

    _ModelAdmin = admin.ModelAdmin[Place]
else:
    _ModelAdmin = admin.ModelAdmin


class ThrottledSignInForm(AdminAuthenticationForm):
    """Django's form, which would call a refused attempt a wrong password."""

    request: HttpRequest

    def get_invalid_login_error(self) -> ValidationError:
        """Name the reason for which this attempt was refused."""
        found = refusal(self.request)
        if found is None:
            return super().get_invalid_login_error()
        return ValidationError(f"{found.message} {found.remedy}", code=found.code)


@admin.register(Place)
class PlaceAdmin(_ModelAdmin):
    """The one place, which is made with the first account."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """There is one at most."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Place | None = None) -> bool:  # noqa: ARG002
        """It is renamed instead."""
        return False


admin.site.login_form = ThrottledSignInForm
