from __future__ import annotations

import pytest

from queue_insight.models import Queue
from queue_insight.page.actions import ACTIONS


@pytest.mark.parametrize(
    ("code", "number", "question"),
    [
        ("cancel", 1, "Cancel 1 task?"),
        ("shut_down", 2, "Shut down 2 workers?"),
        ("limit", 1, "Limit the rate of 1 task name?"),
    ],
)
def test_the_question_says_how_many(code, number, question):
    assert ACTIONS[code].question(number) == question


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_each_action_has_a_permission_and_says_what_it_may_lose(action):
    assert action.permission in dict(Queue._meta.permissions)
    assert action.warning
