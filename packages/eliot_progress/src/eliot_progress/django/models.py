"""The database tables: the newest state of each task, the log's messages, and their actions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from eliot_progress.messages import OUTCOMES

#: A causal id: 32 hex digits.
_CAUSAL = 32
#: Characters of an action type or message type; longer ones are cut.
KIND = 200


class TaskRecord(models.Model):
    """A task that reports: its newest state, also after its end."""

    id = models.CharField(primary_key=True, max_length=320)
    causal_id = models.CharField(max_length=_CAUSAL, db_index=True)
    about = models.CharField(max_length=KIND, blank=True)
    action_type = models.CharField(max_length=KIND)
    #: Seconds since 1970 by the sender's clock.
    started_at = models.FloatField()
    #: The highest rank is the newest report; an outcome outranks any seq.
    rank = models.BigIntegerField()
    outcome = models.CharField(max_length=16, blank=True)
    #: A newer task of the same type about the same object exists.
    superseded = models.BooleanField(default=False)
    #: When the report was received, by the database's clock.
    received_at = models.DateTimeField(db_index=True)
    #: The TaskState as `to_dict` returns it.
    state = models.JSONField()

    class Meta:
        verbose_name = "task"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["about", "-started_at", "-id"], name="ep_task_about"),
            models.Index(
                fields=["-started_at", "-id"],
                name="ep_task_active",
                condition=Q(outcome="", superseded=False),
            ),
            models.Index(
                fields=["outcome", "-received_at", "-id"], name="ep_task_ended", condition=~Q(outcome="")
            ),
        ]

    def __str__(self) -> str:
        return self.id


class LogAction(models.Model):
    """One action: its start, its end and its newest report, in whatever order they arrive.

    A row without messages of its own is the placeholder of an action whose descendants have arrived.
    """

    causal_id = models.CharField(max_length=_CAUSAL)
    #: The level as text that sorts like the tree (`ids.encode_path`); empty for the root.
    path = models.TextField(blank=True)
    #: The path of the parent action; null for the root.
    parent = models.TextField(null=True)  # noqa: DJ001 - "" is the path of the root, which has no parent
    action_type = models.CharField(max_length=KIND, blank=True)
    #: started, succeeded, failed or cancelled; empty until the start or the end arrives.
    status = models.CharField(max_length=16, blank=True)
    started_at = models.FloatField(null=True)
    ended_at = models.FloatField(null=True)
    duration_s = models.FloatField(null=True)
    reason = models.TextField(blank=True)
    #: From the newest report.
    done = models.FloatField(null=True)
    total = models.FloatField(null=True)
    unit = models.CharField(max_length=KIND, blank=True)
    seq = models.BigIntegerField(null=True)
    #: The time of the action's newest message; for the root, of the task's newest message.
    last_message_at = models.FloatField()

    class Meta:
        verbose_name = "action"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["causal_id", "path"], name="ep_action_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["causal_id", "parent", "path"], name="ep_action_parent"),
            models.Index(fields=["-last_message_at"], name="ep_action_roots", condition=Q(parent=None)),
            models.Index(fields=["causal_id", "path"], name="ep_action_failed", condition=Q(status="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.causal_id}/{self.path} {self.action_type}"


class LogMessage(models.Model):
    """One message of the log, stored once however often it is delivered."""

    causal_id = models.CharField(max_length=_CAUSAL)
    path = models.TextField()
    #: The path of its action.
    action = models.TextField(blank=True)
    #: The action type or message type.
    kind = models.CharField(max_length=KIND, blank=True)
    #: The action status; empty for a plain message.
    status = models.CharField(max_length=16, blank=True)
    #: Whether it is a progress report, which a tree shows as the progress bar of its action.
    report = models.BooleanField(default=False)
    #: Seconds since 1970 by the sender's clock.
    at = models.FloatField()
    #: For the end of an action: its duration.
    duration_s = models.FloatField(null=True)
    #: The message as JSON, without the fields in the columns above.
    body = models.TextField()

    class Meta:
        verbose_name = "log message"
        verbose_name_plural = "log"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["causal_id", "path"], name="ep_message_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at", "id"], name="ep_message_at"),
            models.Index(fields=["kind", "at", "id"], name="ep_message_kind"),
            models.Index(fields=["status", "at", "id"], name="ep_message_status", condition=~Q(status="")),
            models.Index(
                fields=["duration_s", "id"], name="ep_message_slow", condition=Q(duration_s__isnull=False)
            ),
            models.Index(
                fields=["causal_id"],
                name="ep_message_unmeasured",
                condition=Q(status__in=OUTCOMES, duration_s__isnull=True),
            ),
            models.Index(
                fields=["causal_id", "action", "status", "path"],
                name="ep_message_of",
                condition=Q(report=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.causal_id}/{self.path} {self.kind}"


class LogFile(models.Model):
    """How far a log file has been imported, so that a restart resumes there."""

    path = models.TextField(primary_key=True)
    inode = models.BigIntegerField()
    offset = models.BigIntegerField()
    #: Recognises the file (`reading.Position.mark`).
    mark = models.CharField(max_length=16, blank=True)

    def __str__(self) -> str:
        return self.path
