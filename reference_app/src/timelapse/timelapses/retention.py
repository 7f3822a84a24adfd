"""Which frames no timelapse keeps. Each may have a retention of its own; others have that of the settings.

Frames belong to cameras. One that several timelapses contain is kept as long as one of them keeps it. One
that is in none is kept as the settings say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Mod

from timelapse.frames.models import Frame
from timelapse.frames.retention import Retention
from timelapse.shared import conf
from timelapse.timelapses.queries import containing, with_own_retention

if TYPE_CHECKING:
    from django.db.models import QuerySet


def removable(now: datetime) -> QuerySet[Frame]:
    """Return the frames to remove, of all cameras. Takes a query to find out which retentions there are."""
    limits = _limits(now)
    latest = max((limit for limit in limits.values() if limit is not None), default=None)
    if latest is None:
        return Frame.objects.none()
    # Whoever is given another retention meanwhile keeps all: its days are in none of these cases.
    cases = [When(_has(days), then=_moment(limit)) for days, limit in limits.items()]
    containing_it = (
        containing(OuterRef("camera"), OuterRef("captured_at"))
        .alias(
            limit=Case(*cases, output_field=DateTimeField()),
            one_of=Coalesce("keep_every", Value(conf.get().keep_every)),
        )
        .alias(remainder=Mod(OuterRef("sequence"), F("one_of"), output_field=IntegerField()))
    )
    keeping_it = containing_it.filter(Q(limit=None) | Q(limit__lte=OuterRef("received_at")) | Q(remainder=0))
    configured = Retention.configured(now)
    by_settings = Frame.objects.none() if configured is None else configured.removable()
    return (
        Frame.objects.filter(received_at__lt=latest)
        .filter(~Exists(keeping_it), Exists(containing_it) | Exists(by_settings.filter(pk=OuterRef("pk"))))
        .order_by("pk")
    )


def _limits(now: datetime) -> dict[int | None, datetime | None]:
    """Return by days before when a frame must have arrived to be let go; None: by the settings, or never."""
    configured = Retention.configured(now)
    days = with_own_retention().values_list("keep_all_days", flat=True).distinct()
    own = {each: now - timedelta(days=each) if each else None for each in days}
    return {**own, None: None if configured is None else configured.before}


def _has(days: int | None) -> Q:
    return Q(keep_all_days__isnull=True) if days is None else Q(keep_all_days=days)


def _moment(limit: datetime | None) -> Value:
    return Value(limit, output_field=DateTimeField())
