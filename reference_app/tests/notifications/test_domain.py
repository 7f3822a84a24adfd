from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fsmlock import Reason
from queue_insight.periodic_state import PeriodicState
from timelapse.home import domain as home
from timelapse.home.domain import Disk, FailedMovie, Periodic
from timelapse.notifications import domain
from timelapse.notifications.domain import Kind, Observation
from timelapse.why.domain.cameras import camera_chain
from timelapse.why.domain.facts import CameraFacts, Workers

NOW = datetime(2026, 11, 29, 14, tzinfo=UTC)
ROOF = {"name": "Roof", "subject": "cameras.Camera:7", "heartbeat_at": NOW}


def found(links, pages=None):
    return list(domain.occurrences(links, pages or {}))


def test_a_camera_that_is_offline_is_the_need_of_the_first_page():
    (offline,) = found(camera_chain(CameraFacts(is_silent=True, **ROOF)), {"cameras.Camera:7": "/cameras/x"})
    assert (offline.key, offline.kind) == ("cameras.Camera:7:offline", Kind.CAMERA)
    assert (offline.message, offline.path, offline.since) == ("Roof is offline.", "/cameras/x", NOW)
    assert offline.end_message == "Roof reports again."
    assert offline.permission == "cameras.view_camera"


def test_a_camera_that_never_connected_or_refuses_settings_notifies_nobody():
    never = CameraFacts(name="Roof", subject="cameras.Camera:7")
    assert found(camera_chain(never)) == []
    assert found(camera_chain(CameraFacts(config_error="too large", **ROOF))) == []


def test_a_failed_movie_is_another_one_each_time_it_fails():
    def failed(at):
        reason = Reason(code="disk_nearly_full", message="Full.", remedy="Make room.")
        movie = FailedMovie(name="Movie 3", subject="rendering.Movie:3", failure=reason, failed_at=at)
        (only,) = found(home.failed_movies([movie], 1))
        return only

    assert failed(NOW).kind is Kind.MOVIE_FAILED
    assert (failed(NOW).message, failed(NOW).end_message) == ("Movie 3 failed: Full.", "")
    assert failed(NOW).key != failed(NOW.replace(hour=15)).key


def test_a_queue_without_a_worker_and_one_whose_workers_are_late_are_one_need():
    idle = Workers(queue="render", waiting=3, count=0)
    late = Workers(queue="render", waiting=3, count=1, are_late=True)
    (one,), (other,) = (found(home.queues([each], is_known=True)) for each in (idle, late))
    assert one.key == other.key == "queue:render:workers"
    assert one.message == "No worker takes tasks from the queue “render”; 3 tasks wait."
    assert one.end_message == "Workers take tasks from the queue “render” again."


@pytest.mark.parametrize(
    ("queue", "known", "unsure"),
    [
        (Workers(queue="render", count=1), True, False),
        (Workers(queue="render", count=0, waiting=1, paused_by="anna", paused_since=NOW), True, True),
        (Workers(queue="render", count=None), True, True),
        (Workers(queue="render", count=1), False, True),
    ],
)
def test_whether_a_queue_has_a_worker_is_not_known_while_it_is_paused_or_nothing_is_reported(
    queue, known, unsure
):
    disk = Disk(free=50, total=100)
    names = frozenset(domain.unsure_of([queue], disk, queues_are_known=known))
    assert Observation(present=(), unsure=names).is_unsure_of("queue:render:workers") is unsure
    assert not Observation(present=(), unsure=names).is_unsure_of("queues:unknown")


def test_a_disk_that_cannot_be_read_is_neither_full_nor_not():
    (unknown,) = found(home.disk(None))
    names = frozenset(domain.unsure_of([], None, queues_are_known=True))
    seen = Observation(present=(unknown,), unsure=names)
    assert (seen.is_unsure_of("disk:space"), seen.is_unsure_of("disk:unknown")) == (True, False)
    (full,) = found(home.disk(Disk(free=1, total=100)))
    assert (full.key, full.kind, full.permission) == ("disk:space", Kind.DISK, "operations.view_operations")


def test_the_page_of_an_object_has_its_global_id():
    assert domain.page_of("Camera", "7") == "/cameras/Q2FtZXJhOjc%3D"


def by_schedule(entry, state, **times):
    return Periodic(entry=entry, label="Look for news", state=state, **times)


def test_a_late_task_and_a_silent_beat_are_two_needs_with_their_ends():
    late = by_schedule("watch", PeriodicState.LATE, due=NOW, seen_at=NOW.replace(hour=15))
    (one,) = found(home.periodic([late]))
    assert (one.key, one.kind, one.path) == ("periodic:watch:late", Kind.PERIODIC, "/operations")
    assert one.end_message == "“Look for news” comes by its schedule again."
    (beat,) = found(home.periodic([by_schedule("watch", PeriodicState.LATE, due=NOW)]))
    assert (beat.key, beat.since) == ("beat:silent", NOW)
    assert beat.permission == "operations.view_operations"


@pytest.mark.parametrize(
    ("state", "known", "unsure"),
    [
        (PeriodicState.ON_TIME, True, {}),
        (PeriodicState.LATE, True, {"periodic:watch:late"}),
        (PeriodicState.UNKNOWN, True, {"periodic:watch:late", "beat:silent"}),
        (PeriodicState.ON_TIME, False, {"periodic:watch:late", "beat:silent"}),
    ],
)
def test_a_late_task_comes_again_only_when_it_was_seen_in_time(state, known, unsure):
    names = frozenset(domain.unsure_of_periodic([by_schedule("watch", state)], are_known=known))
    observed = Observation(present=(), unsure=names)
    keys = ("periodic:watch:late", "beat:silent")
    assert {key for key in keys if observed.is_unsure_of(key)} == set(unsure)
