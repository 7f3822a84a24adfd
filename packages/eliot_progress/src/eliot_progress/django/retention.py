"""Forgetting: whole tasks, the oldest first, by age and by size."""

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

#: Tasks forgotten in one transaction, so that the writer never waits long.
_AT_ONCE = 200
#: What a message takes besides its body (columns, indexes, its share of an action's row), in bytes: measured
#: by `benchmarks/logstore.py` with bodies of 190 bytes. The full-text index is in it: longer ones take more.
_OVERHEAD = {"sqlite": 450, "postgresql": 1200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was forgotten."""

    tasks: int
    messages: int


def older_than(cutoff: float) -> Pruned:
    """Forget the tasks whose last message came before `cutoff` (seconds since 1970)."""
    tasks = messages = 0
    while gone := _forget(list(_oldest().filter(last_message_at__lt=cutoff)[:_AT_ONCE])):
        tasks, messages = tasks + gone.tasks, messages + gone.messages
    TaskRecord.objects.exclude(outcome="").filter(started_at__lt=cutoff).delete()
    return Pruned(tasks=tasks, messages=messages)


def larger_than(most: int) -> Pruned:
    """Forget the oldest tasks until what is kept takes at most `most` bytes, by estimate (see `taken`)."""
    tasks = messages = 0
    excess = taken() - most
    while excess > 0:
        oldest = list(_oldest()[:_AT_ONCE])
        sizes = _sizes(oldest)
        enough = next((n for n, size in enumerate(accumulate(sizes), 1) if size >= excess), len(sizes))
        gone = _forget(oldest[:enough])
        if gone is None:
            break
        tasks, messages = tasks + gone.tasks, messages + gone.messages
        excess -= sum(sizes[:enough])
    return Pruned(tasks=tasks, messages=messages)


def _sizes(roots: list[LogAction]) -> list[int]:
    """The bytes that each of these tasks takes."""
    found = LogMessage.objects.filter(causal_id__in=[root.causal_id for root in roots]).values("causal_id")
    sizes = {
        row["causal_id"]: int(row["texts"]) + _overhead() * int(row["count"])
        for row in found.annotate(texts=Sum(Length("body")), count=Count("id"))
    }
    return [sizes.get(root.causal_id, 0) for root in roots]


def taken() -> int:
    """The bytes that the messages take: their texts and an estimate for columns and indexes.

    Not the file's size: databases keep the room of what was deleted for what comes next.
    """
    told = LogMessage.objects.aggregate(texts=Sum(Length("body")), count=Count("id"))
    return int(told["texts"] or 0) + _overhead() * int(told["count"])


def _overhead() -> int:
    return _OVERHEAD.get(connections[conf.get().DATABASE].vendor, max(_OVERHEAD.values()))


def _oldest() -> QuerySet[LogAction]:
    return LogAction.objects.filter(parent=None).order_by("last_message_at")


def _forget(roots: list[LogAction]) -> Pruned | None:
    if not roots:
        return None
    causal_ids = [root.causal_id for root in roots]
    with transaction.atomic(using=conf.get().DATABASE):
        messages, _ = LogMessage.objects.filter(causal_id__in=causal_ids).delete()
        LogAction.objects.filter(causal_id__in=causal_ids).delete()
    return Pruned(tasks=len(roots), messages=messages)
