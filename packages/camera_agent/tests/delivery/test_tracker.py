from __future__ import annotations

import pytest

from camera_agent.captures import Capture
from camera_agent.delivery import tracker as module
from camera_agent.delivery.tracker import DeliveryTracker, Refusal
from camera_agent.delivery.upload import Delivered, Refused, RetryLater, Unauthorized
from camera_agent.delivery.uploader import UploadAttempt
from camera_agent.status import Status
from eliot_progress import progress
from tests.spool.conftest import NOW

CAPTURE = Capture(
    capture="capture-1",
    sequence=1,
    filename="a.jpg",
    filetype="image/jpeg",
    size=1,
    sha256="",
    captured_at=NOW,
    exposure={},
)


class Hearing:
    def __init__(self, progress=None) -> None:
        self.said, self.stuck, self.refused = [], 0, []
        self.status = Status(driver="replay")
        self.tracker = DeliveryTracker(
            self.status,
            notify=self.said.append,
            progress=progress,
            give_up=self.note_stuck,
            on_refusal=self.refused.append,
        )

    def note_stuck(self) -> None:
        self.stuck += 1

    def hear(self, *outcomes) -> None:
        for outcome in outcomes:
            self.tracker.record(UploadAttempt(capture=CAPTURE, outcome=outcome))


@pytest.fixture
def hearing():
    return Hearing()


def test_deliveries_and_refusals_are_counted_and_shown_as_progress():
    with progress("camera:upload", total=3) as shown:
        hearing = Hearing(shown)
        hearing.hear(Delivered(), Refused(code="truncated", message="It ends too early."), Delivered())
        assert shown.done == 3
    assert hearing.tracker.delivered == 2
    assert hearing.refused == [Refusal(name="a.jpg", code="truncated", message="It ends too early.")]
    assert hearing.said == ["Left out a.jpg: It ends too early."]


def test_what_is_done_about_a_trouble_is_said_and_no_part_of_the_state(hearing):
    hearing.hear(RetryLater(message="Down."))
    assert (hearing.said, hearing.status.state()) == (["Down. Trying again."], ("error", "Down."))


def test_one_trouble_is_said_once_and_its_end_once(hearing):
    hearing.hear(RetryLater(message="Down."), RetryLater(message="Down."), Delivered(), Delivered())
    assert hearing.said == ["Down. Trying again.", "Delivering again."]
    assert hearing.status.state() == ("idle", "")
    assert hearing.stuck == 0


def test_a_replay_does_not_wait_for_a_token_that_is_no_good(hearing):
    hearing.hear(Unauthorized(message="Revoked."))
    assert hearing.stuck == 1
    assert hearing.status.state() == ("error", "Revoked.")


def test_a_replay_does_not_wait_for_ever_for_a_server(hearing, monkeypatch):
    monkeypatch.setattr(module, "GIVE_UP_S", 0.0)
    hearing.hear(RetryLater(message="Down."))
    assert hearing.stuck == 1
