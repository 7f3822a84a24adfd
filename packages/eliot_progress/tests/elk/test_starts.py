from __future__ import annotations

import pytest

from eliot_progress.elk import starts
from eliot_progress.elk.starts import Starts


def told(status, level, at=1.0, uuid="u"):
    return {"task_uuid": uuid, "task_level": level, "timestamp": at, "action_status": status}


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_an_end_is_told_when_its_own_action_began_and_only_once(status):
    of = Starts()
    of.begin_of(told("started", [1], 10.0))
    of.begin_of(told("started", [2, 1], 11.0))
    of.begin_of(told("started", [2, 1], 12.0, uuid="other"))
    assert of.begin_of(told(status, [2, 5])) == 11.0
    assert of.begin_of(told(status, [2, 5])) is None
    assert of.begin_of(told(status, [7])) == 10.0


def test_of_too_many_actions_the_one_that_began_first_is_forgotten(monkeypatch):
    monkeypatch.setattr(starts, "LIMIT", 2)
    of = Starts()
    for n in (1, 2, 3):
        of.begin_of(told("started", [n, 1], float(n)))
    assert [of.begin_of(told("succeeded", [n, 2])) for n in (1, 2, 3)] == [None, 2.0, 3.0]


@pytest.mark.parametrize(
    "message",
    [
        {},
        told("started", None),
        told("started", [1], "soon"),
        told([], [1]),
        told("failed", [[], {}]),
        {"task_level": [1], "message_type": "said"},
    ],
)
def test_malformed_messages_and_those_that_begin_nothing_are_passed_over(message):
    of = Starts()
    assert of.begin_of(message) is None
    assert of.begin_of({**message, "action_status": "failed"}) is None
