"""A camera's timeline for the page."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry

from timelapse.frames import gaps, timeline


@strawberry.type(description="The number of frames in one minute, hour or day.")
class TimelineBucket:
    """See timelapse.frames.gaps.Bucket."""

    at: datetime
    frames: int


@strawberry.type(description="A period in which frames are missing, and why.")
class TimelineGap:
    """See timelapse.frames.gaps.Gap."""

    begins_at: datetime
    ends_at: datetime
    reason: str
    detail: str
    missed: int

    @classmethod
    def from_value(cls, value: gaps.Gap) -> Self:
        """Convert a value."""
        return cls(
            begins_at=value.begins_at,
            ends_at=value.ends_at,
            reason=value.reason,
            detail=value.detail,
            missed=value.missed,
        )


@strawberry.type(description="A period of a camera. Buckets without a frame are left out.")
class Timeline:
    """See timelapse.frames.timeline.Timeline."""

    since: datetime
    until: datetime
    bucket_seconds: int
    expected: int = strawberry.field(description="The number of frames in a full bucket.")
    buckets: list[TimelineBucket]
    gaps: list[TimelineGap] = strawberry.field(description="The newest gaps, oldest first.")
    more_gaps: int = strawberry.field(description="How many older gaps there are besides.")

    @classmethod
    def from_value(cls, value: timeline.Timeline) -> Self:
        """Convert a value."""
        return cls(
            since=value.since,
            until=value.until,
            bucket_seconds=int(value.size.total_seconds()),
            expected=value.expected,
            buckets=[TimelineBucket(at=bucket.at, frames=bucket.frames) for bucket in value.buckets],
            gaps=[TimelineGap.from_value(gap) for gap in value.gaps],
            more_gaps=value.more_gaps,
        )
