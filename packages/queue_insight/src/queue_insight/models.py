"""The permission to view the queue page. There are no rows: queues, tasks and workers are kept elsewhere."""

from __future__ import annotations

from django.db import models


class Queue(models.Model):
    """Names the permission, and is the page's place in the admin's index."""

    class Meta:
        """No table, and no permissions but one."""

        managed = False
        default_permissions = ("view",)
        verbose_name = "queue"
        verbose_name_plural = "queues, tasks and workers"

    def __str__(self) -> str:
        """A name for the admin."""
        return "queue"
