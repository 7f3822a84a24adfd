"""The rows of the database backend, and the fences that guard commits when holds live elsewhere."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Fence(models.Model):
    """The highest token that has written under a key. Used when holds are not in this database themselves."""

    key = models.CharField(max_length=255, primary_key=True)
    token = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} at {self.token}"


class Hold(models.Model):
    """A lock held on an object, the mark that a child's hold leaves on its parent, or one who waits.

    The primary key is the token, and the place in line. Times are microseconds of the store's clock
    (``*_us``): never compare them with a wall clock.
    """

    claim = models.CharField(max_length=32)
    resource = models.CharField(max_length=200)
    lock = models.CharField(max_length=100)
    kind = models.CharField(max_length=8)
    waits = models.BooleanField(default=False)
    holder = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    since_us = models.BigIntegerField()
    renewed_us = models.BigIntegerField()
    expires_us = models.BigIntegerField()
    stop_by = models.CharField(max_length=200, blank=True, default="")
    stop_why = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["resource"], name="fsmlock_hold_resource"),
            models.Index(fields=["claim"], name="fsmlock_hold_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.lock} on {self.resource}, {self.kind} by {self.holder}"
