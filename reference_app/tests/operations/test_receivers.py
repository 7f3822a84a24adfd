from __future__ import annotations

import pytest

from fsmlock.iteration import Iteration, execute
from queue_insight.signals import collector_saved
from timelapse.operations.queries import QUEUES_GROUP, RUNS_GROUP
from timelapse.shared import live


class Nothing(Iteration):
    def items(self):
        return [1]

    def each(self, item):
        """Do nothing."""


@pytest.mark.django_db(transaction=True)
def test_the_page_learns_of_each_change_of_a_run(monkeypatch):
    sent = []
    monkeypatch.setattr(live, "publish_on_commit", lambda group, **payload: sent.append((group, payload)))
    run = Nothing.enqueue()
    execute(run)
    assert run.state == "succeeded"
    assert set(map(str, sent)) == {str((RUNS_GROUP, {"run": run.pk}))}


def test_the_page_learns_of_what_the_collector_has_seen_but_not_of_each_heartbeat(monkeypatch):
    sent = []
    monkeypatch.setattr(live, "publish", lambda group, event, key: sent.append((group, event, key)))
    collector_saved.send(sender=None, has_news=False)
    collector_saved.send(sender=None, has_news=True)
    assert sent == [(QUEUES_GROUP, {"queues": True}, "queues")]
