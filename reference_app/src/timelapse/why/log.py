"""Reads from the log what a request caused: one bounded query by the causal id that its object keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError
from django.utils import timezone

from eliot_progress.django.models import LogAction, LogMessage
from fsmlock.models import Run
from timelapse.operations.queries import log_url
from timelapse.rendering.models import Movie
from timelapse.shared.progress import about
from timelapse.why import caused

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User
    from django.db.models import Model

#: A run keeps no causal id: its sending is looked for in this span around its creation, seconds.
_SENT_BETWEEN: Final = (-5.0, 60.0)
_MAX_SENT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Caused:
    """What a request caused; a note if nothing or not all of it is there."""

    steps: tuple[caused.Step, ...] = ()
    note: str = ""
    #: The page of the log that shows all of it; None without permission to read it.
    url: str | None = None


def caused_by(row: Model, user: User) -> Caused | None:
    """Return what the request of a movie or a run caused, in one query of the log; None of anything else."""
    try:
        match row:
            case Movie():
                return _read(row.causal_id, row.created_at, row.failure_message, user)
            case Run():
                return _read(_causal_id_of(row), row.created_at, row.reason, user)
    except DatabaseError:
        return Caused(note=caused.UNREADABLE)
    return None


def _read(causal_id: str, requested_at: datetime, failure: str, user: User) -> Caused:
    page = log_url(user)
    rows = LogAction.objects.filter(causal_id=causal_id, action_type__in=caused.KINDS).order_by("path")
    found = list(rows[: caused.MAX_STEPS * 2 + 1]) if causal_id else []
    lines = caused.steps(
        (
            caused.Action(
                path=each.path,
                kind=each.action_type,
                status=each.status,
                started_at=each.started_at,
                duration_s=each.duration_s,
                reason=each.reason,
                done=each.done,
                total=each.total,
                unit=each.unit,
            )
            for each in found
        ),
        failure=failure,
        reads_log=page is not None,
    )
    if not lines:
        age_s = (timezone.now() - requested_at).total_seconds()
        return Caused(note=caused.nothing_known(causal_id, age_s))
    is_cut = len(found) > caused.MAX_STEPS * 2 or len(lines) == caused.MAX_STEPS
    return Caused(
        steps=lines,
        note=f"Only {len(lines)} lines of it are shown." if is_cut else "",
        url=None if page is None else f"{page}{causal_id}/",
    )


def _causal_id_of(run: Run) -> str:
    created = run.created_at.timestamp()
    low, high = _SENT_BETWEEN
    sent = LogMessage.objects.filter(kind="run:send", at__range=(created + low, created + high))
    mark = f'"{about(run)}"'
    return next((each.causal_id for each in sent.order_by("at", "id")[:_MAX_SENT] if mark in each.body), "")
