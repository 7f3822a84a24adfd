from __future__ import annotations

import pytest

from eliot_progress import Liveness, judge
from eliot_progress.testing.samples import task_state


@pytest.mark.parametrize(
    ("now", "liveness"),
    [(100, "alive"), (101, "alive"), (101.01, "late"), (106, "late"), (106.01, "stalled"), (1e12, "stalled")],
)
def test_a_promise_is_kept_late_or_broken(now, liveness):
    assert judge(task_state(next_by=101, grace_s=5), now) == Liveness(liveness)


def test_what_has_ended_is_finished_at_any_time():
    assert judge(task_state(outcome="failed"), 1e12) is Liveness.FINISHED
