from __future__ import annotations

import pytest

from fsmlock.iteration import Iteration, execute
from timelapse.operations.queries import RUNS_GROUP
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
