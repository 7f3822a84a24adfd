from __future__ import annotations

import pytest

from timelapse.why.caused import MAX_STEPS, Action, nothing_known, steps

#: What the log has of a movie that waited 26 s, as its actions' paths are.
SENT, TASK = "a2/o1", "a2/o1/a2/o3"
MADE = (
    Action(path="", kind="http:request", status="succeeded", started_at=100.0, duration_s=0.2),
    Action(path="a2", kind="movie:request", status="succeeded", started_at=100.1, duration_s=0.01),
    Action(path=SENT, kind="movie:send", status="succeeded", started_at=100.2, duration_s=0.05),
    Action(path="a2/o1/a2", kind="celery:publish", status="succeeded", started_at=100.2),
    Action(path=TASK, kind="celery:task", status="succeeded", started_at=126.2, duration_s=40.0),
    Action(
        path=f"{TASK}/a2",
        kind="render:movie",
        status="succeeded",
        started_at=126.3,
        duration_s=39.9,
        done=617.0,
        total=617.0,
        unit="frame",
    ),
    Action(path=f"{TASK}/a2/a2", kind="render:encode", status="succeeded", started_at=126.4, duration_s=38.0),
)


def lines_of(actions, *, failure="", reads_log=False):
    return steps(actions, failure=failure, reads_log=reads_log)


def failing(kind="failed", reason="No space left on device: /srv/x"):
    """The same movie, whose encoder failed, and with it what caused it."""
    changed = {"celery:task": "failed", "render:movie": kind, "render:encode": "failed"}
    return [
        Action(
            path=each.path,
            kind=each.kind,
            status=changed.get(each.kind, each.status),
            started_at=each.started_at,
            duration_s=each.duration_s,
            reason=reason if each.kind in changed else "",
        )
        for each in MADE
    ]


def test_it_reads_from_the_click_to_the_encoder_in_people_s_words():
    found = lines_of(reversed(MADE))
    assert [(step.depth, step.message) for step in found] == [
        (0, "A click reached the server."),
        (1, "The movie was requested."),
        (2, "Its task was sent."),
        (3, "A worker took the task after 26 s in the queue."),
        (4, "Rendering: 617 of 617 frames."),
        (5, "Encoding."),
    ]
    assert {step.outcome for step in found} == {"done"}
    assert found[4].duration_s == 39.9
    assert found[0].at.timestamp() == 100.0


def test_a_task_that_is_sent_again_and_finds_nothing_to_do_says_so():
    again = (
        Action(path="a2/o9", kind="movie:send", status="succeeded", started_at=115.0),
        Action(path="a2/o9/a2", kind="celery:publish", status="succeeded", started_at=115.0),
        Action(path="a2/o9/a2/o9", kind="celery:task", status="succeeded", started_at=115.2),
    )
    messages = [step.message for step in lines_of((*MADE, *again))]
    assert "Its task was sent again." in messages
    assert "A worker took the task at once and found nothing left to do." in messages


@pytest.mark.parametrize(
    ("own", "reads_log", "sentence"),
    [
        ("The disk is full.", False, "The disk is full."),
        ("", False, "It failed. Who may read the log finds the reason there."),
        ("The disk is full.", True, "No space left on device: /srv/x"),
    ],
)
def test_the_failure_stands_at_what_failed_by_itself_and_paths_are_for_readers_of_the_log(
    own, reads_log, sentence
):
    found = lines_of(failing(), failure=own, reads_log=reads_log)
    assert [step.message for step in found if step.is_cause] == ["Encoding."]
    assert [step.failure for step in found if step.failure] == [sentence]
    assert [step.outcome for step in found][3:] == ["failed", "failed", "failed"]


def test_what_a_person_cancelled_is_no_failure():
    found = lines_of(failing("cancelled", reason="Movie 7 is not wanted any more"))
    assert [step.outcome for step in found][4:] == ["cancelled", "cancelled"]
    assert not any(step.is_cause and step.message.startswith("Encoding") for step in found)


def test_what_has_not_ended_says_so_and_others_actions_are_left_out():
    found = lines_of(
        [
            Action(path="", kind="http:request", status="started", started_at=1.0),
            Action(path="a2", kind="graphql:operation", status="started", started_at=1.0),
            Action(path="a3", kind="movie:request", status="", started_at=None),
        ]
    )
    assert [(step.message, step.outcome, step.at is None) for step in found] == [
        ("A click reached the server.", "not ended", False),
        ("The movie was requested.", "end not logged", True),
    ]


def test_the_number_of_lines_is_bounded():
    many = [
        Action(path=f"a{n}", kind="movie:send", status="succeeded", started_at=float(n)) for n in range(99)
    ]
    assert len(lines_of(many)) == MAX_STEPS


def test_an_empty_log_says_why_it_is_empty():
    assert "without a causal id" in nothing_known("", 1.0)
    assert "within seconds" in nothing_known("c" * 32, 1.0)
    assert "another machine" in nothing_known("c" * 32, 3600.0)
