"""Composes the chain of links that answers why something is not done yet, from values alone.

A chain is read from top to bottom: what it waits for comes first, its own start and end come last. Its
sentences are for people: names of workers and leases are in ``detail``, which is shown on request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from fsmlock import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What a chain without links says.
NOTHING_WAITS: Final = "Nothing is waiting."


class LinkKind(Enum):
    """What a link is about."""

    STATE = "STATE"
    BEFORE = "BEFORE"
    HOLD = "HOLD"
    QUEUE = "QUEUE"
    WORKER = "WORKER"
    CAMERA = "CAMERA"
    PROGRESS = "PROGRESS"
    FAILURE = "FAILURE"
    START = "START"
    END = "END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Two instants: an estimate is never one."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A transition that helps: of which object, by their names, and what the button says."""

    subject: str
    transition: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link: a sentence with its facts, and the one thing that can be done about it."""

    kind: LinkKind
    reason: Reason
    since: datetime | None = None
    estimate: Range | None = None
    #: What it is about, such as ``rendering.Movie:7``; empty without an object.
    subject: str = ""
    action: Remedy | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How far some work is; None for what it doesn't say."""

    done: int
    total: int | None
    unit: str
    #: Seconds until it ends, as a range.
    eta_s: tuple[float, float] | None = None
    reported_at: datetime | None = None
    #: Whether it has broken its promise to report.
    is_stalled: bool = False

    def so_far(self) -> str:
        """Return it in words: "45 of 1,177 frames"."""
        if self.total is None:
            return f"{self.done:,} {self.unit}s"
        return f"{self.done:,} of {self.total:,} {self.unit}s"

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


#: A camera's disk with less than this share free is nearly full.
LITTLE_SPACE: Final = 0.03


def movie_chain(movie: MovieFacts) -> tuple[Link, ...]:
    """Return why a movie is not ready; nothing for one that is."""
    match movie.state:
        case "queued":
            return tuple(_queued(movie))
        case "rendering":
            return tuple(_rendering(movie))
        case "failed" | "cancelled" | "paused":
            return (_ended(movie),)
        case _:
            return ()


def camera_chain(camera: CameraFacts) -> tuple[Link, ...]:
    """Return what keeps a camera from taking and sending pictures, and what changes its frames now."""
    return (*_camera(camera), *holder_links(camera.holders))


def holder_links(holders: Iterable[Holder]) -> tuple[Link, ...]:
    """Return a link for each holder that is in the way."""
    return tuple(_holder(each) for each in holders)


def run_chain(*, subject: str, state: str, by: str, reason: str, since: datetime | None) -> tuple[Link, ...]:
    """Return what a run does or waits for; nothing for one that has succeeded or was cancelled."""
    messages = {
        "paused": (f"{by or 'Somebody'} paused it.", "resume", "Resume"),
        "interrupted": (
            f"It was interrupted and goes on by itself{f': {reason}' if reason else '.'}",
            "",
            "",
        ),
        "enqueued": ("It waits for a worker.", "", ""),
        "running": ("It is being done.", "request_cancel", "Ask it to stop"),
        "pausing": (f"{by or 'Somebody'} asked it to pause, which it does after the current item.", "", ""),
        "cancelling": (f"{by or 'Somebody'} asked it to stop, which it does after the current item.", "", ""),
        "failed": (reason or "It failed without saying why.", "retry", "Try again"),
    }
    if state not in messages:
        return ()
    message, transition, label = messages[state]
    action = Remedy(subject=subject, transition=transition, label=label) if transition else None
    kind = LinkKind.FAILURE if state == "failed" else LinkKind.STATE
    return (
        Link(
            kind=kind,
            reason=Reason(code=state, message=message, remedy=""),
            since=since,
            subject=subject,
            action=action,
        ),
    )


def task_chain(reasons: Iterable[Reason], workers: Workers | None) -> tuple[Link, ...]:
    """Return why a task is not running; one link for a task that runs, which has no reasons."""
    found = tuple(reasons)
    if not found:
        runs = Reason(code="running", message="A worker runs it.", remedy="")
        return (Link(kind=LinkKind.PROGRESS, reason=runs),)
    return (*_task(found, workers), *_workers(workers))


def start_worker(queue: str) -> str:
    """Return what starts a worker of a queue."""
    return f"Start a worker: celery -A timelapse.project.celery worker -E -Q {queue}"


def _queued(movie: MovieFacts) -> Iterator[Link]:
    yield Link(
        kind=LinkKind.STATE,
        reason=Reason(code="queued", message="It is queued.", remedy=""),
        since=movie.requested_at,
        subject=movie.subject,
    )
    yield from holder_links(movie.holders)
    if movie.before:
        names = ", ".join(movie.before)
        yield Link(
            kind=LinkKind.BEFORE,
            reason=Reason(
                code="behind",
                message=f"{names} {'comes' if len(movie.before) == 1 else 'come'} first.",
                remedy="",
                params={"movies": names, "count": len(movie.before)},
            ),
        )
    if not movie.holders and not movie.before:
        yield from _task(movie.task, movie.workers)
    if all(reason.code != "worker_is_back" for reason in movie.task):  # it is there before it reports
        yield from _workers(movie.workers)
    if not _may_start(movie.workers):
        return
    start = _start(movie)
    if start is not None:
        yield _estimated(LinkKind.START, "starts", "Then its turn comes.", start)
        end = _end(movie, start)
        if end is not None:
            yield _estimated(LinkKind.END, "ends", "Then it is ready.", end)


