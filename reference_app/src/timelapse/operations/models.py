"""The permission to see operations. There are no rows: queues, workers and holds are kept elsewhere."""

from __future__ import annotations

from django.db import models


class Operations(models.Model):
    """Names the permission."""

    class Meta:
        """No table, and no permissions but one."""

        managed = False
        default_permissions = ()
        permissions = (("view_operations", "Can view queues, workers, holds and running work"),)

    def __str__(self) -> str:
        """A name for the admin."""
        return "operations"
