"""Corrects capture times when an agent learns the true time, for stored frames and for later ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from timelapse.cameras.actions import group_of
from timelapse.frames.domain import CLOCK_QUALITIES, Capture, Fix
from timelapse.frames.models import ClockFix, Frame
from timelapse.shared import live

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

#: Frames re-timed per transaction.
BATCH: Final = 500
#: By then, transactions that began before the fix was stored have committed.
_SETTLES_AFTER: Final = timedelta(minutes=1)


def record_fixes(camera: UUID, fixes: Iterable[Fix]) -> list[str]:
    """Store an agent's clock fixes, and re-time the first batch of its stored frames.

    A fix from a better source is never replaced. `apply_fixes` re-times the remaining frames.

    Returns:
        The boots whose fixes are stored.
    """
    taken = []
    for fix in fixes:
        if _record_fix(camera, fix):
            retime(camera, fix)
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
    worse = [quality for quality in CLOCK_QUALITIES if fix.improves(quality)]
    with transaction.atomic():
        doubtful = Frame.objects.filter(
            camera=camera, boot=fix.boot, clock__in=worse, monotonic_ns__isnull=False
        ).order_by("pk")
        frames = list(doubtful.only("pk", "monotonic_ns")[:BATCH])
        for frame in frames:
            frame.captured_at, frame.clock = fix.corrected(frame.monotonic_ns or 0), fix.clock
        Frame.objects.bulk_update(frames, ["captured_at", "clock"])
        if frames:
            live.publish_on_commit(group_of(camera), what="clock")
    return len(frames)


def improve_time(frame: Frame, capture: Capture) -> None:
    """Take over a better time that the agent sent for a stored frame."""
    known = CLOCK_QUALITIES.index(frame.clock) if frame.clock in CLOCK_QUALITIES else -1
    if CLOCK_QUALITIES.index(capture.clock) > known:
        worse = Frame.objects.filter(pk=frame.pk, clock=frame.clock)
        worse.update(captured_at=capture.captured_at, clock=capture.clock)


def apply_fixes(*, now: datetime | None = None) -> int:
    """Re-time all frames with pending fixes, batch by batch; return how many."""
    now = now or timezone.now()
    done = 0
    for row in ClockFix.objects.filter(settled=False):
        while changed := retime(row.camera_id, _fix(row)):
            done += changed
        if row.learnt_at < now - _SETTLES_AFTER:
            ClockFix.objects.filter(pk=row.pk, learnt_at=row.learnt_at).update(settled=True)
    return done


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
