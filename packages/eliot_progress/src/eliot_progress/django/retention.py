"""Retention: deletes whole tasks, the oldest first, by age and by size."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from django.db import connections, transaction
from django.db.models import Count, Sum
from django.db.models.functions import Length

from eliot_progress.django import conf
from eliot_progress.django.models import LogAction, LogMessage, TaskRecord

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Tasks deleted in one transaction, so that the writer never waits long.
_BATCH = 200
#: Bytes of a message besides its body (columns, indexes, its share of an action's row), as measured by
#: `benchmarks/logstore.py` with bodies of 190 bytes. They include the full-text index, which is larger for
#: longer bodies.
_OVERHEAD = {"sqlite": 450, "postgresql": 1200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was deleted."""

    tasks: int
    messages: int


def older_than(cutoff: float) -> Pruned:
    """Delete the tasks whose last message was logged before `cutoff` (seconds since 1970)."""
    tasks = messages = 0
    while deleted := _delete(list(_oldest().filter(last_message_at__lt=cutoff)[:_BATCH])):
        tasks, messages = tasks + deleted.tasks, messages + deleted.messages
    TaskRecord.objects.exclude(outcome="").filter(started_at__lt=cutoff).delete()
    return Pruned(tasks=tasks, messages=messages)


def larger_than(max_bytes: int) -> Pruned:
    """Delete the oldest tasks until the rest takes at most `max_bytes` bytes (see `size_bytes`)."""
    tasks = messages = 0
    excess = size_bytes() - max_bytes
    while excess > 0:
        oldest = list(_oldest()[:_BATCH])
        sizes = _sizes(oldest)
        enough = next((n for n, size in enumerate(accumulate(sizes), 1) if size >= excess), len(sizes))
        deleted = _delete(oldest[:enough])
        if deleted is None:
            break
        tasks, messages = tasks + deleted.tasks, messages + deleted.messages
        excess -= sum(sizes[:enough])
    return Pruned(tasks=tasks, messages=messages)


def _sizes(roots: list[LogAction]) -> list[int]:
    """Return the size of each of these tasks in bytes."""
    found = LogMessage.objects.filter(causal_id__in=[root.causal_id for root in roots]).values("causal_id")
    sizes = {
        row["causal_id"]: int(row["texts"]) + _overhead() * int(row["count"])
        for row in found.annotate(texts=Sum(Length("body")), count=Count("id"))
    }
    return [sizes.get(root.causal_id, 0) for root in roots]


def size_bytes() -> int:
    """Return the estimated size of all messages in bytes: their texts, columns and indexes.

    This is not the file's size: databases keep the space of deleted rows for new ones.
    """
    totals = LogMessage.objects.aggregate(texts=Sum(Length("body")), count=Count("id"))
    return int(totals["texts"] or 0) + _overhead() * int(totals["count"])


def _overhead() -> int:
    return _OVERHEAD.get(connections[conf.get().DATABASE].vendor, max(_OVERHEAD.values()))


def _oldest() -> QuerySet[LogAction]:
    return LogAction.objects.filter(parent=None).order_by("last_message_at")


def _delete(roots: list[LogAction]) -> Pruned | None:
    if not roots:
        return None
    causal_ids = [root.causal_id for root in roots]
    with transaction.atomic(using=conf.get().DATABASE):
        messages, _ = LogMessage.objects.filter(causal_id__in=causal_ids).delete()
        LogAction.objects.filter(causal_id__in=causal_ids).delete()
    return Pruned(tasks=len(roots), messages=messages)
