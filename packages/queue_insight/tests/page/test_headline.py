from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from tests import values
from tests.values import NOW

from queue_insight import TaskState, WorkerState
from queue_insight.drain import Drain, DrainState
from queue_insight.page.clock import Clock
from queue_insight.page.headline import headline, sentence
from queue_insight.snapshot import Pause

HOUR = 3600.0


def gone(**fields):
    return values.worker(
        **{
            "name": "two@test",
            "state": WorkerState.GONE,
            "last_seen_at": NOW - timedelta(minutes=5),
            "queues": ("movies",),
            **fields,
        }
    )


def lost(**fields):
    return values.running(**{"state": TaskState.LOST, "worker": "two@test", "unacked": True, **fields})


def movies(**fields):
    return values.queue(**{"name": "movies", "depth": 3, "workers": (), **fields})


QUIET = values.queue(depth=0)
CASES = [
    ("Nothing waits; nothing runs.", {"queues": (QUIET,)}),
    ("1 task waits in 1 queue; 1 task runs.", {"running": (values.running(),)}),
    (
        "60 tasks wait in 2 queues, the oldest for 4 min 10 s; nothing runs.",
        {"queues": (values.queue(depth=50, oldest_wait_s=250.0), values.queue(name="b", depth=10), QUIET)},
    ),
    (
        (
            "'movies' has no worker since 11:55; 1 worker lost; 2 tasks come back by 12:59; "
            "3 tasks wait in 1 queue; nothing runs."
        ),
        {
            "queues": (movies(),),
            "workers": (gone(),),
            "running": (
                lost(started_at=NOW - timedelta(minutes=9)),
                lost(id="r2", started_at=NOW - timedelta(seconds=55)),
            ),
        },
    ),
    ("'movies' has no worker; 3 tasks wait in 1 queue; nothing runs.", {"queues": (movies(),)}),
    (
        (
            "'q0' has no worker; 'q1' has no worker; 'q2' has no worker; 2 more queues have none; "
            "15 tasks wait in 5 queues; nothing runs."
        ),
        {"queues": tuple(movies(name=f"q{number}") for number in range(5))},
    ),
    (
        (
            "1 worker lost; 1 task comes back within 1 h of its delivery; 1 task is lost for good; "
            "1 task lost, and whether the broker redelivers is not known; nothing waits; nothing runs."
        ),
        {
            "queues": (QUIET,),
            "workers": (gone(),),
            "running": (lost(started_at=None), lost(id="r2", unacked=False), lost(id="r3", unacked=None)),
        },
    ),
    (
        "Whether 1 task finished is not known; nothing waits; nothing runs.",
        {"queues": (QUIET,), "running": (lost(state=TaskState.UNKNOWN),)},
    ),
    (
        "1 delivered task is at no known worker; nothing waits; nothing runs.",
        {
            "queues": (QUIET,),
            "queued": (
                values.task(state=TaskState.RESERVED, position=None, delivered_at=NOW - timedelta(minutes=5)),
            ),
        },
    ),
    (
        "1 worker late; nothing waits; nothing runs.",
        {"queues": (QUIET,), "workers": (gone(state=WorkerState.LATE),)},
    ),
    (
        "Workers and running tasks are not known, as no collector has reported; 1 task waits in 1 queue.",
        {"collected_at": None, "fresh": False, "workers": ()},
    ),
    (
        (
            "Workers and running tasks are as of 11:59:20, as the collector is silent or disconnected; "
            "3 tasks wait in 1 queue."
        ),
        {"collected_at": NOW - timedelta(seconds=40), "fresh": False, "queues": (movies(),)},
    ),
    (
        "What waits is not known, as the broker could not be read; nothing runs.",
        {"broker_read": False, "queues": ()},
    ),
]


@pytest.mark.parametrize(("expected", "fields"), CASES)
def test_the_sentence_says_the_worst_first_and_nothing_that_is_not_known(expected, fields):
    now = values.snapshot(**fields, visibility_timeout_s=HOUR)
    clauses = headline(now, Clock(now=NOW, zone=UTC))
    assert sentence(clauses) == expected


def test_without_a_visibility_timeout_no_time_is_promised():
    now = values.snapshot(queues=(QUIET,), running=(lost(),))
    assert "1 task comes back when the broker notices that its worker is gone" in sentence(
        headline(now, Clock(now=NOW, zone=UTC))
    )


def test_a_paused_queue_is_not_said_to_lack_a_worker():
    paused = {"movies": Pause(by="anna", since=NOW - timedelta(minutes=5))}
    now = values.snapshot(queues=(movies(), movies(name="b")), running=(), paused=paused)
    assert sentence(headline(now, Clock(now=NOW, zone=UTC))) == (
        "'movies' is paused by anna since 11:55; 'b' has no worker; 6 tasks wait in 2 queues; nothing runs."
    )


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([{}], "'shop.pay' fails with Refused, the last time 12 s ago; nothing waits; nothing runs."),
        (
            [{}, {"exception": "ValueError"}],
            (
                "'shop.pay' fails with Refused (1 other group of failures, too), the last time 12 s ago; "
                "nothing waits; nothing runs."
            ),
        ),
        ([{"last_at": NOW - timedelta(hours=1)}], "Nothing waits; nothing runs."),
    ],
)
def test_tasks_that_fail_at_the_moment_are_named(groups, said):
    failed = [values.failure(**{"last_at": NOW - timedelta(seconds=12), **each}) for each in groups]
    now = values.snapshot(queues=(QUIET,))
    assert sentence(headline(now, Clock(now=NOW, zone=UTC), failed)) == said


def test_a_queue_in_which_more_comes_than_goes_is_named():
    drain = Drain(state=DrainState.DOES_NOT_DRAIN, in_per_s=0.2, out_per_s=0.15)
    now = values.snapshot(queues=(values.queue(name="movies", depth=500, drain=drain),))
    assert sentence(headline(now, Clock(now=NOW, zone=UTC))) == (
        "'movies' doesn't drain: 12 in, 9 out a minute; 500 tasks wait in 1 queue; nothing runs."
    )
