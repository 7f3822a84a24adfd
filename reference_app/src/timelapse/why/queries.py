"""Reads the facts from which the chains are composed: a bounded number of rows and round trips for each."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, assert_never

from django.utils import timezone

import fsmlock
import queue_insight
from eliot_progress import stall
from fsmlock import Reason
from fsmlock.models import Run
from fsmlock.sentences import sentence
from queue_insight.snapshot import WorkerState
from timelapse.cameras.domain import liveness
from timelapse.cameras.models import Camera
from timelapse.operations.kinds import name_of
from timelapse.operations.models import QueuePause
from timelapse.operations.queries import run_keys
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import failure_of, full_name, movies_by_token, queued_before
from timelapse.rendering.queries import name_of as name_of_movie
from timelapse.rendering.waiting import own_hold, time_left
from timelapse.rendering.whereabouts import task_reasons
from timelapse.shared.progress import about, store
from timelapse.timelapses.models import Timelapse
from timelapse.why.domain.cameras import camera_chain
from timelapse.why.domain.facts import CameraFacts, Holder, MovieFacts, Work, Workers
from timelapse.why.domain.links import Link, Remedy
from timelapse.why.domain.movies import movie_chain
from timelapse.why.domain.tasks import holder_links, run_chain, task_chain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eliot_progress import TaskState
    from fsmlock import HoldInfo

#: The queue of the tasks that render movies.
_RENDER_QUEUE: Final = "render"
_ASK_TO_STOP: Final = "Ask it to stop"


def chain_of(row: Movie | Timelapse | Camera | Run) -> tuple[Link, ...]:
    """Return why an object is not done, ready or reachable."""
    match row:
        case Movie():
            return movie_chain(_movie(row))
        case Timelapse():
            return (*camera_links(row.camera), *holder_links(_holders(row, fsmlock.holds_on(row))))
        case Camera():
            return camera_chain(_camera(row, _holders(row, fsmlock.holds_on(row))))
        case Run():
            return _run_links(row)
        case _:
            assert_never(row)


def chain_of_task(task_id: str) -> tuple[Link, ...]:
    """Return why a task is not running."""
    snapshot = queue_insight.snapshot(tasks=[task_id], overview=True)
    found = snapshot.find(task_id)
    workers = _workers(found.queue, snapshot) if found is not None and found.queue else None
    return task_chain(_task(task_id, snapshot), workers)


def _movie(movie: Movie) -> MovieFacts:
    queued = movie.state == movie.States.QUEUED
    unfinished = queued or movie.state == movie.States.RENDERING
    at, asked = timezone.now(), [movie.task_id] if movie.task_id else []
    snapshot = queue_insight.snapshot(tasks=asked, overview=True)
    before = queued_before([movie])[movie] if queued else []
    holds = fsmlock.holds_on(movie.timelapse) if unfinished else ()
    own = own_hold(movie, holds)
    return MovieFacts(
        at=at,
        subject=about(movie),
        state=movie.state,
        requested_at=movie.created_at,
        finished_at=movie.finished_at,
        frames_left=_frames_left(movie),
        frames_before=sum(map(_frames_left, before)),
        before=tuple(map(name_of_movie, before)),
        holders=_holders(movie.timelapse, holds) if queued and own is None else (),
        workers=_workers(_RENDER_QUEUE, snapshot),
        task=task_reasons(movie, snapshot, own) if unfinished else (),
        work=_own_work(movie),
        failure=failure_of(movie),
        stop_requested_by=movie.cancel_requested_by if movie.cancel_requested_at else "",
    )


def _frames_left(movie: Movie) -> int:
    return max(0, movie.frame_count - movie.frames_done)


def _own_work(movie: Movie) -> Work | None:
    if movie.state != movie.States.RENDERING:
        return None
    state = store().latest_many([about(movie)]).get(about(movie))
    # One of another causal id belongs to an earlier request.
    return None if state is None or state.causal_id != movie.causal_id else _work(state)


def _work(state: TaskState) -> Work:
    return Work(
        done=int(state.done),
        total=None if state.total is None else int(state.total),
        unit=state.unit or "item",
        step=state.step,
        eta_s=time_left(state),
        reported_at=datetime.fromtimestamp(state.heartbeat_at, UTC),
        is_stalled=stall.judge(state, time.time()) is stall.Liveness.STALLED,
    )


def _holders(row: Timelapse | Camera, holds: Sequence[HoldInfo]) -> tuple[Holder, ...]:
    """Return what holds a lock of the object, in words, with two queries."""
    if not holds:
        return ()
    rendered = movies_by_token(hold.token for hold in holds if hold.lock == "render")
    movies = {movie.token: movie for movie in rendered.values() if movie.timelapse == row}
    runs = {str(run): run for run in Run.objects.filter(pk__in=run_keys(hold.why for hold in holds))}
    reported = store().latest_many([about(movie) for movie in movies.values()]) if movies else {}
    return tuple(_holder(hold, movies, runs, reported) for hold in holds)


def _holder(
    hold: HoldInfo,
    movies: Mapping[int | None, Movie],
    runs: Mapping[str, Run],
    reported: Mapping[str, TaskState],
) -> Holder:
    asked = hold.cancel_requested_by or ""
    detail = sentence("Lock “%(lock)s”, held by %(holder)s", lock=sentence(hold.lock), holder=hold.holder)
    movie, run = movies.get(hold.token), runs.get(hold.why)
    if movie is not None and hold.lock == "render":
        state = reported.get(about(movie))
        return Holder(
            doing=sentence("%(movie)s is made", movie=full_name(movie)),
            since=hold.since,
            subject=about(movie),
            by=movie.requester,
            work=_work(state) if state is not None and state.causal_id == movie.causal_id else None,
            is_movie=True,
            stop=Remedy(subject=about(movie), transition="cancel", label=_ASK_TO_STOP),
            stop_requested_by=asked,
            detail=detail,
        )
    if run is not None:
        return Holder(
            doing=sentence("“%(run)s” ends", run=name_of(run.iteration)),
            since=hold.since,
            subject=about(run),
            by=run.by,
            work=Work(done=run.done + run.failed, total=run.total, unit=run.unit),
            stop=Remedy(subject=about(run), transition="request_cancel", label=_ASK_TO_STOP),
            stop_requested_by=run.requested_by if run.state == Run.States.CANCELLING else asked,
            detail=detail,
        )
    return Holder(
        doing=sentence("“%(run)s” ends", run=hold.why or sentence(hold.lock)),
        since=hold.since,
        stop_requested_by=asked,
        detail=detail,
    )


def _task(task_id: str, snapshot: queue_insight.Snapshot) -> tuple[Reason, ...]:
    return tuple(
        Reason(code=each.code, message=each.message, remedy=each.remedy, params=dict(each.params))
        for each in queue_insight.diagnose(task_id, snapshot)
    )


def _workers(name: str, snapshot: queue_insight.Snapshot) -> Workers:
    return workers_of(name, snapshot, QueuePause.objects.filter(name=name).first())


def workers_of(name: str, snapshot: queue_insight.Snapshot, pause: QueuePause | None) -> Workers:
    """Return who takes the tasks of a queue, which somebody may have paused, without a query."""
    queue = snapshot.queue(name)
    listening = [
        worker
        for worker in snapshot.workers
        if queue is not None and queue.workers is not None and worker.name in queue.workers
    ]
    former = [worker for worker in snapshot.workers if name in (worker.queues or ())]
    known = snapshot.fresh and queue is not None and queue.workers is not None
    seen = [worker.last_seen_at for worker in listening or former]
    return Workers(
        queue=name,
        count=len(listening) if known else None,
        waiting=None if queue is None else queue.depth,
        running=0 if queue is None else queue.running,
        last_seen_at=max(seen) if seen else None,
        are_late=bool(listening) and all(worker.state is WorkerState.LATE for worker in listening),
        paused_by="" if pause is None else pause.by,
        paused_since=None if pause is None else pause.since,
        pause="" if pause is None else about(pause),
        detail=", ".join(f"{worker.name} ({worker.state.value})" for worker in listening or former),
    )


def camera_links(camera: Camera) -> tuple[Link, ...]:
    """Return what keeps a camera from taking and sending pictures, without a query."""
    return camera_chain(_camera(camera, ()))


def _camera(camera: Camera, holders: tuple[Holder, ...]) -> CameraFacts:
    return CameraFacts(
        name=camera.name,
        subject=about(camera),
        is_revoked=camera.state == camera.States.REVOKED,
        heartbeat_at=camera.heartbeat_at,
        is_silent=liveness(timezone.now(), camera.next_by, camera.grace_s) == "stalled",
        agent_state=camera.agent_state,
        agent_detail=camera.state_detail,
        config_error=camera.config_error,
        disk_free=camera.disk_free,
        disk_total=camera.disk_total,
        holders=holders,
    )


def _run_links(run: Run) -> tuple[Link, ...]:
    return run_chain(
        subject=about(run), state=run.state, by=run.requested_by, reason=run.reason, since=run.ended_at
    )
