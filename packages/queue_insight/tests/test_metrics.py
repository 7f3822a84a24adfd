from __future__ import annotations

from datetime import timedelta

from tests import values
from tests.values import NOW

from queue_insight import WorkerState
from queue_insight.metrics import exposition


def lines(**fields):
    return [line for line in exposition(values.snapshot(**fields)).splitlines() if not line.startswith("#")]


def test_figures_have_the_names_of_celery_exporter_where_they_mean_the_same():
    assert lines(
        queues=(values.queue(depth=7, running=1, reserved=3, delayed=1, oldest_wait_s=2.5),),
        lost_tasks=1,
        workers=(values.worker(slots=4, active=2),),
        collected_at=NOW + timedelta(seconds=90),  # by a clock that is ahead
        collected_age_s=1.0,
    ) == [
        'celery_queue_length{queue_name="celery"} 7',
        'queue_insight_queue_oldest_seconds{queue_name="celery"} 2.5',
        'celery_active_worker_count{queue_name="celery"} 1',
        'celery_active_process_count{queue_name="celery"} 4',
        'queue_insight_queue_prefetched{queue_name="celery"} 2',
        'queue_insight_queue_delayed{queue_name="celery"} 1',
        'queue_insight_queue_running{queue_name="celery"} 1',
        'celery_worker_up{hostname="one@test"} 1',
        'celery_worker_tasks_active{hostname="one@test"} 2',
        "queue_insight_tasks_lost 1",
        "queue_insight_collector_lag_seconds 1.0",
        "queue_insight_broker_up 1",
        "queue_insight_collector_up 1",
    ]


def test_what_is_not_known_has_no_series():
    assert lines(
        collected_at=None, fresh=False, workers=(), queues=(values.queue(depth=7, workers=None),)
    ) == [
        'celery_queue_length{queue_name="celery"} 7',
        "queue_insight_broker_up 1",
        "queue_insight_collector_up 0",
    ]


def test_a_worker_has_series_only_while_it_is_alive():
    states = (
        WorkerState.ONLINE,
        WorkerState.LATE,
        WorkerState.GONE,
        WorkerState.OFFLINE,
        WorkerState.UNKNOWN,
    )
    workers = tuple(values.worker(name=state.value, state=state) for state in states)
    up = [line for line in lines(workers=workers) if line.startswith("celery_worker_up")]
    assert up == ['celery_worker_up{hostname="online"} 1', 'celery_worker_up{hostname="late"} 1']


def test_slots_are_absent_if_one_worker_has_not_reported_its_own():
    found = lines(workers=(values.worker(slots=None),))
    assert not [line for line in found if "process_count" in line]


def test_a_large_number_keeps_all_its_digits():
    assert 'celery_queue_length{queue_name="celery"} 12345678' in lines(
        queues=(values.queue(depth=12_345_678),)
    )


def test_consumers_by_the_brokers_count_are_there_without_a_collector():
    found = lines(queues=(values.queue(depth=0, consumers=3),), fresh=False)
    assert 'celery_active_consumer_count{queue_name="celery"} 3' in found


def test_any_name_is_one_label():
    name = 'a"b\\c\nd\ud800'
    assert 'celery_queue_length{queue_name="a\\"b\\\\c\\nd?"} 1' in lines(queues=(values.queue(name=name),))
