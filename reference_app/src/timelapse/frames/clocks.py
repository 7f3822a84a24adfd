"""Frames get their true times as soon as they are known: those that are here, and those that come later."""

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

#: Frames that are re-timed in one transaction.
BATCH: Final = 500
#: A frame whose transaction began before the fix was there is committed by then.
_SETTLES_AFTER: Final = timedelta(minutes=1)


def record_fixes(camera: UUID, fixes: Iterable[Fix]) -> list[str]:
    """Keep what an agent learnt about its clocks, and re-time the first of the frames that are here.

    What a better source told before is kept. `apply_fixes` does the rest, however many they are.

    Returns:
        The boots whose fixes are safe here.
    """
    taken = []
    for fix in fixes:
        if _record_fix(camera, fix):
            retime(camera, fix)
        taken.append(fix.boot)
    return taken


def corrected(camera: UUID, capture: Capture) -> Capture:
    """Give a capture the true time, when its boot's clock has been fixed to a better quality than its own."""
    if capture.clock == "synced" or not capture.boot or capture.monotonic_ns is None:
        return capture
    row = ClockFix.objects.filter(camera=camera, boot=capture.boot).first()
    fix = None if row is None else _fix(row)
    if fix is None or not fix.improves(capture.clock):
        return capture
    return replace(capture, captured_at=fix.corrected(capture.monotonic_ns), clock=fix.clock)


def retime(camera: UUID, fix: Fix) -> int:
    """Re-time one batch of the frames of the boot that have a worse clock; say how many they were."""
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
            live.changed(group_of(camera), what="clock")
    return len(frames)


def improve_time(frame: Frame, capture: Capture) -> None:
    """Take over a better time that an agent tells of a capture which is stored already."""
    known = CLOCK_QUALITIES.index(frame.clock) if frame.clock in CLOCK_QUALITIES else -1
    if CLOCK_QUALITIES.index(capture.clock) > known:
        worse = Frame.objects.filter(pk=frame.pk, clock=frame.clock)
        worse.update(captured_at=capture.captured_at, clock=capture.clock)


def apply_fixes(*, now: datetime | None = None) -> int:
    """Re-time all frames that wait for it, batch by batch; say how many there were."""
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
        return False  # as good as any: the agent repeats itself
    row.offset_ns, row.error_ms, row.source, row.settled = fix.offset_ns, fix.error_ms, fix.source, False
    row.save()
    return True


def _fix(row: ClockFix) -> Fix:
    return Fix(boot=row.boot, offset_ns=row.offset_ns, error_ms=row.error_ms, source=row.source)  # type: ignore[arg-type]
