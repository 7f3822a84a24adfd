from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsmlock import Reason
from queue_insight.reasons import TASK_CODES
from timelapse.why.domain.cameras import camera_chain
from timelapse.why.domain.facts import CameraFacts, Holder, MovieFacts, Work, Workers
from timelapse.why.domain.links import LinkKind, Remedy
from timelapse.why.domain.movies import movie_chain
from timelapse.why.domain.tasks import TASK_WORDS, run_chain, task_chain

NOW = datetime(2026, 11, 28, 14, tzinfo=UTC)
AGO = NOW - timedelta(minutes=3)
ONE_WORKER = Workers(queue="render", count=1, running=1, last_seen_at=NOW - timedelta(seconds=1))
MOVIE = "rendering.Movie:3"
OTHER = Holder(
    doing="Movie 2 of Rooftop is made",
    since=AGO,
    subject="rendering.Movie:2",
    by="editor",
    work=Work(done=45, total=1177, unit="frame", eta_s=(720.0, 1140.0)),
    is_movie=True,
    stop=Remedy(subject="rendering.Movie:2", transition="cancel", label="Ask it to stop"),
)
IMPORT = Holder(doing="“Import captures” ends", since=AGO, by="admin")


def movie(state="queued", **facts):
    known = {"at": NOW, "subject": MOVIE, "requested_at": AGO, "workers": ONE_WORKER, "frames_left": 300}
    return MovieFacts(**{**known, "state": state, **facts})


def codes(links):
    return [link.reason.code for link in links]


def reason(code):
    return Reason(code=code, message=f"{code} of celery@host.", remedy="")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (movie("ready"), []),
        (movie(), ["queued", "workers_alive"]),
        (movie(holders=(OTHER,)), ["queued", "held", "workers_alive", "starts", "ends"]),
        (movie(holders=(IMPORT,)), ["queued", "held", "workers_alive"]),
        (movie(before=("Movie 1", "Movie 2")), ["queued", "behind", "workers_alive"]),
        (movie(workers=Workers(queue="render", count=0)), ["queued", "no_worker"]),
        (movie(workers=Workers(queue="render", count=None)), ["queued", "worker_unknown"]),
        (movie(workers=Workers(queue="render", count=1, are_late=True)), ["queued", "workers_late"]),
        (
            movie(workers=Workers(queue="render", count=0, paused_by="admin", paused_since=AGO)),
            ["queued", "queue_paused"],
        ),
        (movie(holders=(OTHER,), workers=Workers(queue="render", count=0)), ["queued", "held", "no_worker"]),
        (
            movie(task=(reason("tasks_ahead"), reason("no_worker"))),
            ["queued", "tasks_ahead", "workers_alive"],
        ),
        (movie(holders=(IMPORT,), task=(reason("not_due"),)), ["queued", "held", "workers_alive"]),
        (movie("rendering"), ["no_report"]),
        (movie("rendering", work=OTHER.work), ["rendering", "ends"]),
        (movie("rendering", work=Work(done=4, total=9, unit="frame")), ["rendering"]),
        (
            movie("rendering", work=Work(done=4, total=9, unit="frame", is_stalled=True)),
            ["stalled", "workers_alive"],
        ),
        (movie("rendering", stop_requested_by="admin"), ["stopping", "no_report"]),
        (movie("failed", failure=reason("disk_full")), ["disk_full"]),
        (movie("cancelled"), ["cancelled"]),
        (movie("paused"), ["paused"]),
    ],
)
def test_a_movie_waits_for_what_its_facts_say_in_this_order(facts, expected):
    assert codes(movie_chain(facts)) == expected


def test_the_movie_in_the_way_is_shown_with_its_facts_and_can_be_asked_to_stop():
    _, held, *_ = movie_chain(movie(holders=(OTHER,)))
    assert held.reason.message == (
        "Movie 2 of Rooftop is made first (started by editor, 45 of 1,177 frames)."
    )
    assert (held.kind, held.subject, held.action) == (LinkKind.HOLD, "rendering.Movie:2", OTHER.stop)


def test_a_movie_that_is_made_is_shown_with_what_is_done_now():
    measuring = Work(done=45, total=1177, unit="frame", step="measuring how the camera moved")
    (link,) = movie_chain(movie("rendering", work=measuring))
    assert link.reason.message == "It is being made: measuring how the camera moved, 45 of 1,177 frames."


def test_its_start_and_end_are_ranges_at_the_pace_of_the_movie_that_is_made():
    *_, start, end = movie_chain(movie(holders=(OTHER,), before=("Movie 9",), frames_before=1132))
    assert start.estimate.earliest == NOW + timedelta(seconds=2 * 720)
    assert start.estimate.latest == NOW + timedelta(seconds=2 * 1140)
    assert end.estimate.earliest == start.estimate.earliest + timedelta(seconds=720 * 300 / 1132)
    assert end.estimate.latest == start.estimate.latest + timedelta(seconds=1140 * 300 / 1132)


