"""The rows of the database backend, and the fences that guard commits when holds live elsewhere."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Fence(models.Model):
    """The highest token that has written under a lock. Used when holds are not in this database."""

    resource = models.CharField(max_length=200)
    kind = models.CharField(max_length=8)
    lock = models.CharField(max_length=100)
    token = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["resource", "kind", "lock"], name="fsmlock_fence_once")
        ]

    def __str__(self) -> str:
        return f"{self.lock} on {self.resource} at {self.token}"


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
    #: The clock of the holder's host, and when by it the lease is over: see fsmlock.clock.
    clock = models.CharField(max_length=16, db_default="")
    clock_expires_us = models.BigIntegerField(db_default=0)
    stop_by = models.CharField(max_length=200, blank=True, default="")
    stop_why = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["resource", "lock", "kind", "claim"], name="fsmlock_hold_decide"),
            models.Index(fields=["resource"], name="fsmlock_hold_waits", condition=models.Q(waits=True)),
            models.Index(fields=["claim"], name="fsmlock_hold_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.lock} on {self.resource}, {self.kind} by {self.holder}"
