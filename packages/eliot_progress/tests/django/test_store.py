from __future__ import annotations

import time

import pytest
from django.db import DatabaseError, connection

from eliot_progress import judge
from eliot_progress.django.models import TaskRecord
from eliot_progress.django.store import DjangoStore
from eliot_progress.messages import parse
from eliot_progress.testing.samples import TASK, sample
from eliot_progress.testing.stores import StoreConformance

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return DjangoStore()


class TestDjangoStore(StoreConformance):
    @pytest.mark.django_db(transaction=True)  # threads see only what is committed
    def test_no_part_is_lost_when_many_end_at_once(self, store):
        super().test_no_part_is_lost_when_many_end_at_once(store)

    def record_in_a_thread(self, store, message):
        try:
            super().record_in_a_thread(store, message)
        finally:
            connection.close()


def test_another_process_finds_what_this_one_kept(store):
    store.record(sample(3, done=7, outcome="failed", reason="gone"))
    again = DjangoStore().get(f"{TASK}@/2")
    assert (again.done, again.outcome, again.reason) == (7, "failed", "gone")


def test_the_tasks_started_longest_ago_are_forgotten_first(monkeypatch):
    monkeypatch.setattr("eliot_progress.django.store._CHECK_EVERY", 5)
    store = DjangoStore(keep=3)
    for n in range(2, 12):
        store.record(sample(1, level=(n,), started_at=100.0 + n, about=f"app.Movie:{n}"))
    assert [state.about for state in store.active()] == ["app.Movie:11", "app.Movie:10", "app.Movie:9"]
    assert TaskRecord.objects.count() == 3


@pytest.mark.parametrize("wrong_by", [-600, 600, 0])
def test_a_sender_whose_clock_is_wrong_by_minutes_is_judged_right(store, wrong_by):
    sent = time.time() + wrong_by
    store.record(sample(1, started_at=sent - 5, heartbeat_at=sent, next_by=sent + 1, grace_s=5))
    for state in (store.get(f"{TASK}@/2"), store.latest("app.Movie:7"), store.active()[0]):
        assert judge(state, time.time()) == "alive"
        assert judge(state, time.time() + 3) == "late"
        assert judge(state, time.time() + 30) == "stalled"
        assert state.heartbeat_at - state.started_at == pytest.approx(5)


def test_a_message_out_of_an_old_file_does_not_bring_a_dead_task_to_life(store):
    sent = time.time() - 3600
    store.record(sample(1, started_at=sent, heartbeat_at=sent, next_by=sent + 1, grace_s=5), received_at=sent)
    assert judge(store.get(f"{TASK}@/2"), time.time()) == "stalled"


def test_many_objects_take_one_query(store, django_assert_num_queries):
    for n in range(20):
        store.record(sample(1, level=(n + 2,), about=f"app.Movie:{n}"))
    with django_assert_num_queries(1):
        assert len(store.latest_many(f"app.Movie:{n}" for n in range(20))) == 20


def take(store, *messages):
    store.record_all([parse(message) for message in messages])


def test_many_tasks_are_taken_in_by_few_queries(store, django_assert_max_num_queries):
    many = [sample(1, level=(n + 2,), about=f"app.Movie:{n}") for n in range(100)]
    with django_assert_max_num_queries(7):
        take(store, *many)
    assert len(store.active()) == 100


def test_of_many_tasks_at_once_each_keeps_its_newest_report(store):
    store.record(sample(5, level=(2,), done=5))
    store.record(sample(5, level=(3,), done=5))
    take(store, sample(4, level=(2,), done=4), sample(6, level=(3,), done=6), sample(1, level=(4,), done=1))
    assert [store.get(f"{TASK}@/{n}").done for n in (2, 3, 4)] == [5, 6, 1]


def test_of_many_tasks_at_once_the_newest_about_an_object_supersedes_those_before(store):
    store.record(sample(1, level=(2,), started_at=100.0))
    take(store, sample(1, level=(4,), started_at=102.0), sample(1, level=(3,), started_at=101.0))
    assert [state.id for state in store.active()] == [f"{TASK}@/4"]


def test_many_tasks_at_once_count_towards_how_many_are_kept(monkeypatch):
    monkeypatch.setattr("eliot_progress.django.store._CHECK_EVERY", 5)
    take(DjangoStore(keep=3), *(sample(1, level=(n,), started_at=100.0 + n, about="") for n in range(2, 12)))
    assert TaskRecord.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_made_anew_for_the_next_message(store):
    connection.ensure_connection()
    connection.connection.close()
    with pytest.raises(DatabaseError):
        store.record(sample(1))
    store.record(sample(2, done=3))
    assert store.get(f"{TASK}@/2").done == 3
