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

    from timelapse.frames.plan import Plan

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
#: So many intervals without a frame are a gap: one frame may be late by almost one.
PATIENCE: Final = 2.5
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
    #: From here on frames are expected although none was before: the camera had filmed already.
    filming_since: datetime | None = None
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
    buckets: Sequence[Bucket], size: timedelta, plan: Plan, told: Sequence[Told], known: Known
) -> list[Gap]:
    """Find the gaps up to now, oldest first, each with the likeliest reason."""
    holes = sorted([*_between(buckets, plan, known), *_inside(buckets, size, plan)])
    found = [_explained(begin, end, missed, told, known) for begin, end, missed in holes]
    return list(_joined(found))


_Hole = tuple[datetime, datetime, int]


def _between(buckets: Sequence[Bucket], plan: Plan, known: Known) -> Iterator[_Hole]:
    """Find the stretches without a frame that reach from one bucket into another, or up to now."""
    patience = timedelta(seconds=plan.interval_s) * PATIENCE
    begun = [] if known.filming_since is None else [known.filming_since]
    lasts = [*begun, *(bucket.last for bucket in buckets)]
    firsts = [bucket.first for bucket in buckets] + [known.now]
    for last, following in zip(lasts, firsts if begun else firsts[1:], strict=True):
        if following - last <= patience:
            continue
        for begin, end in plan.open_within(last, following):
            missed = plan.slots(begin, end)
            if end - begin > patience and missed:
                yield begin, end, missed


def _inside(buckets: Sequence[Bucket], size: timedelta, plan: Plan) -> Iterator[_Hole]:
    """Find the buckets with too few frames between their first and last one."""
    for bucket in buckets:
        expected = sum(plan.slots(begin, end) for begin, end in plan.open_within(bucket.first, bucket.last))
        missed = expected - bucket.frames
        if missed >= 2 and bucket.frames < expected * ENOUGH and bucket.last - bucket.at <= size:
            yield bucket.first, bucket.last, missed


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
