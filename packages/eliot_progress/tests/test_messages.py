from __future__ import annotations

import pytest

from eliot_progress.messages import Report, fields, parse
from eliot_progress.testing.samples import report, sample


def test_a_report_survives_the_trip_through_a_message():
    told = report(3, level=(2, 9), total=4, eta_s=(1.0, 2.0), outcome="failed", reason="x", done=2.5)
    envelope = {"task_uuid": told.task_uuid, "task_level": [2, 9, 4], "message_type": "heartbeat"}
    assert parse({**fields(told), **envelope}) == told


@pytest.mark.parametrize(
    "broken",
    [
        {"message_type": "other"},
        {"seq": "1"},
        {"seq": None},
        {"seq": True},
        {"task_uuid": ""},
        {"task_uuid": None},
        {"task_level": []},
        {"task_level": "12"},
        {"task_level": [1, "2"]},
        {"task_level": None},
    ],
)
def test_what_is_no_report_is_none(broken):
    assert parse({**sample(1), **broken}) is None


def test_odd_values_are_made_sane():
    told = parse(
        {**sample(1), "done": "many", "total": -1, "eta_s": [1], "outcome": "great", "pid": None, "of": 7}
    )
    assert isinstance(told, Report)
    assert (told.done, told.total, told.eta_s, told.outcome, told.pid, told.action_type) == (
        0,
        None,
        None,
        None,
        0,
        "7",
    )


def test_a_message_is_under_a_kilobyte():
    assert len(str(sample(1))) < 1024