def _rendering(movie: MovieFacts) -> Iterator[Link]:
    work = movie.work
    if movie.stop_requested_by:
        message = (
            f"{movie.stop_requested_by} asked its worker to stop, which it does after the current frame."
        )
        yield Link(
            kind=LinkKind.STATE,
            reason=Reason(
                code="stopping", message=message, remedy="", params={"by": movie.stop_requested_by}
            ),
        )
    yield from _task(movie.task, movie.workers)
    if work is None:
        yield Link(
            kind=LinkKind.PROGRESS,
            reason=Reason(
                code="no_report",
                message="It is being made; its worker has not reported how far it is.",
                remedy="",
            ),
        )
        return
    if work.is_stalled:
        yield Link(
            kind=LinkKind.WORKER,
            reason=Reason(
                code="stalled",
                message=f"Its worker stopped reporting at {work.so_far()}.",
                remedy="Another worker continues it within seconds, if there is one.",
            ),
            since=work.reported_at,
        )
        yield from _workers(movie.workers)
        return
    yield Link(
        kind=LinkKind.PROGRESS,
        reason=Reason(
            code="rendering",
            message=f"It is being made: {work.so_far()}.",
            remedy="",
            params={"done": work.done, "total": work.total},
        ),
        since=work.reported_at,
    )
    if work.eta_s is not None:
        yield _estimated(LinkKind.END, "ends", "Then it is ready.", _after(movie.at, work.eta_s))


def _ended(movie: MovieFacts) -> Link:
    by_somebody = Reason(code=movie.state, message=f"Somebody {movie.state} it.", remedy="")
    failed = movie.state == "failed" and movie.failure is not None
    return Link(
        kind=LinkKind.FAILURE if failed else LinkKind.STATE,
        reason=movie.failure if failed and movie.failure else by_somebody,
        since=movie.finished_at,
        subject=movie.subject,
        action=Remedy(subject=movie.subject, transition="retry", label="Try again" if failed else "Resume"),
    )


def _holder(holder: Holder) -> Link:
    facts = [
        f"started by {holder.by}" if holder.by else "",
        holder.work.so_far() if holder.work else "",
        f"{holder.stop_requested_by} asked it to stop" if holder.stop_requested_by else "",
    ]
    facts_in_words = ", ".join(fact for fact in facts if fact)
    return Link(
        kind=LinkKind.HOLD,
        reason=Reason(
            code="held",
            message=f"{holder.doing} first{f' ({facts_in_words})' if facts_in_words else ''}.",
            remedy="" if holder.stop else "It ends by itself.",
            params={"by": holder.by},
        ),
        since=holder.since,
        subject=holder.subject,
        action=None if holder.stop_requested_by else holder.stop,
        detail=holder.detail,
    )


#: What people read of the queue's reasons. Those that are not here keep their own words.
_TASK_WORDS: Final[Mapping[str, str]] = {
    "about_to_start": "A worker is about to take it.",
    "workers_busy": "All workers of its queue are busy.",
    "workers_late": "Its worker has not reported in time.",
    "reserved": "A worker has taken it and finishes something else first.",
    "worker_gone": "The worker that had it is gone.",
    "revoked": "It was cancelled in the queue: a worker will discard it.",
}
#: About a worker that has the task and is silent.
_OF_SILENT_WORKERS: Final = frozenset({"handed_out", "worker_silent"})
#: Said by the link about the workers.
_OF_WORKERS: Final = frozenset({"no_worker", "worker_unknown", "workers_late", "workers_busy"})


def _task(reasons: Iterable[Reason], workers: Workers | None) -> Iterator[Link]:
    for reason in reasons:
        if workers is not None and reason.code in _OF_WORKERS:
            continue
        message = _TASK_WORDS.get(reason.code, reason.message)
        seen_at = reason.params.get("last_seen_at") if reason.code in _OF_SILENT_WORKERS else None
        yield Link(
            kind=LinkKind.QUEUE if seen_at is None else LinkKind.WORKER,
            since=None if seen_at is None else datetime.fromisoformat(str(seen_at)),
            reason=Reason(
                code=reason.code, message=message, remedy=reason.remedy, params=dict(reason.params)
            ),
            detail=reason.message if message != reason.message else "",
        )


