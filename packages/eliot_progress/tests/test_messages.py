from __future__ import annotations

import pytest

from eliot_progress.messages import TaskState, fields, parse
from eliot_progress.testing.samples import TASK, sample, task_state


def test_a_report_survives_the_trip_through_a_message():
    state = task_state(3, level=(2, 9), total=4, eta_s=(1.0, 2.0), outcome="failed", reason="x", done=2.5)
    envelope = {"task_uuid": TASK, "task_level": [2, 9, 4], "message_type": "heartbeat"}
    assert parse({**fields(state), **envelope}) == state


@pytest.mark.parametrize(
    "broken",
    [
        {"message_type": "other"},
        {"seq": "1"},
        {"seq": None},
        {"seq": True},
        {"seq": -1},
        {"seq": 2**60},
        {"task_uuid": ""},
        {"task_uuid": 7},
        {"task_uuid": "one\ntwo"},
        {"task_uuid": "a\0b"},
        {"task_uuid": "\ud800"},
        {"task_uuid": "a@/2"},
        {"task_uuid": "x" * 201},
        {"task_uuid": None},
        {"task_level": []},
        {"task_level": "12"},
        {"task_level": [1, "2"]},
        {"task_level": [1, True]},
        {"task_level": [0, 1]},
        {"task_level": [-1, 1]},
        {"task_level": [1, 10**16]},
        {"task_level": [1] * 201},
        {"task_level": None},
    ],
)
def test_anything_but_a_report_is_none(broken):
    assert parse({**sample(1), **broken}) is None


def test_invalid_values_are_sanitised():
    state = parse(
        {**sample(1), "done": "many", "total": -1, "eta_s": [1], "outcome": "great", "pid": None, "of": 7}
    )
    assert isinstance(state, TaskState)
    assert (state.done, state.total, state.eta_s, state.outcome, state.pid, state.action_type) == (
        0,
        None,
        None,
        None,
        0,
        "7",
    )


def test_a_message_is_under_a_kilobyte():
    assert len(str(sample(1))) < 1024


def test_impossible_times_are_clamped():
    state = parse(
        {**sample(1), "heartbeat_at": 1e300, "next_by": -5, "started_at": float("nan"), "eta_s": [-1, 2]}
    )
    assert (state.heartbeat_at, state.next_by, state.started_at, state.eta_s) == (9_999_999_999, 0, 0, None)
