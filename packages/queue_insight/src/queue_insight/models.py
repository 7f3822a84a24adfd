"""The tables: permissions of the queue page, paused queues, the record of actions, the collector's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Queue(models.Model):
    """Names the permissions, and is the page's place in the admin's index. There are no rows."""

    class Meta:
        """No table."""

        managed = False
        default_permissions = ("view",)
        permissions = (
            ("cancel_task", "Can cancel tasks"),
            ("retry_task", "Can send failed tasks again"),
            ("purge_queue", "Can delete all waiting tasks of a queue"),
            ("pause_queue", "Can pause and resume queues"),
            ("resize_worker", "Can change the number of slots of workers"),
            ("limit_task", "Can limit the rate of tasks"),
            ("shut_down_worker", "Can shut down workers"),
        )
        verbose_name = "queue"
        verbose_name_plural = "queues, tasks and workers"

    def __str__(self) -> str:
        """A name for the admin."""
        return "queue"


class PausedQueue(models.Model):
    """A queue that somebody paused from the page."""

    #: What stands for the queue's name in addresses: bounded, whatever the name is.
    key = models.CharField(max_length=128, unique=True)
    name = models.TextField()
    by = models.CharField(max_length=150)
    since = models.DateTimeField(default=timezone.now)
    #: The workers that stopped consuming it, which resume.
    workers = models.JSONField(default=list)

    class Meta:
        """Written by the page only."""

        default_permissions = ()

    def __str__(self) -> str:
        """The queue's name."""
        return self.name


class ActionRecord(models.Model):
    """Who did what from the page, and what came of it. Written before the action, completed after it."""

    at = models.DateTimeField(default=timezone.now)
    #: The name, so that the record outlives the account.
    by = models.CharField("user", max_length=150)
    action = models.CharField(max_length=32)
    #: The tasks, queue or workers, shortened.
    target = models.TextField()
    #: How many tasks or workers it concerned; None: not known.
    number = models.BigIntegerField("how many", null=True)
    result = models.TextField(default="Begun; how it ended is not known.")

    class Meta:
        """Read-only, so there is one permission."""

        default_permissions = ("view",)
        ordering = ("-pk",)
        verbose_name = "action"

    def __str__(self) -> str:
        """Who did what."""
        return f"{self.action} by {self.by}"


class KeyField(models.BinaryField):  # type: ignore[type-arg]
    """Bytes that are compared one by one, whatever the database's collation is."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return the type; MySQL, whose projects have these tables too, can't index a blob."""
        return "varbinary(1100)" if connection.vendor == "mysql" else super().db_type(connection)


class CollectorLease(models.Model):
    """Which collector may write, and how long what it wrote is valid; by the database's clock."""

    #: QUEUE_INSIGHT['KEY_PREFIX'].
    prefix = models.CharField(max_length=200, unique=True)
    #: Empty: nobody.
    holder = models.TextField(default="")
    token = models.BigIntegerField(default=0)
    ends_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    #: When the history expires.
    kept_until = models.DateTimeField(null=True)

    class Meta:
        """Written by the collector only."""

        default_permissions = ()

    def __str__(self) -> str:
        """The prefix."""
        return self.prefix


class CollectorRecord(models.Model):
    """One record of the collector's state."""

    lease = models.ForeignKey(CollectorLease, models.CASCADE, db_index=False)
    part = models.CharField(max_length=16)
    key = KeyField()
    record = models.BinaryField()

    class Meta:
        """Written by the collector only."""

        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("lease", "part", "key"), name="queue_insight_record_key"),
        )

    def __str__(self) -> str:
        """The part."""
        return self.part
