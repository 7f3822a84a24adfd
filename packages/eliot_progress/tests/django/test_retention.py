from __future__ import annotations

import pytest
from tests.django.stories import CAUSAL, OTHER_CAUSAL, STORY

from eliot_progress.django import logstore, retention
from eliot_progress.django.models import LogAction, LogMessage, TaskRecord
from eliot_progress.django.store import DjangoStore
from eliot_progress.testing.samples import sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    logstore.write(STORY)


def causal_ids():
    return set(LogMessage.objects.values_list("causal_id", flat=True))


def test_a_task_is_forgotten_whole_or_not_at_all(story):
    assert retention.older_than(108.0) == retention.Pruned(tasks=0, messages=0)
    assert retention.older_than(110.0) == retention.Pruned(tasks=1, messages=11)
    assert causal_ids() == {OTHER_CAUSAL}
    assert not LogAction.objects.filter(causal_id=CAUSAL).exists()


def test_the_oldest_are_forgotten_until_the_rest_is_small_enough(story):
    assert retention.larger_than(retention.size_bytes()).tasks == 0
    assert retention.larger_than(retention.size_bytes() - 1).tasks == 1
    assert causal_ids() == {OTHER_CAUSAL}
    assert retention.larger_than(0).tasks == 1
    assert retention.size_bytes() == 0


def test_no_transaction_forgets_more_than_a_few(story, monkeypatch):
    monkeypatch.setattr(retention, "_BATCH", 1)
    assert retention.older_than(1e9).tasks == 2


def test_ended_tasks_are_forgotten_by_age_and_running_ones_are_not():
    store = DjangoStore()
    store.record(sample(1, level=(2,), started_at=100.0))
    store.record(sample(1, level=(3,), started_at=101.0, about="app.Movie:8", outcome="failed"))
    retention.older_than(1000.0)
    assert [row.outcome for row in TaskRecord.objects.all()] == [""]
