from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from timelapse.accounts.actions import ensure_operator

pytestmark = pytest.mark.django_db


def test_the_first_start_makes_an_operator_with_a_generated_password():
    password = ensure_operator()
    user = authenticate(username="admin", password=password)
    assert user is not None
    assert user.is_superuser


def test_later_starts_leave_the_operator_alone():
    password = ensure_operator()
    assert ensure_operator() is None
    assert authenticate(username="admin", password=password) is not None
    assert User.objects.count() == 1