def test_a_failed_movie_can_be_retried_and_a_paused_one_resumed():
    for state, label in (("failed", ""), ("paused", "Resume")):
        (link,) = movie_chain(movie(state, failure=reason("disk_full"), finished_at=AGO))
        assert link.action == Remedy(subject=MOVIE, transition="retry", label=label)


def test_who_was_asked_to_stop_is_not_asked_again():
    asked = Holder(doing="Movie 2 is made", since=AGO, stop=OTHER.stop, stop_requested_by="admin")
    _, held, *_ = movie_chain(movie(holders=(asked,)))
    assert held.action is None
    assert "admin asked it to stop" in held.reason.message


@given(
    st.sampled_from(["queued", "rendering", "failed", "cancelled", "paused", "ready", "unheard of"]),
    st.lists(st.sampled_from([OTHER, IMPORT]), max_size=3),
    st.lists(st.text(max_size=5), max_size=3),
    st.sampled_from([None, ONE_WORKER, Workers(queue="q", count=0), Workers(queue="q", count=None)]),
)
def test_every_estimate_is_a_range_and_nothing_starts_without_a_worker(state, holders, before, workers):
    links = movie_chain(movie(state, holders=tuple(holders), before=tuple(before), workers=workers))
    for link in links:
        assert link.reason.message
        assert link.estimate is None or link.estimate.earliest <= link.estimate.latest
    if state == "queued" and (workers is None or not workers.count):
        assert not {"starts", "ends"} & set(codes(links))


ALIVE = {"name": "Roof", "subject": "cameras.Camera:1", "heartbeat_at": AGO}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CameraFacts(**ALIVE), []),
        (CameraFacts(**{**ALIVE, "heartbeat_at": None}), ["never_connected"]),
        (CameraFacts(**ALIVE, is_silent=True), ["offline"]),
        (CameraFacts(**ALIVE, is_revoked=True, is_silent=True), ["revoked"]),
        (CameraFacts(**ALIVE, agent_state="error", agent_detail="no lens"), ["camera_error"]),
        (CameraFacts(**ALIVE, config_error="too fast"), ["settings_refused"]),
        (CameraFacts(**ALIVE, disk_free=1, disk_total=100), ["disk_nearly_full"]),
        (CameraFacts(**ALIVE, disk_free=3, disk_total=100), []),
        (CameraFacts(**ALIVE, disk_free=None, disk_total=100), []),
        (CameraFacts(**ALIVE, disk_free=1, disk_total=None), []),
        (CameraFacts(**ALIVE, holders=(IMPORT,)), ["held"]),
    ],
)
def test_a_camera_is_shown_with_what_keeps_it_from_its_work(facts, expected):
    links = camera_chain(facts)
    assert codes(links) == expected
    assert all(link.reason.remedy for link in links)


def test_a_task_that_runs_says_so():
    assert codes(task_chain((), ONE_WORKER)) == ["running"]
    assert codes(task_chain((reason("tasks_ahead"),), None)) == ["tasks_ahead"]


@pytest.mark.parametrize("code", ["no_worker", "worker_unknown", "workers_late", "workers_busy"])
def test_a_task_whose_queue_is_not_known_keeps_what_is_said_of_its_workers(code):
    assert codes(task_chain((reason(code),), None)) == [code]
    assert code not in codes(task_chain((reason(code),), ONE_WORKER))


def test_a_silent_worker_that_has_the_movie_is_named_with_when_it_reported_last():
    silent = Reason(
        code="worker_silent",
        message="The worker render@pi makes it.",
        remedy="It goes on.",
        params={"last_seen_at": AGO.isoformat()},
    )
    for facts in (movie("rendering", task=(silent,)), movie(task=(silent,))):
        (link,) = [each for each in movie_chain(facts) if each.reason.code == "worker_silent"]
        assert (link.kind, link.since) == (LinkKind.WORKER, AGO)


@pytest.mark.parametrize(
    ("state", "transition"),
    [
        ("paused", "resume"),
        ("failed", "retry"),
        ("enqueued", None),
        ("running", "request_cancel"),
        ("pausing", None),
        ("cancelling", None),
        ("succeeded", None),
        ("cancelled", None),
    ],
)
def test_a_run_offers_what_its_state_allows_and_says_something_until_it_has_ended(state, transition):
    links = run_chain(subject="fsmlock.Run:1", state=state, by="", reason="", since=None)
    assert [link.action.transition for link in links if link.action] == ([transition] if transition else [])
    assert bool(links) == (state not in {"succeeded", "cancelled"})


def test_words_of_machines_are_details():
    for code in sorted(code for code, words in TASK_WORDS.items() if words):
        for link in task_chain((reason(code),), None):
            assert "celery@host" not in link.reason.message
            assert "celery@host" in link.detail


def test_each_reason_why_a_task_does_not_run_has_words_or_is_said_to_keep_its_own():
    assert TASK_WORDS.keys() == TASK_CODES
