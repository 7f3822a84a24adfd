"""The Django app config of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app."""

    name = "timelapse.accounts"
    label = "accounts"
