"""What the first run leaves: how to make the first account, and what people call the place."""

from __future__ import annotations

from django.db import models

from timelapse.accounts.domain import LONGEST_PLACE


class SetUpCode(models.Model):
    """The code with which the first account is made. There is one row at most, and none once it is used."""

    code = models.CharField(max_length=20)

    class Meta:
        """Nobody edits it."""

        default_permissions = ()

    def __str__(self) -> str:
        """What it is. It is a secret."""
        return "Set-up code"


class Place(models.Model):
    """What people call this installation. There is one row at most."""

    name = models.CharField(max_length=LONGEST_PLACE)

    class Meta:
        """It is made with the first account, and changed in the administration."""

        default_permissions = ("change", "view")

    def __str__(self) -> str:
        """Its name."""
        return self.name
