"""Remembers which queues somebody paused, so that the page says so everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from queue_insight.models import PausedQueue
from queue_insight.names import key
from queue_insight.snapshot import Pause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def paused() -> Mapping[str, Pause]:
    """Return the paused queues by name, in one query."""
    return {
        each.name: Pause(by=each.by, since=each.since, workers=tuple(each.workers))
        for each in PausedQueue.objects.all()
    }


def remember(queue: str, *, by: str, workers: Sequence[str]) -> None:
    """Store that these workers stopped consuming the queue, in addition to those that did before."""
    row, _ = PausedQueue.objects.get_or_create(
        key=key(queue), defaults={"name": queue, "by": by, "since": timezone.now()}
    )
    row.workers = sorted({*row.workers, *workers})
    row.save(update_fields=["workers"])


def forget(queue: str) -> None:
    """Store that the queue is consumed again."""
    PausedQueue.objects.filter(key=key(queue)).delete()
