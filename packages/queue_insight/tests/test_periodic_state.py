from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from queue_insight.periodic_state import GRACE_S, PeriodicState, Seen, Span, judge
from queue_insight.snapshot import moment

NOW = 1_800_000_000.0
times = st.floats(NOW - 1e6, NOW)
spans = st.none() | st.builds(
    lambda end, length: Span(start=moment(end - length), end=moment(end)),
    times,
    st.sampled_from([60.0, 3600.0, 86_400.0]),
)


@dataclass
class Observed:
    observed_since: float | None
    has_events: bool = True
    now: float = NOW


histories = st.builds(Seen, sent=spans, run=spans, unanswered=spans)


@given(histories, st.floats(1, 1e5), st.none() | times, st.booleans())
def test_a_task_is_late_only_if_it_was_due_while_somebody_listened(seen, every, since, has_events):
    state, reason, due = judge(seen, lambda last: last + every, Observed(since, has_events))
    assert (reason is None) == (state in {PeriodicState.ON_TIME, PeriodicState.NOT_DUE_YET})
    if state is PeriodicState.LATE:
        assert since is not None
        assert has_events
        assert since + every <= due < NOW - GRACE_S
        assert due >= (seen.last or 0) + every


@given(histories, st.floats(1, 1e5))
def test_a_gap_in_the_listening_hides_lateness_and_never_makes_it(seen, every):
    always = judge(seen, lambda last: last + every, Observed(NOW - 1e6))[0]
    just_now = judge(seen, lambda last: last + every, Observed(NOW - 1))[0]
    assert just_now is not PeriodicState.LATE
    if always is not PeriodicState.LATE:
        assert just_now is always
