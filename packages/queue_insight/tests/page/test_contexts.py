"""The pages of a large installation, rendered from values: their size is bounded."""

from __future__ import annotations

import functools
from datetime import UTC, timedelta

import pytest
from django.template.loader import render_to_string
from tests import values
from tests.values import NOW

from queue_insight import FinishedTask, Reason, TaskState, WorkerState
from queue_insight.page import contexts
from queue_insight.page.clock import Clock
from queue_insight.page.reading import Reading, Scope
from queue_insight.read import WorkerTasks

HOSTILE = "<script>alert('quoted')</script>"
QUEUES = [f"{HOSTILE} 影{'&' * 30} {number}" for number in range(199)] + ["q" * 10_000]
MAX_PAGE = 150_000


def waiting(queue, number, **fields):
    return values.task(
        id=f"{number:036}",
        name=f"project.tasks.{HOSTILE}{number % 30}",
        queue=queue,
        position=number,
        args_summary="<b>" * 300,
        **fields,
    )


@functools.cache
def large() -> Reading:
    """50,000 waiting, 200 queues, 100 workers of 100 slots, 10,000 running, every name hostile and long."""
    workers = tuple(
        values.worker(
            name=f"{HOSTILE}{number}@test",
            slots=100,
            queues=tuple(QUEUES[:50]),
            state=WorkerState.GONE if number % 2 else WorkerState.ONLINE,
        )
        for number in range(100)
    )
    running = tuple(
        values.running(
            id=f"r{number:035}",
            name=f"project.tasks.{HOSTILE}",
            worker=workers[number % 100].name,
            queue=QUEUES[number % 200],
            state=TaskState.LOST if number % 2 else TaskState.RUNNING,
            args_summary="<b>" * 300,
        )
        for number in range(10_000)
    )
    reads = (waiting(queue, number) for queue in QUEUES for number in range(10))
    deep = (waiting(QUEUES[0], number) for number in range(10, 1000))
    snapshot = values.snapshot(
        queues=tuple(
            values.queue(
                name=name,
                depth=250,
                sent_by_minute=tuple(n * 7 % 97 for n in range(60)),
                finished_by_minute=tuple(n * 11 % 89 if n % 9 else None for n in range(60)),
                workers=(workers[0].name,) if number % 2 else (),
            )
            for number, name in enumerate(QUEUES)
        ),
        queued=(*reads, *deep),
        running=running,
        workers=workers,
        visibility_timeout_s=3600.0,
        finished=tuple(FinishedTask(id=f"f{n}", outcome="failed", at=NOW) for n in range(200)),
        notes=tuple(
            contexts.diagnose(f"r{number:035}", values.snapshot(running=(running[number],)))[0]
            for number in range(1, 100, 2)
        ),
    )
    return Reading(snapshot=snapshot, clock=Clock(now=NOW, zone=UTC))


def longest(workers):
    """The tasks of these workers in the large installation."""
    names = {worker.name for worker in workers}
    found = {name: [task for task in large().snapshot.running if task.worker == name][:8] for name in names}
    return {name: WorkerTasks(longest=tuple(tasks), ended=50) for name, tasks in found.items()}


ALL = Scope(ids=(), rest="", has_causes=True)
PAGES = [
    ("overview", lambda: contexts.overview(large())),
    ("overview", lambda: contexts.overview(large(), 4)),
    ("queue", lambda: contexts.queue(large(), contexts.key(QUEUES[0]), 2)),
    ("queue", lambda: contexts.queue(large(), contexts.key(QUEUES[-1]), 1)),
    ("task", lambda: contexts.task(large(), f"r{1:035}")),
    ("workers", lambda: contexts.workers(large(), 1, read_tasks=longest)),
    ("search", lambda: contexts.found(large(), "script", ALL)),
    ("search", lambda: contexts.found(large(), "f", ALL)),
]


def rendered(name, context):
    return render_to_string(f"queue_insight/{name}.html", {**context, "base": "queue_insight/part.html"})


@pytest.mark.parametrize(("name", "context"), PAGES)
def test_a_page_of_a_large_installation_is_small_and_escapes_what_others_chose(name, context):
    html = rendered(name, context())
    assert len(html.encode()) < MAX_PAGE
    assert "<script" not in html
    assert "<b>&" not in html
    assert " style=" not in html, "a strict Content-Security-Policy refuses it"


def small(**fields) -> Reading:
    return Reading(snapshot=values.snapshot(**fields), clock=Clock(now=NOW, zone=UTC))


def test_what_is_not_known_is_never_shown_as_zero():
    html = rendered("overview", contexts.overview(small(collected_at=None, fresh=False, workers=())))
    assert '<td data-label="Running" class="qi-number">?</td>' in html
    assert "Workers and running tasks are not known." in html
    assert "Workers: not known." in html


def test_an_unreadable_broker_leaves_the_queues_unknown():
    reading = small(broker_read=False, queues=())
    assert "What waits is not known." in rendered("overview", contexts.overview(reading))
    assert "What waits in this queue is not known." in rendered("queue", contexts.queue(reading, "celery", 1))


def test_every_figure_says_how_fresh_it_is():
    stale = small(collected_at=NOW - timedelta(seconds=40), fresh=False)
    html = rendered("workers", contexts.workers(stale, 1, read_tasks=lambda _: {}))
    assert "Broker read at 12:00:00." in html
    assert "as of 11:59:20" in html
    assert "not current" in html


def test_a_queue_that_nobody_read_is_not_there():
    assert contexts.queue(small(), "nowhere", 1) is None


def test_what_runs_behind_the_first_is_counted():
    assert contexts.overview(large())["more_running"] == 10_000 - contexts.MAX_RUNNING


def test_a_figure_of_the_broker_that_is_old_says_so():
    fields = {"unacked": 1234, "unacked_age_s": 5.0}
    reading = Reading(snapshot=values.snapshot(**fields), clock=Clock(now=NOW, zone=UTC))
    page = render_to_string(
        "queue_insight/queue.html",
        {"base": "queue_insight/part.html", **contexts.queue(reading, "celery", 1)},
    )
    assert "Unacknowledged, by the broker's management API: 1,234, up to 5 s old." in page.replace(
        "&#x27;", "'"
    )
    exact = Reading(snapshot=values.snapshot(unacked=3), clock=reading.clock)
    assert contexts.queue(exact, "celery", 1)["unacked"] == ""


def test_what_limits_all_figures_is_not_among_the_reasons_of_a_task():
    note = Reason(code="clock_skew", message="A clock is ahead.")
    html = rendered("task", contexts.task(small(queued=(values.task(),), notes=(note,)), "t1"))
    reasons, figures = html.split("qi-figures")[0], html.partition("What limits these figures")[2]
    assert ("A clock is ahead." in reasons, "A clock is ahead." in figures) == (False, True)


@pytest.mark.parametrize(
    ("fresh", "said"),
    [(True, "It runs."), (False, "It ran at 12:00:00; whether it still does is not known.")],
)
def test_a_task_is_said_to_run_only_by_a_current_collector(fresh, said):
    reading = small(
        running=(values.running(),), fresh=fresh, notes=(Reason(code="collector_silent", message="m"),)
    )
    assert said in rendered("task", contexts.task(reading, "r1"))


def test_how_a_task_failed_stands_in_its_life():
    failed = FinishedTask(id="f1", outcome="failed", at=NOW, error="CardRefused('no')")
    html = rendered("task", contexts.task(small(finished=(failed,)), "f1"))
    assert "failed: CardRefused(&#x27;no&#x27;)" in html
