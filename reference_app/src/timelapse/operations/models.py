"""The permission to see operations, and paused queues with what can be done about them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from fsmlock import Confirmation, Offer, action
from queue_insight.models import PausedQueue


class Operations(models.Model):
    """Names the permission. There are no rows: queues, workers and holds are kept elsewhere."""

    class Meta:
        """No table, and no permissions but one."""

        managed = False
        default_permissions = ()
        permissions = (("view_operations", "Can view queues, workers, holds and running work"),)

    def __str__(self) -> str:
        """A name for the admin."""
        return "operations"


class QueuePause(PausedQueue):
    """A pause of a queue, which ends when somebody resumes the queue: then its row goes."""

    state: ClassVar[str] = "paused"

    class Meta:
        """The table and the permissions are queue_insight's."""

        proxy = True
        default_permissions = ()

    def __str__(self) -> str:
        """What people call it."""
        return f"Queue “{self.name}”"

    @action(
        label="Resume the queue",
        permission="queue_insight.pause_queue",
        offer=Offer(
            kind="primary",
            confirm=Confirmation(
                title="Resume this queue?",
                text="The workers that stopped taking from it take from it again.",
            ),
        ),
    )
    def resume(self) -> None:
        """The workers that stopped taking from it take from it again."""
