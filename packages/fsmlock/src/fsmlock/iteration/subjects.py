"""Which runs are about an object: those whose iteration has it as its target."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from fsmlock.locks import resource
from fsmlock.models import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models

#: How long a run that has ended is still listed.
SHOWN_FOR: Final = timedelta(minutes=10)
#: The most runs that are listed for an object.
MOST_RUNS: Final = 20


def runs_on_many(objects: Sequence[models.Model]) -> dict[models.Model, tuple[Run, ...]]:
    """The runs about each object that have not ended, or ended within ``SHOWN_FOR``; newest first.

    It takes one query, which reads at most ``MOST_RUNS`` for each object.
    """
    names = {resource(obj): obj for obj in objects}
    found: dict[models.Model, list[Run]] = {obj: [] for obj in objects}
    recent = Q(ended_at=None) | Q(ended_at__gte=timezone.now() - SHOWN_FOR)
    newest = Window(RowNumber(), partition_by="subject", order_by="-pk")
    rows = Run.objects.filter(recent, subject__in=names).alias(place=newest).filter(place__lte=MOST_RUNS)
    for run in rows.order_by("-pk") if names else ():
        found[names[run.subject]].append(run)
    return {obj: tuple(runs) for obj, runs in found.items()}
