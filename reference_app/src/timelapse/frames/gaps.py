"""Finds gaps: periods in which frames are missing, and why. Pure functions of values.

The database counts frames in buckets of a minute, an hour or a day; a year takes a few hundred values.
The first and the last frame of each bucket are known: a gap between buckets is exact to the frame, a shorter
one shows as a bucket with too few frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from timelapse.frames.capture_schedule import CaptureSchedule, Missed

GapReason = Literal[
    "camera_failed",
    "card_full",
    "stopped",
    "stalled",
    "late",
    "thinned",
    "refused",
    "not_delivered",
    "silent",
    "unknown",
]
_REPORTED: Final = frozenset({"camera_failed", "card_full", "stopped", "stalled", "thinned", "refused"})
#: A bucket with less than this share of its frames has a gap inside.
ENOUGH: Final = 0.9
#: How many gaps are returned, newest first; the others are only counted.
SHOWN: Final = 100

_SIZES: Final = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
#: A timeline has at most this many buckets, about as many as a screen has pixels.
MOST_BUCKETS: Final = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The frames of one minute, hour or day."""

    at: datetime
    frames: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedGap:
    """A gap that the agent reported."""

    reason: str
    detail: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """What the server knows about the camera now."""

    #: Frames could exist up to this moment: now, or when the camera was revoked.
    now: datetime
    #: Start of the timeline.
    since: datetime
    #: When the newest frame before the timeline was captured; frames are expected from then on.
    newest_before: datetime | None = None
    #: When the oldest pending capture in the spool was taken; None if the spool is empty.
    oldest_waiting: datetime | None = None
    #: When the last heartbeat of a stalled agent arrived; None while it isn't stalled.
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A period in which frames are missing."""

    begins_at: datetime
    ends_at: datetime
    reason: GapReason
    detail: str
    missed: int


def bucket_size(since: datetime, until: datetime) -> timedelta:
    """Choose minutes, hours or days, so that a timeline has at most `MOST_BUCKETS`."""
    return next((size for size in _SIZES if (until - since) / size <= MOST_BUCKETS), _SIZES[-1])


def find_gaps(
    buckets: Sequence[Bucket],
    size: timedelta,
    schedules: Sequence[CaptureSchedule],
    reported: Sequence[ReportedGap],
    camera: CameraState,
) -> list[Gap]:
    """Find the gaps up to now, oldest first, each with the most likely reason.

    `schedules` applied one after another, each within its limits.
    """
    missing = sorted([*_between(buckets, schedules, camera), *_inside(buckets, size, schedules, camera)])
    found = [_explained(begin, end, missed, reported, camera) for begin, end, missed in missing]
    one_slot = max((schedule.schedule.burst for schedule in schedules), default=1)
    return [_late(gap, one_slot) for gap in _joined(found)]


def _late(gap: Gap, one_slot: int) -> Gap:
    """A stall that took one slot is a late frame: nothing stood still."""
    if gap.reason != "stalled" or gap.missed > one_slot:
        return gap
    return replace(
        gap, reason="late", detail="A capture took longer than its interval, so one slot was skipped."
    )


def _between(
    buckets: Sequence[Bucket], schedules: Sequence[CaptureSchedule], camera: CameraState
) -> Iterator[Missed]:
    """Find periods without a frame between two buckets, and after the last one."""
    before = [] if camera.newest_before is None else [camera.newest_before]
    lasts = [*before, *(bucket.last for bucket in buckets)]
    firsts = [bucket.first for bucket in buckets][0 if before else 1 :]
    for last, following in zip(lasts, firsts, strict=False):
        yield from _missed(schedules, last, following, camera.since)
    for schedule in schedules if lasts else ():
        for begin, end, missed in schedule.missed(lasts[-1], camera.now, camera.since):
            if missed > schedule.schedule.burst:  # frames of one slot may be in transit
                yield begin, end, missed


def _inside(
    buckets: Sequence[Bucket], size: timedelta, schedules: Sequence[CaptureSchedule], camera: CameraState
) -> Iterator[Missed]:
    """Find buckets with too few frames between their first and last one.

    In a minute a single missing frame counts; in an hour or a day it doesn't.
    """
    for bucket in buckets:
        slots = sum(missed for _, _, missed in _missed(schedules, bucket.first, bucket.last, camera.since))
        missed = slots - (bucket.frames - 2)
        too_few = size == _SIZES[0] or bucket.frames < (bucket.frames + missed) * ENOUGH
        if bucket.frames > 1 and missed > 0 and too_few:
            yield bucket.first, bucket.last, missed


def _missed(
    schedules: Sequence[CaptureSchedule], last: datetime, following: datetime, since: datetime
) -> list[Missed]:
    return [one for schedule in schedules for one in schedule.missed(last, following, since)]


def _explained(
    begin: datetime, end: datetime, missed: int, reported: Sequence[ReportedGap], camera: CameraState
) -> Gap:
    reason, detail = _reason(begin, end, reported, camera)
    return Gap(begins_at=begin, ends_at=end, reason=reason, detail=detail, missed=missed)


def _reason(
    begin: datetime, end: datetime, reported: Sequence[ReportedGap], camera: CameraState
) -> tuple[GapReason, str]:
    overlaps = {
        one: min(end, one.ends_at) - max(begin, one.begins_at) for one in reported if one.reason in _REPORTED
    }
    best = max(overlaps, key=lambda one: overlaps[one], default=None)
    if best is not None and overlaps[best] >= timedelta(0):
        return best.reason, best.detail  # type: ignore[return-value] # in _REPORTED
    if camera.silent_since is not None and end > camera.silent_since:
        return "silent", "No heartbeat has arrived since: no power, no network, or the agent was stopped."
    if camera.oldest_waiting is not None and end >= camera.oldest_waiting:
        return "not_delivered", "Captures of this period are still in the agent's spool."
    return "unknown", "No reason was reported: the agent was off or could not reach its camera."


def _joined(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Join adjacent gaps that have the same reason."""
    before: Gap | None = None
    for gap in gaps:
        if before is not None and gap.begins_at <= before.ends_at and gap.reason == before.reason:
            before = replace(
                before, ends_at=max(before.ends_at, gap.ends_at), missed=before.missed + gap.missed
            )
            continue
        if before is not None:
            yield before
        before = gap
    if before is not None:
        yield before
