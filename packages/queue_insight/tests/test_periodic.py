"""The periodic tasks as a collector has recorded them; schedules are Celery's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import Celery
from celery.schedules import crontab
from tests.conftest import free_port
from tests.waiting import wait_until

from queue_insight.errors import StoreUnreachableError
from queue_insight.periodic import MAX_TASKS, periodic_tasks
from queue_insight.periodic_state import PeriodicState
from queue_insight.recorded_history import MAX_SERIES, HistoryRecorder
from queue_insight.stores.base import Changes
from queue_insight.stores.memory import MemoryStore
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.states import FULL, LONG_S, everything

HOUR = 1_800_000_000.0 // 3600 * 3600


class Recorded:
    """An app with a schedule, and what a collector recorded of it."""

    def __init__(self, **schedule):
        self.app = Celery("test", broker="memory://")
        self.app.conf.beat_schedule = {
            name: {"task": f"work.{name}", "schedule": every} for name, every in schedule.items()
        }
        self.recorder, self.store = HistoryRecorder(), MemoryStore()
        self.token = self.store.acquire("test", lease_s=LONG_S).token

    def listen(self, start, end):
        for second in range(int(end - start) + 1):
            self.recorder.observe(start + second, listens=True)
            if second % 60 == 0:
                self.write(start + second)
        self.write(end)

    def sent(self, name, at):
        self.recorder.sent("celery", f"work.{name}", at)

    def ran(self, name, at, outcome="succeeded"):
        self.recorder.finished("celery", f"work.{name}", outcome, at, run_s=1.0, wait_s=0.1)

    def write(self, now):
        changed = self.recorder.take_changed(now, again=False, at_once=True)
        changes = Changes(header=everything(FULL).header, records=changed)
        self.store.write(changes, token=self.token, lease_s=LONG_S, retention_s=LONG_S)

    def read(self, now):
        found = periodic_tasks(self.app, store=self.store, clock=lambda: now)
        return {each.entry: each for each in found.tasks}


def test_a_task_that_comes_is_on_time_with_its_counts_and_when_it_is_due():
    recorded = Recorded(mail=timedelta(minutes=10))
    for number in range(3):
        recorded.sent("mail", HOUR + 600 * number)
        recorded.ran("mail", HOUR + 600 * number + 2, "failed" if number == 1 else "succeeded")
        recorded.listen(HOUR + 600 * number, HOUR + 600 * (number + 1) - 60)
    found = recorded.read(HOUR + 1740)["mail"]
    assert found.state is PeriodicState.ON_TIME
    assert (found.reason, found.succeeded, found.failed) == (None, 2, 1)
    assert found.last_sent.start.timestamp() == HOUR + 1200
    assert found.due.timestamp() == pytest.approx(HOUR + 1260 + 600, abs=1)


def test_one_that_was_due_while_a_collector_listened_and_did_not_come_is_late_and_names_beat():
    recorded = Recorded(mail=60.0)
    recorded.sent("mail", HOUR)
    recorded.ran("mail", HOUR + 1)
    recorded.listen(HOUR, HOUR + 900)
    found = recorded.read(HOUR + 900)["mail"]
    assert found.state is PeriodicState.LATE
    assert found.reason.code == "not_sent"
    assert "celery beat" in found.reason.remedy


def test_without_senders_events_nobody_says_that_it_was_not_sent():
    recorded = Recorded(mail=60.0)
    recorded.ran("mail", HOUR + 1)
    recorded.listen(HOUR, HOUR + 900)
    found = recorded.read(HOUR + 900)["mail"]
    assert (found.state, found.reason.code) == (PeriodicState.LATE, "not_run")
    assert "worker" in found.reason.remedy


def test_one_that_was_sent_again_and_again_and_never_ends_is_not_late_but_not_ended():
    recorded = Recorded(mail=60.0)
    recorded.ran("mail", HOUR + 1)
    for minute in range(15):
        recorded.sent("mail", HOUR + 60 * minute)
        recorded.listen(HOUR + 60 * minute, HOUR + 60 * minute + 59)
    found = recorded.read(HOUR + 900)["mail"]
    assert found.state is PeriodicState.NOT_ENDED
    assert "no run has ended since 2027-01-15T08:01:00" in found.reason.message


def test_what_was_due_while_nobody_listened_is_not_known():
    recorded = Recorded(mail=1200.0, nightly=crontab(minute=0, hour=3))
    recorded.sent("mail", HOUR)
    recorded.listen(HOUR, HOUR + 300)
    recorded.recorder.observe(HOUR + 301, listens=False)
    recorded.listen(HOUR + 2400, HOUR + 2700)
    found = recorded.read(HOUR + 2700)
    assert (found["mail"].state, found["mail"].reason.code) == (PeriodicState.UNKNOWN, "gap")
    assert found["nightly"].state is PeriodicState.NOT_DUE_YET
    assert found["nightly"].due.hour == 3


@pytest.mark.parametrize("silent_for", [600, 90_000])
def test_without_a_collector_of_late_everything_is_unknown_and_says_so(silent_for):
    recorded = Recorded(mail=60.0)
    recorded.sent("mail", HOUR)
    recorded.listen(HOUR, HOUR + 300)
    found = recorded.read(HOUR + 300 + silent_for)["mail"]
    assert (found.state, found.reason.code) == (PeriodicState.UNKNOWN, "not_observed")
    assert found.last_sent is not None


def test_a_collector_that_hears_no_event_at_all_knows_nothing():
    recorded = Recorded(mail=60.0)
    recorded.listen(HOUR, HOUR + 900)
    assert recorded.read(HOUR + 900)["mail"].reason.code == "no_events"


@pytest.mark.parametrize("since_s", [5, 70, 119])
def test_a_collector_that_has_just_begun_to_listen_says_what_it_has_seen(since_s):
    recorded = Recorded(mail=timedelta(hours=1), hourly=crontab(minute=30))
    recorded.sent("mail", HOUR + 2)
    recorded.ran("mail", HOUR + 3)
    recorded.listen(HOUR, HOUR + since_s)
    found = recorded.read(HOUR + since_s)
    assert (found["mail"].state, found["mail"].reason) == (PeriodicState.ON_TIME, None)
    assert found["mail"].due.timestamp() == pytest.approx(HOUR + 3600, abs=61)
    assert (found["hourly"].state, found["hourly"].due.minute) == (PeriodicState.NOT_DUE_YET, 30)


def test_of_too_many_names_one_that_was_dropped_is_not_called_late():
    recorded = Recorded(mail=60.0)
    for number in range(MAX_SERIES):
        recorded.ran(f"other{number}", HOUR)
    recorded.listen(HOUR, HOUR + 900)
    assert recorded.read(HOUR + 900)["mail"].reason.code == "dropped"


def test_a_schedule_that_raises_is_shown_and_spoils_no_other():
    class Broken(crontab):
        def remaining_estimate(self, last_run_at):
            raise RuntimeError("no ephemeris")

    recorded = Recorded(sun=Broken(), mail=60.0)
    recorded.sent("mail", HOUR + 890)
    recorded.listen(HOUR, HOUR + 900)
    found = recorded.read(HOUR + 900)
    assert found["sun"].reason.code == "schedule_unreadable"
    assert found["mail"].state is PeriodicState.ON_TIME


def test_those_in_trouble_come_first_and_their_number_is_bounded():
    recorded = Recorded(**{f"n{number:03}": 3600.0 for number in range(MAX_TASKS + 5)}, late=60.0)
    recorded.app.conf.beat_schedule = {"late": recorded.app.conf.beat_schedule["late"]} | dict(
        recorded.app.conf.beat_schedule
    )
    recorded.sent("n000", HOUR)
    recorded.sent("late", HOUR)
    recorded.listen(HOUR, HOUR + 900)
    found = periodic_tasks(recorded.app, store=recorded.store, clock=lambda: HOUR + 900)
    assert found.tasks[0].entry == "late"
    assert (len(found.tasks), found.more) == (MAX_TASKS, 6)


def test_schedules_are_shown_as_they_are_written_and_another_scheduler_is_named():
    recorded = Recorded(often=5.0, rarely=timedelta(hours=2), nightly=crontab(minute=0, hour=3))
    recorded.app.conf.beat_scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    found = periodic_tasks(recorded.app, store=recorded.store)
    assert {each.schedule for each in found.tasks} == {"every 5 s", "every 2 h", "0 3 * * *"}
    assert found.other_scheduler == "django_celery_beat.schedulers:DatabaseScheduler"


def test_a_store_that_does_not_respond_is_an_error_and_no_empty_list():
    app = Recorded(mail=60.0).app
    with pytest.raises(StoreUnreachableError):
        periodic_tasks(app, store=RedisStore(f"redis://127.0.0.1:{free_port()}/0"))


@pytest.mark.slow
def test_what_a_real_worker_ran_is_the_last_run_of_a_periodic_task(app, store, worker, run_collector):
    app.conf.beat_schedule = {"nothing": {"task": "work.nothing", "schedule": 3600.0}}
    stop = run_collector()
    worker("-E", "-c", "1")

    def has_run():
        app.send_task("work.nothing")
        return periodic_tasks(app, store=store).tasks[0].last_run is not None

    wait_until(has_run)
    stop()
    assert periodic_tasks(app, store=store).tasks[0].succeeded >= 1
