"""The admin's sign-in form says when the next attempt is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from timelapse.accounts.throttle import too_many_attempts, wait_s

if TYPE_CHECKING:
    from django.http import HttpRequest


class ThrottledSignInForm(AdminAuthenticationForm):
    """Django's form, which would call a refused attempt a wrong password."""

    request: HttpRequest

    def get_invalid_login_error(self) -> ValidationError:
        """Name the reason for which this attempt was refused."""
        wait = wait_s(self.request)
        if wait is None:
            return super().get_invalid_login_error()
        return ValidationError(" ".join(too_many_attempts(wait)), code="too_many_attempts")


admin.site.login_form = ThrottledSignInForm
