from __future__ import annotations

import json
import random
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress import Reducer, judge, parts
from eliot_progress.state import from_dict, to_dict
from eliot_progress.testing.samples import part_message

REPORTS = st.one_of(
    st.builds(lambda n: {"part": None, "sent": n}, st.integers(0, 8)),
    st.builds(
        lambda part, outcome: {"part": part, "outcome": outcome, "reason": f"part {part}"},
        st.integers(0, 7),
        st.sampled_from(["succeeded", "failed", "cancelled"]),
    ),
    st.builds(
        lambda part, at: {"part": part, "timestamp": at, "share": 0.5, "next_by": at + 4, "name": "Render"},
        st.integers(0, 7),
        st.floats(100, 200),
    ),
)


def state_of(*messages):
    reducer = Reducer(messages)
    (state,) = reducer.states.values()
    return state


def final(*messages):
    """What readers see, without what depends on the order: the number of the report."""
    state = to_dict(state_of(*messages))
    return {name: state[name] for name in ("done", "total", "step", "outcome", "reason", "next_by", "parts")}


@given(
    st.lists(REPORTS, min_size=1, max_size=12, unique_by=lambda r: (r["part"], "outcome" in r, "sent" in r)),
    st.randoms(use_true_random=False),
)
def test_reports_in_any_order_and_number_lead_to_the_same_state(reports, rng):
    messages = [part_message(**report) for report in reports]
    shuffled = [*messages, *rng.sample(messages, len(messages) // 2)]
    rng.shuffle(shuffled)
    assert final(*messages) == final(*shuffled)


def test_a_whole_is_done_when_as_many_parts_as_were_sent_are():
    ends = [part_message(part=n, outcome="succeeded") for n in range(3)]
    unknown = state_of(*ends)
    assert (unknown.done, unknown.total, unknown.outcome) == (3, None, None)
    known = state_of(*ends, part_message(part=None, sent=3))
    assert (known.done, known.total, known.outcome) == (3, 3, "succeeded")


def test_nothing_is_promised_while_no_part_runs():
    waiting = state_of(part_message(part=None, sent=2), part_message(part=0, outcome="succeeded"))
    assert (waiting.note, judge(waiting, time.time()), parts.is_waiting(waiting)) == (
        parts.WAITING,
        "alive",
        True,
    )


def test_the_part_that_is_overdue_for_the_longest_decides():
    state = state_of(
        part_message(part=0, name="Render", next_by=110, grace_s=2),
        part_message(part=1, name="Send", next_by=104, grace_s=2),
    )
    assert [judge(state, now) for now in (103, 105, 107)] == ["alive", "late", "stalled"]


def test_a_failure_is_named_before_a_cancellation_and_the_earliest_first():
    ends = [
        part_message(part=0, outcome="cancelled", reason="stopped"),
        part_message(part=5, outcome="failed", reason="full"),
        part_message(part=3, outcome="failed", reason="lost"),
    ]
    assert (state_of(*ends).outcome, state_of(*ends).reason) == ("failed", "lost")


def test_the_start_of_a_whole_stays_when_a_store_has_shifted_its_times():
    report = parts.parse(part_message(part=0, outcome="succeeded"))
    shifted = replace(state_of(part_message(part=None)), started_at=130.0)
    assert parts.add(shifted, report).started_at == 100.0


def test_a_late_report_of_an_ended_part_changes_nothing():
    ended = [part_message(part=None, sent=2), part_message(part=0, outcome="succeeded")]
    assert state_of(*ended, part_message(part=0, timestamp=900.0, next_by=904)) == state_of(*ended)


def test_ten_thousand_parts_take_a_few_kilobytes():
    order = list(range(10_000))
    random.Random(1).shuffle(order)
    running = [part_message(part=n, next_by=900.0, name=f"Render {n}", share=0.5) for n in order[:300]]
    ended = [part_message(part=n, outcome="succeeded") for n in order[300::2]]
    state = state_of(part_message(part=None, sent=10_000), *running, *ended)
    assert (state.done, state.total) == (4850 + 0.5 * parts.MAX_RUNNING, 10_000)
    assert len(json.dumps(to_dict(state))) < 20_000
    assert state.step.endswith("…")


def test_a_state_with_parts_survives_json():
    state = state_of(part_message(part=3, next_by=900.0, share=0.25))
    assert from_dict(json.loads(json.dumps(to_dict(state)))) == state
    assert len({state}) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"whole": "nobody"},
        {"whole": 7},
        {"whole": "a@/0"},
        {"part": -1},
        {"part": "1"},
        {"part": True},
        {"part": parts.MAX_PARTS + 1},
        {"message_type": "progress"},
    ],
)
def test_malformed_reports_are_ignored(fields):
    assert parts.parse({**part_message(part=0), **fields}) is None


@given(
    st.dictionaries(
        st.sampled_from([*part_message(part=0)]),
        st.none() | st.floats() | st.text() | st.lists(st.integers()),
    )
)
def test_whatever_fields_hold_nothing_is_raised(fields):
    Reducer([{**part_message(part=0), **fields}])
