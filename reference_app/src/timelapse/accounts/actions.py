"""Writes of this app."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.db import transaction


@transaction.atomic
def ensure_operator(username: str = "admin") -> str | None:
    """Create the first account of a fresh installation, a superuser.

    Returns:
        The generated password, which is stored only as a hash; None if the account exists already.
    """
    if User.objects.filter(username=username).exists():
        return None
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser(username, password=password)
    return password
