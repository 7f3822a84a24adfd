from __future__ import annotations

import pytest
from tests.django.stories import CAUSAL, OTHER_CAUSAL, STORY, end, said, start

from eliot_progress.django import logstore, trees
from eliot_progress.ids import encode_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    logstore.write(STORY)


def test_a_root_that_is_not_in_the_log_goes_by_what_is_first_below_it_and_on_no_way():
    logstore.write(
        [
            start((7,), 100.0, "http:request"),
            start((7, 2), 101.0, "render:movie"),
            end((7, 2), 102.0, "render:movie", "failed", reason="No space left on device"),
            start((8,), 103.0, "graphql:operation"),
        ]
    )
    assert [root.action_type for root in trees.roots()] == ["http:request"]
    (failure,) = trees.failures(CAUSAL)
    assert [each.action_type for each in failure.ancestors] == ["http:request"]


def test_a_page_holds_the_children_in_the_order_of_the_tree(story):
    page = trees.children(CAUSAL, "a2")
    assert [(type(row).__name__, row.path) for row in page.rows] == [
        ("LogMessage", "a2/a2"),
        ("LogAction", "a2/a3"),
    ]
    assert page.children == {"a2/a3": 1}
    assert page.more == ""


def test_an_action_with_many_children_is_read_in_pages():
    logstore.write(
        [said((n,), float(n), "tick") if n % 2 else start((n,), float(n), "work") for n in range(2, 252)]
    )
    seen, after = [], ""
    while True:
        page = trees.children(CAUSAL, "", after=after, limit=40)
        assert len(page.rows) <= 40
        seen += [row.path for row in page.rows]
        if not page.more:
            break
        after = page.more
    assert seen == [encode_path((n,)) for n in range(2, 252)]


def test_root_failures_are_listed_with_their_path(story):
    (failure,) = trees.failures(CAUSAL)
    assert failure.action.action_type == "encode:file"
    assert [row.action_type for row in failure.ancestors] == ["http:request", "celery:task", "render:movie"]
    assert trees.failures(OTHER_CAUSAL) == ()


def test_two_failures_side_by_side_are_both_listed():
    logstore.write([end((n,), 5.0, "work", "failed") for n in (2, 3, 20)])
    assert [failure.action.path for failure in trees.failures(CAUSAL)] == ["a2", "a3", "b20"]
    assert len(trees.failures(CAUSAL, limit=2)) == 2


def test_everything_that_an_action_caused_and_nothing_beside_it():
    messages = [said((2, 1), 1.0, "in"), said((20, 1), 2.0, "beside"), said((2, 3, 1), 3.0, "below")]
    logstore.write(messages)
    assert [m["message_type"] for m in trees.messages(CAUSAL, "a2")] == ["in", "below"]
    assert trees.size(CAUSAL, "a2") == trees.Size(messages=2, actions=2, failed=0, cancelled=0)


def test_the_whole_tree_comes_out_as_it_was_logged(story):
    wanted = sorted((m for m in STORY if m["task_uuid"].startswith("17")), key=lambda m: m["task_level"])
    assert list(trees.messages(CAUSAL)) == wanted


def test_the_tasks_that_logged_last_come_first(story):
    assert [root.causal_id for root in trees.roots()] == [OTHER_CAUSAL, CAUSAL]
    assert trees.action(CAUSAL, "a2/a3").action_type == "render:movie"
    assert trees.action(CAUSAL, "a9") is None


def test_ancestors_and_descendants():
    assert trees.ancestors("a2/a3/b11") == ["", "a2", "a2/a3"]
    assert trees.ancestors("") == []
    assert trees.is_below("a2/a3", "a2")
    assert not trees.is_below("b20", "b2")
    assert trees.is_below("a2", "")


def test_a_cancellation_is_counted_for_itself_and_is_no_failure():
    cancelled = {"status": "failed", "outcome": "cancelled", "reason": "asked by admin"}
    logstore.write([end((2,), 2.0, "render:movie", **cancelled), end((), 3.0, "celery:task", **cancelled)])
    logstore.write([start((), 1.0, "celery:task"), start((2,), 1.5, "render:movie")])
    size = trees.size(CAUSAL)
    assert (size.failed, size.cancelled) == (0, 2)
    assert trees.failures(CAUSAL) == ()
    assert [row.status for row in trees.children(CAUSAL, "").rows] == ["cancelled"]
    assert [own.duration_s for own in trees.own_messages(CAUSAL, [""])[""]] == [None, 2.0]


@pytest.mark.parametrize("order", [1, -1])
def test_a_duration_is_what_the_process_measured_whatever_happened_to_the_clock(order):
    messages = [start((), 7200.0, "task"), end((), 3600.0, "task", duration_s=1.5)]
    for each in messages[::order]:
        logstore.write([each])
    assert trees.action(CAUSAL).duration_s == 1.5
    assert [own.duration_s for own in trees.own_messages(CAUSAL, [""])[""]] == [None, 1.5]
