"""When frames are missing, and why: pure functions of what was stored, planned and told.

Frames come as buckets (a minute, an hour, a day), counted by the database, so that a year is judged from a
few hundred values. Of each bucket the first and the last frame are known, so a gap that reaches from one into
another is exact to the frame; a shorter one shows as a bucket with too few.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from timelapse.frames.plan import Missed, Plan

Why = Literal[
    "camera_failed",
    "card_full",
    "stopped",
    "stalled",
    "thinned",
    "refused",
    "not_delivered",
    "silent",
    "unknown",
]
_TOLD: Final = frozenset({"camera_failed", "card_full", "stopped", "stalled", "thinned", "refused"})
#: A bucket with less than this share of its frames has a gap inside.
ENOUGH: Final = 0.9
#: So many gaps are given, the newest; the others are only counted.
SHOWN: Final = 100

_SIZES: Final = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
#: A strip of more buckets than this is drawn with larger ones: no screen is wider.
MOST_BUCKETS: Final = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The frames of one minute, hour or day."""

    at: datetime
    frames: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A gap that the agent told of."""

    reason: str
    detail: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the camera now."""

    #: Up to here frames could be here: now, or when the camera was revoked.
    now: datetime
    #: Where the strip begins.
    since: datetime
    #: When the newest frame before it was taken, from which on frames are expected; None when there was none.
    newest_before: datetime | None = None
    #: When the oldest picture that waits on the agent's spool was taken; None when nothing waits.
    oldest_waiting: datetime | None = None
    #: When the agent was last heard of, once it has broken its promise; None while it keeps it.
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch in which frames are missing."""

    begins_at: datetime
    ends_at: datetime
    why: Why
    detail: str
    missed: int


def bucket_size(since: datetime, until: datetime) -> timedelta:
    """Choose minutes, hours or days, so that a strip has no more than `MOST_BUCKETS`."""
    return next((size for size in _SIZES if (until - since) / size <= MOST_BUCKETS), _SIZES[-1])


def find_gaps(
    buckets: Sequence[Bucket], size: timedelta, plans: Sequence[Plan], told: Sequence[Told], known: Known
) -> list[Gap]:
    """Find the gaps up to now, oldest first, each with the likeliest reason.

    `plans` are those that counted one after another, each within its limits.
    """
    holes = sorted([*_between(buckets, plans, known), *_inside(buckets, size, plans, known)])
    found = [_explained(begin, end, missed, told, known) for begin, end, missed in holes]
    return list(_joined(found))


def _between(buckets: Sequence[Bucket], plans: Sequence[Plan], known: Known) -> Iterator[Missed]:
    """Find the stretches without a frame that reach from one bucket into another, or up to now."""
    before = [] if known.newest_before is None else [known.newest_before]
    lasts = [*before, *(bucket.last for bucket in buckets)]
    firsts = [bucket.first for bucket in buckets][0 if before else 1 :]
    for last, following in zip(lasts, firsts, strict=False):
        yield from _missed(plans, last, following, known.since)
    for plan in plans if lasts else ():
        for begin, end, missed in plan.missed(lasts[-1], known.now, known.since):
            if missed > plan.burst:  # those of one slot may be on their way
                yield begin, end, missed


def _inside(
    buckets: Sequence[Bucket], size: timedelta, plans: Sequence[Plan], known: Known
) -> Iterator[Missed]:
    """Find the buckets with too few frames between their first and last one.

    In a minute each frame counts; one frame is no reason to mark a whole day.
    """
    for bucket in buckets:
        slots = sum(missed for _, _, missed in _missed(plans, bucket.first, bucket.last, known.since))
        missed = slots - (bucket.frames - 2)
        too_few = size == _SIZES[0] or bucket.frames < (bucket.frames + missed) * ENOUGH
        if bucket.frames > 1 and missed > 0 and too_few:
            yield bucket.first, bucket.last, missed


def _missed(plans: Sequence[Plan], last: datetime, following: datetime, since: datetime) -> list[Missed]:
    return [one for plan in plans for one in plan.missed(last, following, since)]


def _explained(begin: datetime, end: datetime, missed: int, told: Sequence[Told], known: Known) -> Gap:
    why, detail = _why(begin, end, told, known)
    return Gap(begins_at=begin, ends_at=end, why=why, detail=detail, missed=missed)


def _why(begin: datetime, end: datetime, told: Sequence[Told], known: Known) -> tuple[Why, str]:
    overlaps = {one: min(end, one.ends_at) - max(begin, one.begins_at) for one in told if one.reason in _TOLD}
    best = max(overlaps, key=lambda one: overlaps[one], default=None)
    if best is not None and overlaps[best] >= timedelta(0):
        return best.reason, best.detail  # type: ignore[return-value] # in _TOLD
    if known.silent_since is not None and end > known.silent_since:
        return "silent", "The agent has not been heard of since: no power, no network, or it was stopped."
    if known.oldest_waiting is not None and end >= known.oldest_waiting:
        return "not_delivered", "Pictures of this time still wait on the agent's spool."
    return "unknown", "Nobody told why: the agent was off or could not reach its camera."


def _joined(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Join gaps that touch and have the same reason, as those of neighbouring buckets do."""
    before: Gap | None = None
    for gap in gaps:
        if before is not None and gap.begins_at <= before.ends_at and gap.why == before.why:
            before = replace(
                before, ends_at=max(before.ends_at, gap.ends_at), missed=before.missed + gap.missed
            )
            continue
        if before is not None:
            yield before
        before = gap
    if before is not None:
        yield before
