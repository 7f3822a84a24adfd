"""The admin's sign-in form says when the next attempt is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from timelapse.accounts.throttle import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest


class ThrottledSignInForm(AdminAuthenticationForm):
    """Django's form, which would call a refused attempt a wrong password."""

    request: HttpRequest

    def get_invalid_login_error(self) -> ValidationError:
        """Name the reason for which this attempt was refused."""
        found = refusal(self.request)
        if found is None:
            return super().get_invalid_login_error()
        return ValidationError(f"{found.message} {found.remedy}", code=found.code)


admin.site.login_form = ThrottledSignInForm
