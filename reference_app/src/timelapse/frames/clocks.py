"""Corrects capture times when an agent learns the true time, for stored frames and for later ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from fsmlock.iteration import Iteration
from fsmlock.models import Run
from timelapse.cameras.changes import publish_change
from timelapse.frames.domain import CLOCK_QUALITIES, Capture, Fix
from timelapse.frames.models import ClockFix, Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from timelapse.cameras.models import Camera

#: Frames re-timed per transaction.
BATCH: Final = 500
#: By then, transactions that began before the fix was stored have committed.
_SETTLES_AFTER: Final = timedelta(minutes=1)


class RetimeFrames(Iteration):
    """Gives the stored frames of one boot their true times. It can be paused, cancelled and resumed."""

    unit = "frame"
    batch_size = BATCH
    transactional = True
    needs = ("retime",)

    def __init__(self, fix: int) -> None:
        self._row = ClockFix.objects.select_related("camera").get(pk=fix)

    def target(self) -> Camera:
        """The camera, whose movies are not rendered meanwhile."""
        return self._row.camera

    def items(self) -> QuerySet[Frame]:
        """The frames with a worse clock than the fix."""
        return _doubtful(self._row.camera_id, _fix(self._row)).only("pk", "monotonic_ns")

    def each_batch(self, items: Sequence[Frame]) -> None:
        """Correct a batch."""
        _correct(self._row.camera_id, _fix(self._row), items)


def record_fixes(camera: UUID, fixes: Iterable[Fix]) -> list[str]:
    """Store an agent's clock fixes, and re-time the first batch of its stored frames.

    A fix from a better source is never replaced. A run of `RetimeFrames` re-times the remaining frames.

    Returns:
        The boots whose fixes are stored.
    """
    taken = []
    for fix in fixes:
        if _record_fix(camera, fix):
            retime(camera, fix)
            _enqueue(ClockFix.objects.select_related("camera").get(camera=camera, boot=fix.boot))
        taken.append(fix.boot)
    return taken


def corrected(camera: UUID, capture: Capture) -> Capture:
    """Return the capture with its true time, if a fix for its boot is better than its own clock."""
    if capture.clock == "synced" or not capture.boot or capture.monotonic_ns is None:
        return capture
    row = ClockFix.objects.filter(camera=camera, boot=capture.boot).first()
    fix = None if row is None else _fix(row)
    if fix is None or not fix.improves(capture.clock):
        return capture
    return replace(capture, captured_at=fix.corrected(capture.monotonic_ns), clock=fix.clock)


def retime(camera: UUID, fix: Fix) -> int:
    """Re-time one batch of the boot's frames that have a worse clock; return how many."""
    with transaction.atomic():
        frames = list(_doubtful(camera, fix).only("pk", "monotonic_ns")[:BATCH])
        _correct(camera, fix, frames)
    return len(frames)


def improve_time(frame: Frame, capture: Capture) -> None:
    """Take over a better time that the agent sent for a stored frame."""
    known = CLOCK_QUALITIES.index(frame.clock) if frame.clock in CLOCK_QUALITIES else -1
    if CLOCK_QUALITIES.index(capture.clock) > known:
        worse = Frame.objects.filter(pk=frame.pk, clock=frame.clock)
        worse.update(captured_at=capture.captured_at, clock=capture.clock)


def apply_fixes(*, now: datetime | None = None) -> int:
    """Enqueue a run for each fix that still has frames to re-time; return how many runs.

    Frames can be stored past a new fix, by a transaction that began before it. A fix is settled when it has
    no such frames for long enough.
    """
    now = now or timezone.now()
    enqueued = 0
    for row in ClockFix.objects.filter(settled=False).select_related("camera"):
        if _enqueue(row):
            enqueued += 1
        elif row.learnt_at < now - _SETTLES_AFTER and not _doubtful(row.camera_id, _fix(row)).exists():
            ClockFix.objects.filter(pk=row.pk, learnt_at=row.learnt_at).update(settled=True)
    return enqueued


def _enqueue(row: ClockFix) -> bool:
    """Enqueue a run for the fix unless it has one or needs none; return whether it did."""
    name = f"{RetimeFrames.__module__}.{RetimeFrames.__qualname__}"
    runs = Run.objects.filter(iteration=name, arguments={"fix": row.pk})
    if runs.exclude(state__in=Run.States.ENDED).exists() or not _doubtful(row.camera_id, _fix(row)).exists():
        return False
    # What a person cancelled stays cancelled until the agent sends another fix.
    if runs.filter(state=Run.States.CANCELLED, created_at__gte=row.learnt_at).exists():
        return False
    RetimeFrames.enqueue(fix=row.pk, by=str(row.camera))
    return True


def _doubtful(camera: UUID, fix: Fix) -> QuerySet[Frame]:
    worse = [quality for quality in CLOCK_QUALITIES if fix.improves(quality)]
    return Frame.objects.filter(
        camera=camera, boot=fix.boot, clock__in=worse, monotonic_ns__isnull=False
    ).order_by("pk")


def _correct(camera: UUID, fix: Fix, frames: Sequence[Frame]) -> None:
    for frame in frames:
        frame.captured_at, frame.clock = fix.corrected(frame.monotonic_ns or 0), fix.clock
    Frame.objects.bulk_update(frames, ["captured_at", "clock"])
    if frames:
        publish_change(camera, "clock")


@transaction.atomic
def _record_fix(camera: UUID, fix: Fix) -> bool:
    values = {"offset_ns": fix.offset_ns, "error_ms": fix.error_ms, "source": fix.source}
    row, created = ClockFix.objects.get_or_create(camera_id=camera, boot=fix.boot, defaults=values)
    if created:
        return True
    if row.source in {"ntp", fix.source}:
        return False  # the stored fix is as good: the agent repeats itself
    row.offset_ns, row.error_ms, row.source, row.settled = fix.offset_ns, fix.error_ms, fix.source, False
    row.save()
    return True


def _fix(row: ClockFix) -> Fix:
    return Fix(boot=row.boot, offset_ns=row.offset_ns, error_ms=row.error_ms, source=row.source)  # type: ignore[arg-type]
