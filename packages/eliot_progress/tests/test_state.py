from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress.state import Reducer, from_dict, newer, to_dict, to_local_clock
from eliot_progress.testing.samples import TASK, sample, task_state


def end(level, status="failed", **fields):
    return {
        "task_uuid": TASK,
        "task_level": [*level, 99],
        "action_type": "x",
        "action_status": status,
        **fields,
    }


STREAM = [
    *(sample(n, done=n) for n in range(1, 6)),
    sample(6, done=6, outcome="succeeded"),
    *(sample(n, level=(2, 4), about="", done=n) for n in range(1, 4)),
    end((2, 4), reason="gone"),
    *(sample(n, level=(3,), about="", done=n) for n in range(1, 3)),
    {"message_type": "other", "task_uuid": TASK, "task_level": [7]},
]
WHOLE = Reducer(STREAM).states


@given(st.lists(st.sampled_from(STREAM)).flatmap(lambda extra: st.permutations([*STREAM, *extra])))
def test_any_order_with_any_duplicates_ends_in_the_same_states(messages):
    assert Reducer(messages).states == WHOLE


def test_gaps_only_lose_what_was_never_said_again():
    reducer = Reducer([sample(1, done=1), sample(9, done=9)])
    assert reducer.get(f"{TASK}@/2").done == 9


def test_the_end_of_an_action_closes_a_state_whose_last_report_was_lost():
    state = WHOLE[f"{TASK}@/2/4"]
    assert (state.outcome, state.reason, state.done) == ("failed", "gone", 3)


def test_states_know_their_parents_and_children():
    reducer = Reducer(STREAM)
    assert [state.id for state in reducer.children(f"{TASK}@/2")] == [f"{TASK}@/2/4"]
    assert [state.id for state in reducer.children(f"{TASK}@/")] == [
        f"{TASK}@/{p}" for p in ("2", "2/4", "3")
    ]
    assert WHOLE[f"{TASK}@/2/4"].parent_id == f"{TASK}@/2"
    assert task_state(level=()).parent_id is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from([*sample(1)]),
)
def test_no_field_of_a_message_can_break_the_reducer(value, field):
    reducer = Reducer([{**sample(1), field: value}])
    for state in reducer.states.values():
        assert from_dict(json.loads(json.dumps(to_dict(state)))) == state


def test_a_state_survives_json_and_newer_fields():
    state = task_state(eta_s=(1.0, 2.0))
    assert from_dict({**json.loads(json.dumps(to_dict(state))), "of_version_2": 1}) == state


@pytest.mark.parametrize("swap", [False, True])
def test_an_outcome_outranks_any_number(swap):
    pair = [task_state(2, outcome="cancelled"), task_state(9)]
    assert newer(*(reversed(pair) if swap else pair)).outcome == "cancelled"


def test_a_state_keeps_its_times_unless_clocks_disagree():
    state = task_state(started_at=90.0, heartbeat_at=100.0, next_by=101.0)
    assert to_local_clock(state, 101.9) == state
    moved = to_local_clock(state, 700.0)
    assert (moved.started_at, moved.heartbeat_at, moved.next_by) == (690.0, 700.0, 701.0)