def _workers(workers: Workers | None) -> Iterator[Link]:
    if workers is None:
        return
    start_one = start_worker(workers.queue)
    since = workers.last_seen_at
    if workers.paused_since is not None:
        code, message = "queue_paused", f"{workers.paused_by} paused the queue “{workers.queue}”."
        remedy, since = "Resume it, or ask an operator to.", workers.paused_since
    elif workers.count is None:
        code, message, remedy = "worker_unknown", "Whether a worker is there is not known.", start_one
    elif workers.count == 0:
        code, message, remedy = "no_worker", "No worker is there to do it.", start_one
    elif workers.are_late:
        code, message = "workers_late", f"{_count(workers)} not reported in time."
        remedy = f"Wait some seconds. {start_one}"
    else:
        doing = "busy" if workers.running else "ready"
        code, message, remedy = "workers_alive", f"{_count(workers)} reported and is {doing}.", ""
        if workers.count != 1:
            message = f"{workers.count} workers have reported; {workers.running} tasks run."
    yield Link(
        kind=LinkKind.QUEUE if code == "queue_paused" else LinkKind.WORKER,
        reason=Reason(
            code=code,
            message=message,
            remedy=remedy,
            params={"queue": workers.queue, "workers": workers.count, "running": workers.running},
        ),
        since=since,
        action=resume_queue(workers),
        detail=workers.detail,
    )


def resume_queue(workers: Workers) -> Remedy | None:
    """Return what ends the pause of a queue; None if it isn't paused."""
    if not workers.pause:
        return None
    return Remedy(subject=workers.pause, transition="resume", label="Resume the queue")


def _count(workers: Workers) -> str:
    return "1 worker has" if workers.count == 1 else f"{workers.count} workers have"


def _camera(camera: CameraFacts) -> Iterator[Link]:
    if camera.is_revoked:
        yield _about_camera(
            camera, "revoked", f"{camera.name} is revoked: its pictures are refused.", "Pair it again."
        )
        return
    if camera.heartbeat_at is None:
        message = f"{camera.name} has never connected."
        yield _about_camera(camera, "never_connected", message, "Start its agent: camera-agent run")
        return
    if camera.is_silent:
        message = f"{camera.name} is offline."
        remedy = "Look at its power and its network. If both are there, start its agent: camera-agent run"
        yield _about_camera(camera, "offline", message, remedy, since=camera.heartbeat_at)
    if camera.agent_state == "error":
        message = f"{camera.name} cannot take pictures: {camera.agent_detail or 'it does not say why'}."
        yield _about_camera(camera, "camera_error", message, "Look at its log.")
    if camera.config_error:
        message = f"{camera.name} refused its newest settings: {camera.config_error}"
        yield _about_camera(camera, "settings_refused", message, "Change its settings.")
    free, total = camera.disk_free, camera.disk_total
    if free is not None and total and free < LITTLE_SPACE * total:
        space = f"{free / 1e9:.1f} GB of {total / 1e9:.1f} GB"
        message = f"The disk of {camera.name} is nearly full: {space} are free."
        remedy = "Deliver what it holds, or make room on its card."
        yield _about_camera(camera, "disk_nearly_full", message, remedy)


def _about_camera(
    camera: CameraFacts, code: str, message: str, remedy: str, *, since: datetime | None = None
) -> Link:
    return Link(
        kind=LinkKind.CAMERA,
        reason=Reason(code=code, message=message, remedy=remedy, params={"camera": camera.name}),
        since=since,
        subject=camera.subject,
    )


def _may_start(workers: Workers | None) -> bool:
    return workers is not None and bool(workers.count) and workers.paused_since is None


def _start(movie: MovieFacts) -> Range | None:
    """Return when its turn comes; None if that can't be said, or if it is its turn."""
    etas = [holder.work.eta_s if holder.work else None for holder in movie.holders]
    known = [eta for eta in etas if eta is not None]
    pace = _pace(movie)
    if not etas or len(known) < len(etas) or (movie.before and pace is None):
        return None
    low, high = pace or (0.0, 0.0)
    return _after(
        movie.at,
        (
            max(eta[0] for eta in known) + low * movie.frames_before,
            max(eta[1] for eta in known) + high * movie.frames_before,
        ),
    )


def _end(movie: MovieFacts, start: Range) -> Range | None:
    pace = _pace(movie)
    if pace is None:
        return None
    return Range(
        earliest=start.earliest + timedelta(seconds=pace[0] * movie.frames_left),
        latest=start.latest + timedelta(seconds=pace[1] * movie.frames_left),
    )


def _pace(movie: MovieFacts) -> tuple[float, float] | None:
    """Return the seconds for one frame, as the movie that is being made of the same frames tells."""
    paces = (holder.work.item_s() for holder in movie.holders if holder.is_movie and holder.work)
    return next((pace for pace in paces if pace is not None), None)


def _after(at: datetime, seconds: tuple[float, float]) -> Range:
    return Range(earliest=at + timedelta(seconds=seconds[0]), latest=at + timedelta(seconds=seconds[1]))


def _estimated(kind: LinkKind, code: str, message: str, estimate: Range) -> Link:
    return Link(kind=kind, reason=Reason(code=code, message=message, remedy=""), estimate=estimate)
