from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fsmlock import Reason
from queue_insight.periodic_state import PeriodicState
from timelapse.home import domain
from timelapse.home.domain import PERIODIC_LISTED, Disk, FailedMovie, Periodic
from timelapse.home.needs import disk_of
from timelapse.why.domain.facts import Workers

NOW = datetime(2026, 11, 28, 14, tzinfo=UTC)
BUSY = Workers(queue="render", waiting=3, count=1)


def codes(links):
    return [link.reason.code for link in links]


@pytest.mark.parametrize(
    ("queue", "needs"),
    [
        (BUSY, []),
        (Workers(queue="render", waiting=3, count=None), []),
        (Workers(queue="render", waiting=None, count=0), ["no_worker"]),
        (Workers(queue="render", waiting=0, count=2, are_late=True), ["workers_late"]),
        (Workers(queue="render", waiting=0, count=0, paused_by="admin", paused_since=NOW), []),
        (
            Workers(queue="render", waiting=1, count=0, paused_by="admin", paused_since=NOW),
            ["queue_paused"],
        ),
    ],
)
def test_a_queue_needs_somebody_when_nobody_takes_its_tasks(queue, needs):
    assert codes(domain.queues([queue], is_known=True)) == needs


def test_a_queue_without_a_worker_says_how_many_tasks_wait_and_since_when():
    (need,) = domain.queues([Workers(queue="render", waiting=1, count=0, last_seen_at=NOW)], is_known=True)
    assert need.reason.message == "No worker takes tasks from the queue “render”; 1 task waits."
    assert need.reason.remedy.endswith("-Q render")
    assert need.since == NOW


def test_queues_of_which_nothing_is_known_are_one_need_and_none_is_called_well():
    idle = Workers(queue="render", waiting=None, count=0)
    assert codes(domain.queues([BUSY, idle], is_known=False)) == ["queues_unknown"]


def by_schedule(entry, state, *, due=None, seen_at=None):
    return Periodic(entry=entry, label=entry.capitalize(), state=state, due=due, seen_at=seen_at)


AFTER = NOW + timedelta(minutes=2)
ON_TIME = by_schedule("sweep", PeriodicState.ON_TIME, due=AFTER, seen_at=NOW - timedelta(hours=1))
LATE = by_schedule("recover", PeriodicState.LATE, due=NOW, seen_at=NOW - timedelta(minutes=1))


def test_when_nothing_has_come_since_something_was_due_the_need_is_beat_itself():
    (need,) = domain.periodic([LATE, by_schedule("mail", PeriodicState.LATE, due=AFTER), ON_TIME])
    assert (need.reason.code, need.since) == ("no_beat", NOW)
    assert need.reason.remedy.endswith("beat")


def test_a_late_task_is_a_need_of_its_own_while_others_come():
    came = by_schedule("mail", PeriodicState.ON_TIME, seen_at=AFTER)
    (need,) = domain.periodic([LATE, came])
    assert (need.reason.code, need.since) == ("periodic_late", NOW)
    assert need.reason.message == "“Recover” did not come when it was due."


def test_a_task_that_was_sent_and_never_ends_is_a_need():
    (need,) = domain.periodic([by_schedule("recover", PeriodicState.NOT_ENDED, seen_at=AFTER)])
    assert need.reason.code == "periodic_not_ended"


@pytest.mark.parametrize("state", [PeriodicState.UNKNOWN, PeriodicState.NOT_DUE_YET, PeriodicState.ON_TIME])
def test_what_is_not_known_or_not_due_needs_nobody(state):
    assert list(domain.periodic([by_schedule("recover", state, due=NOW)])) == []
    assert list(domain.periodic([])) == []


def test_many_late_tasks_are_counted():
    late = [by_schedule(f"t{n}", PeriodicState.LATE, due=NOW, seen_at=AFTER) for n in range(9)]
    needs = list(domain.periodic(late))
    assert len(needs) == PERIODIC_LISTED + 1
    assert needs[-1].reason.message == "4 more tasks that are done by a schedule did not come."


@pytest.mark.parametrize(
    ("disk", "needs"),
    [
        (Disk(free=50, total=100), []),
        (Disk(free=2, total=100), ["disk_nearly_full"]),
        (None, ["disk_unknown"]),
    ],
)
def test_a_disk_needs_somebody_when_it_is_nearly_full_or_cannot_be_read(disk, needs):
    assert codes(domain.disk(disk)) == needs


def test_a_full_disk_is_said_to_hold_what_the_trash_keeps():
    (need,) = domain.disk(Disk(free=2, total=100, in_trash=1_200_000_000))
    assert "Movies in the trash take 1.2 GB until they are deleted for good." in need.reason.remedy
    (need,) = domain.disk(Disk(free=2, total=100))
    assert "trash" not in need.reason.remedy


def test_the_disk_of_a_folder_that_will_exist_is_that_of_the_nearest_one_that_does(tmp_path):
    assert disk_of(tmp_path / "media" / "frames") is not None


def test_failed_movies_beyond_those_listed_are_counted():
    failed = FailedMovie(
        name="Movie 3 of Garden",
        subject="rendering.Movie:3",
        failure=Reason(code="disk_full", message="The disk is full.", remedy="Make room."),
        failed_at=NOW,
    )
    listed, more = domain.failed_movies([failed], 3)
    assert listed.reason.message == "Movie 3 of Garden failed: The disk is full."
    assert (listed.action.transition, listed.action.subject) == ("retry", "rendering.Movie:3")
    assert more.reason.message == "2 more movies failed."
