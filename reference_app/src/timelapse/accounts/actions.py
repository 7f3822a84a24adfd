"""Writes of this app."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.db import transaction


@transaction.atomic
def ensure_operator(username: str = "admin") -> str | None:
    """Make the first account of a fresh installation, a superuser.

    Returns:
        The generated password, shown once and stored hashed only; None when the account is there already.
    """
    if User.objects.filter(username=username).exists():
        return None
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser(username, password=password)
    return password
