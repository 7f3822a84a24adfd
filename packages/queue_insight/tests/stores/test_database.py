from __future__ import annotations

import threading

import pytest
from celery import Celery
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from queue_insight import snapshot
from queue_insight.collector_state import CollectorState, ObservedTask, Part
from queue_insight.errors import StoreNotMigratedError, StoreUnreachableError
from queue_insight.models import CollectorRecord
from queue_insight.stored_state import load, load_all_tasks
from queue_insight.stores.base import Changes
from queue_insight.stores.database import DatabaseStore
from queue_insight.testing.states import FULL, LONG_S, save
from queue_insight.testing.stores import StoreConformance

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
class TestDatabaseStore(StoreConformance):
    def make_store(self):
        return DatabaseStore()


class TestInsideOfATransaction(StoreConformance):
    def make_store(self):
        return DatabaseStore(key_prefix="inside")


def test_two_prefixes_are_two_stores():
    save(DatabaseStore(key_prefix="one"), FULL)
    assert load(DatabaseStore(key_prefix="another")) is None
    assert DatabaseStore(key_prefix="another").task_ids(limit=1) == []


def test_a_state_that_has_expired_leaves_no_record_behind_after_the_next_write():
    store = DatabaseStore()
    save(store, FULL, retention_s=0)
    token = store.acquire("test", lease_s=LONG_S).token
    store.write(Changes(header=b"{}"), token=token, lease_s=LONG_S, retention_s=LONG_S)
    left = CollectorRecord.objects.exclude(part__in=["header", Part.HISTORY, Part.SERIES])
    assert not left.exists()


def test_a_write_costs_the_same_statements_whatever_is_there():
    store = DatabaseStore()
    few, many = (
        CollectorState(
            collected_at=1.0, next_by=2.0, tasks=tuple(ObservedTask(id=f"t{n}") for n in range(number))
        )
        for number in (10, 100)
    )
    save(store, few)
    with CaptureQueriesContext(connection) as for_few:
        save(store, few)
    with CaptureQueriesContext(connection) as for_many:
        save(store, many)
    assert len(for_many) == len(for_few) <= 20
    with CaptureQueriesContext(connection) as reading:
        assert load(store) is not None
    assert len(reading) == 1 + 2  # and a savepoint


def test_more_tasks_than_one_statement_has_parameters_are_saved_and_read():
    store = DatabaseStore()
    tasks = tuple(ObservedTask(id=f"t{n:05}") for n in range(5_000))
    save(store, CollectorState(collected_at=1.0, next_by=2.0, tasks=tasks))
    assert load_all_tasks(store) == tasks
    assert len(store.read_records(Part.TASKS, [task.id for task in tasks])) == len(tasks)


@pytest.mark.django_db(transaction=True)
def test_of_collectors_that_begin_at_the_same_time_one_gets_the_lease():
    begun, found = threading.Barrier(4), []

    def acquire(name):
        begun.wait(10)
        found.append(DatabaseStore().acquire(name, lease_s=LONG_S))
        connections.close_all()

    threads = [threading.Thread(target=acquire, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4
    assert len({lease.holder for lease in found}) == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_is_replaced():
    store = DatabaseStore()
    save(store, FULL)
    connection.connection.close()
    with pytest.raises(StoreUnreachableError, match="'default' did not respond"):
        load(store)
    assert load(store) is not None


def test_a_database_without_the_tables_asks_to_migrate():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE queue_insight_collectorrecord RENAME TO elsewhere")
    with pytest.raises(StoreNotMigratedError, match=r"manage\.py migrate queue_insight"):
        load(DatabaseStore())
    (note, *_) = [
        n for n in snapshot(Celery(broker="memory://", set_as_current=False)).notes if "migrate" in n.message
    ]
    assert "manage.py migrate" in note.message
