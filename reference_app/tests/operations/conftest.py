"""Somebody who may view all work."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission


@pytest.fixture
def viewer(user):
    """The signed-in user, who may view runs, too."""
    user.user_permissions.add(Permission.objects.get(codename="view_run"))
    return type(user).objects.get(pk=user.pk)  # permissions are cached
