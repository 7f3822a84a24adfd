from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from queue_insight.collector_state import Part, decode_records
from queue_insight.failure_groups import MAX_GROUPS, RETENTION_S, FailureGroups
from queue_insight.tracebacks import Origin


def add(groups, at, exception="E", function="f", **fields):
    origin = Origin(exception=exception, file="a.py", function=function, line=int(at), is_own=True)
    defaults = {"task_id": f"t{at}", "name": "work.do", "worker": "one@test", "message": "E()"}
    groups.add(origin, at=at, **{**defaults, **fields})


def taken(groups, now=1000.0, *, again=False):
    changes = groups.take_changed(now, again=again, at_once=True)
    kept = {key: record for key, record in changes.items() if record is not None}
    return decode_records(Part.FAILURES, kept)


def test_failures_of_one_kind_at_one_place_are_one_group_with_the_last_one_as_the_example():
    groups = FailureGroups()
    for at in (2.0, 3.0, 1.0):
        add(groups, at)
    add(groups, 4.0, function="g")
    other, first = sorted(taken(groups).values(), key=lambda group: group.count)
    assert (first.count, first.first_at, first.last_at) == (3, 1.0, 3.0)
    assert (first.task_id, first.line) == ("t3.0", 3)
    assert (other.count, other.function) == (1, "g")


def test_only_what_has_changed_is_written_every_few_seconds():
    groups = FailureGroups()
    add(groups, 1.0)
    add(groups, 1.0, function="g")
    assert len(groups.take_changed(100.0, again=False)) == 2
    add(groups, 2.0)
    assert groups.take_changed(104.0, again=False) == {}
    assert len(groups.take_changed(105.0, again=False)) == 1
    assert groups.take_changed(200.0, again=False) == {}


def test_after_a_write_that_failed_everything_is_written_again():
    groups = FailureGroups()
    add(groups, 1.0)
    assert taken(groups) == taken(groups, again=True)


def test_a_later_collector_continues_the_counts():
    earlier, later = FailureGroups(), FailureGroups()
    add(earlier, 1.0)
    add(later, 2.0)
    later.restore(taken(earlier))
    (group,) = taken(later).values()
    assert (group.count, group.first_at, group.last_at) == (2, 1.0, 2.0)


def test_the_rarest_group_goes_and_the_newest_stays():
    groups = FailureGroups()
    for number in range(MAX_GROUPS):
        add(groups, 1.0 + number, function=f"f{number}")
        add(groups, 1.0 + number, function=f"f{number}")
    add(groups, 0.5, function="f7")
    add(groups, 500.0, function="new")
    add(groups, 501.0, function="newer")
    functions = {group.function for group in taken(groups).values()}
    assert len(functions) == MAX_GROUPS
    assert {"f7", "newer"} <= functions
    assert not {"f0", "new"} & functions
    assert groups.evicted == 2


def test_a_group_without_a_failure_for_a_month_is_deleted():
    groups = FailureGroups()
    add(groups, 1.0)
    taken(groups)
    groups.expire(1.0 + RETENTION_S)
    assert taken(groups) == {}
    groups.expire(2.0 + RETENTION_S)
    assert list(groups.take_changed(9.0, again=False, at_once=True).values()) == [None]


@given(
    st.lists(st.tuples(st.integers(0, MAX_GROUPS + 20), st.floats(0, 1e6)), max_size=400),
    st.randoms(use_true_random=False),
)
def test_records_that_were_taken_in_any_steps_are_what_there_is(failed, random):
    groups, store = FailureGroups(), {}
    for function, at in failed:
        add(groups, at, function=str(function))
        if random.random() < 0.2:
            store |= groups.take_changed(at, again=random.random() < 0.2, at_once=True)
    store |= groups.take_changed(0.0, again=False, at_once=True)
    kept = {key for key, record in store.items() if record is not None}
    assert kept == groups.take_changed(0.0, again=True).keys() - {key for key in store if store[key] is None}
    assert len(kept) <= MAX_GROUPS
