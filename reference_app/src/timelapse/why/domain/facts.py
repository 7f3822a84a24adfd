"""What is known about an object and what it waits for: the values that chains are composed of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from timelapse.shared.progress_words import so_far

if TYPE_CHECKING:
    from datetime import datetime

    from fsmlock import Reason
    from fsmlock.sentences import Sentence
    from timelapse.why.domain.links import Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How far some work is; None for what it doesn't say."""

    done: int
    total: int | None
    unit: str
    #: What it does now; empty if it doesn't say.
    step: str = ""
    #: Seconds until it ends, as a range.
    eta_s: tuple[float, float] | None = None
    reported_at: datetime | None = None
    #: Whether it has broken its promise to report.
    is_stalled: bool = False

    def so_far(self) -> Sentence:
        """Return it in words: "45 of 1,177 frames", after what it does if it says that."""
        return so_far(self.step, self.done, self.total, self.unit)

    def item_s(self) -> tuple[float, float] | None:
        """Return the seconds that one more item takes, as a range."""
        if self.eta_s is None or self.total is None or self.total <= self.done:
            return None
        left = self.total - self.done
        return self.eta_s[0] / left, self.eta_s[1] / left


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What holds a lock that is in the way."""

    #: What is being done, in words, such as "Movie 2 of Rooftop is being made".
    doing: str
    since: datetime
    subject: str = ""
    by: str = ""
    work: Work | None = None
    #: Whether it makes a movie of the same frames, so that its pace is a measure.
    is_movie: bool = False
    #: What asks it to stop; None if nothing does.
    stop: Remedy | None = None
    stop_requested_by: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """The workers that take tasks from a queue."""

    queue: str
    #: None if that is not known.
    count: int | None
    #: How many tasks wait in the queue; None if that is not known.
    waiting: int | None = None
    running: int = 0
    last_seen_at: datetime | None = None
    are_late: bool = False
    paused_by: str = ""
    paused_since: datetime | None = None
    #: The pause by its name, which can be ended.
    pause: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieFacts:
    """What is known about a movie and what it waits for."""

    at: datetime
    subject: str
    state: str
    requested_at: datetime
    finished_at: datetime | None = None
    #: Frames that it and the queued movies before it still need.
    frames_left: int = 0
    frames_before: int = 0
    #: Names of the queued movies before it.
    before: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()
    workers: Workers | None = None
    #: Why its task is not running, by the queue; empty when it runs or is on its way.
    task: tuple[Reason, ...] = ()
    work: Work | None = None
    failure: Reason | None = None
    stop_requested_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFacts:
    """What is known about a camera and its agent."""

    name: str
    subject: str
    is_revoked: bool = False
    #: When its agent reported last; None if it never did.
    heartbeat_at: datetime | None = None
    #: Whether the agent has broken its promise to report.
    is_silent: bool = False
    agent_state: str = ""
    agent_detail: str = ""
    config_error: str = ""
    disk_free: int | None = None
    disk_total: int | None = None
    holders: tuple[Holder, ...] = ()
