"""The Django app config of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app and listens to sessions."""

    name = "timelapse.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Connect the receivers."""
        from timelapse.accounts import receivers  # noqa: PLC0415

        receivers.connect()
