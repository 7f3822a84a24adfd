from __future__ import annotations

from eliot_progress import Reducer, heartbeat, judge


def test_work_that_cannot_count_beats_by_its_promise(log):
    with heartbeat("Wait", every=5, grace_s=2, about="app.Camera:1") as beat:
        begun = Reducer(log).get(beat.id)
        beat.report_due(beat._next_due - 2.6)
        assert Reducer(log).get(beat.id).seq == 1
        beat.report_due(beat._next_due - 2.4)
        state = Reducer(log).get(beat.id)
    assert (state.seq, state.grace_s, state.total, state.about) == (2, 2, None, "app.Camera:1")
    assert state.next_by >= state.heartbeat_at + 5
    assert state.advanced_at == begun.advanced_at
    assert [m["message_type"] for m in log if "seq" in m] == ["progress", "heartbeat", "progress"]


def test_a_beat_keeps_a_state_alive_that_would_be_late(log):
    with heartbeat("Wait", every=5) as beat:
        first = Reducer(log).get(beat.id)
        beat.report_due(beat._next_due - 1)
        state = Reducer(log).get(beat.id)
        between = (first.next_by + state.next_by) / 2
        assert judge(first, between) == "late"
        assert judge(state, between) == "alive"
