from __future__ import annotations

import queue
import threading
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest

from camera_agent.capture import schedule
from camera_agent.capture.loop import CaptureLoop, CaptureSettings
from camera_agent.capture.session import CaptureCallbacks
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import DriverError
from camera_agent.host.clock import Clock
from camera_agent.protocol.settings import ExposureSettings, Schedule
from camera_agent.spool.store import Spool
from camera_agent.status import Status
from tests.command import TESTS


@pytest.fixture
def film(tmp_path, monkeypatch):
    """Film with a faulty driver until so many captures are in the spool; gives them and what was said."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))

    def run(name: str, count: int, *, interval_s: float = 0.05, deadline_s: float = 10.0):
        stop, captures, said = threading.Event(), [], []
        run.gaps = []
        with closing(Spool(tmp_path / "spool")) as spool:
            process = DriverProcess(
                f"tests.drivers.faulty_drivers:{name}",
                {"count": str(tmp_path / "count")},
                capture_deadline_s=deadline_s,
            )

            def taken(capture) -> None:
                captures.append((time.monotonic(), capture))
                if len(captures) == count:
                    stop.set()

            status = Status(driver=name)
            loop = CaptureLoop(
                process,
                spool,
                Clock(),
                status,
                stop=stop,
                settings=CaptureSettings(interval_s=interval_s),
                callbacks=CaptureCallbacks(
                    on_capture=taken, on_problem=said.append, on_gap=lambda *gap: run.gaps.append(gap)
                ),
            )
            loop.run()
            return captures, said, status

    return run


def test_captures_carry_growing_sequence_and_time(film):
    captures, said, status = film("Good", 4)
    assert [capture.sequence for _, capture in captures] == [1, 2, 3, 4]
    moments = [capture.captured_at.monotonic_ns for _, capture in captures]
    assert moments == sorted(moments)
    assert len({capture.captured_at.boot for _, capture in captures}) == 1
    assert (said, status.state()) == ([], ("capturing", ""))


@pytest.mark.parametrize("name", ["Crashes", "Refuses", "Hangs"])
def test_a_camera_that_fails_once_costs_one_slot_not_the_film(film, name):
    captures, said, status = film(name, 3, deadline_s=2.0)
    assert [capture.filename for _, capture in captures] == ["1.jpg", "3.jpg", "4.jpg"]
    assert len(said) == 1
    assert status.state() == ("capturing", "")


def test_a_camera_that_dies_of_a_question_about_its_health_has_missed_no_slot(film):
    captures, said, status = film("DiesWhenAskedForItsHealth", 3)
    assert [capture.filename for _, capture in captures] == ["1.jpg", "2.jpg", "3.jpg"]
    [sentence] = said
    assert sentence.endswith("ended with code 3. It is started again.")
    assert [gap for gap in film.gaps if gap[0] == "camera_failed"] == []
    assert status.state() == ("capturing", "")


def test_a_camera_that_hangs_at_its_first_capture_is_missed_soon(film):
    began = time.monotonic()
    ((taken, capture),), said, _ = film("HangsAtFirst", 1, deadline_s=60.0)
    assert capture.filename == "2.jpg"
    assert "did not respond to 'capture' in time" in said[0]
    # By the limit for opening a camera, which is known, and not by the longer one of later captures.
    assert taken - began < 60.0


def test_a_schedule_that_changes_takes_effect_while_waiting(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    stop, second = threading.Event(), threading.Event()
    captures = []
    with closing(Spool(tmp_path / "spool")) as spool:

        def taken(capture) -> None:
            captures.append(capture)
            if len(captures) == 1:
                loop.update_settings(0.05)
            if len(captures) == 3:
                stop.set()
                second.set()

        loop = CaptureLoop(
            DriverProcess("tests.drivers.faulty_drivers:Good", {"count": str(tmp_path / "count")}),
            spool,
            Clock(),
            Status(driver="Good"),
            stop=stop,
            settings=CaptureSettings(interval_s=3600),
            callbacks=CaptureCallbacks(on_capture=taken, on_problem=lambda message: None),
        )
        loop.run()
    assert second.is_set()


def test_a_source_with_an_end_begins_again(folder, tmp_path):
    stop, names = threading.Event(), []

    def taken(capture) -> None:
        names.append(capture.filename)
        if len(names) == 14:
            stop.set()

    with closing(Spool(tmp_path / "spool")) as spool:
        loop = CaptureLoop(
            DriverProcess("replay", {"source": str(folder)}),
            spool,
            Clock(),
            Status(driver="replay"),
            stop=stop,
            settings=CaptureSettings(interval_s=0.01),
            callbacks=CaptureCallbacks(on_capture=taken, on_problem=lambda message: None),
        )
        loop.run()
    assert names[11:] == ["img12.jpg", "img1.jpg", "img2.jpg"]


@pytest.fixture
def loop(tmp_path, monkeypatch):
    """Start filming with a faulty driver in a thread of its own; gives it, its captures and its gaps."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    stop, started = threading.Event(), []
    spool = Spool(tmp_path / "spool")

    def start(name: str = "Good", *, clock: Clock | None = None, **plan):
        received = Received()
        callbacks = CaptureCallbacks(
            on_capture=received.captures.put,
            on_problem=received.said.append,
            on_gap=lambda *gap: received.gaps.append(gap),
            on_failed_settings=lambda *failed: received.failed.put(failed),
            on_preview=lambda _capture, small: received.previews.append(small),
        )
        process = DriverProcess(f"tests.drivers.faulty_drivers:{name}", {"count": str(tmp_path / "count")})
        made = CaptureLoop(
            process,
            spool,
            clock or Clock(),
            Status(driver=name),
            stop=stop,
            settings=CaptureSettings(**{"interval_s": 3600.0, **plan}),
            callbacks=callbacks,
        )
        thread = threading.Thread(target=made.run)
        thread.start()
        started.append((made, thread))
        received.thread = thread
        return made, received

    yield start
    stop.set()
    for made, thread in started:
        made.wake()
        thread.join(20)
        assert not thread.is_alive()
    spool.close()


class Received:
    def __init__(self) -> None:
        self.captures, self.said, self.gaps, self.previews = queue.Queue(), [], [], []
        self.failed = queue.Queue()

    def capture(self):
        return self.captures.get(timeout=60)


def test_a_slot_is_a_burst(loop):
    _, received = loop(schedule=Schedule(burst=3, burst_s=0.05))
    assert [received.capture().filename for _ in range(3)] == ["1.jpg", "2.jpg", "3.jpg"]


def test_a_capture_and_a_preview_come_when_asked_for(loop):
    made, received = loop()
    received.capture()
    assert made.capture_now().filename == "2.jpg"
    assert made.preview()[:3] == b"\xff\xd8\xff"
    assert received.capture().filename == "2.jpg"
    assert received.captures.empty()
    assert len(received.previews) == 2
    assert made.is_alive()


def test_outside_its_windows_it_takes_what_is_asked_for_and_nothing_else(loop):
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    clock = Clock(wall_ns=lambda: int(now.timestamp() * 1e9), error_ms=lambda: 1.0)
    made, received = loop(
        clock=clock, interval_s=0.05, schedule=Schedule(windows=("06:00..08:00",), timezone="UTC")
    )
    assert made.capture_now().sequence == 1
    assert received.capture().sequence == 1
    made.update_settings(schedule=Schedule(windows=("11:00..13:00",), timezone="UTC"))
    assert [received.capture().sequence for _ in range(2)] == [2, 3]


def test_a_process_that_ended_while_no_window_was_open_is_there_again_before_one_opens(loop, monkeypatch):
    monkeypatch.setattr(schedule, "RECHECK_S", 0.05)
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    clock = Clock(wall_ns=lambda: int(now.timestamp() * 1e9), error_ms=lambda: 1.0)
    made, received = loop(
        clock=clock, interval_s=0.05, schedule=Schedule(windows=("06:00..08:00",), timezone="UTC")
    )
    process, pids = made._camera._process, []
    for _ in range(2):
        while process.pid in (None, *pids) or not process.alive:
            assert made.is_alive()
        pids.append(process.pid)
        process.kill()
    assert (received.said, received.captures.empty()) == ([], True)


def test_slots_that_failed_are_reported_as_a_gap_when_it_films_again(loop):
    _, received = loop("RefusesThrice", interval_s=0.2)
    names = [received.capture().filename for _ in range(6)]
    assert names[:2] == ["1.jpg", "5.jpg"]
    # A busy machine may be late as well.
    [(_, detail, since, until, count)] = [gap for gap in received.gaps if gap[0] == "camera_failed"]
    assert detail == "The lens is shut. Open it."
    assert since.wall_ns < until.wall_ns
    assert count >= 3


def test_a_capture_that_takes_many_intervals_is_reported_as_stalled(loop):
    made, received = loop("Slow", interval_s=0.1)
    for _ in range(3):
        received.capture()
    made._stop.set()
    made.wake()
    while not received.gaps:
        assert made.is_alive()
    assert received.gaps[0][0] == "stalled"
    assert received.gaps[0][4] >= 2


def test_a_locked_exposure_is_that_of_the_first_picture(loop):
    made, received = loop("Exposed", exposure=ExposureSettings(mode="locked"))
    received.capture()
    assert made.capture_now().exposure == {"shutter_s": 0.1, "gain": 1.0, "reported": True}
    made.update_settings(exposure=ExposureSettings())
    assert received.capture().sequence == 2
    assert made.capture_now().exposure == {"shutter_s": 0.1, "gain": 1.0, "reported": False}


def test_a_ramp_tells_what_it_saw_with_each_capture(loop):
    made, received = loop("Exposed", exposure=ExposureSettings(mode="ramp"))
    first, second = received.capture(), made.capture_now()
    assert set(second.exposure) == {"shutter_s", "gain", "reported", "luminance", "clipped"}
    assert first.exposure["luminance"] > 0.18
    assert second.exposure["shutter_s"] < 0.1
    assert received.said == []


def test_an_exposure_that_the_camera_cant_do_is_said_and_the_film_goes_on(loop):
    _, received = loop(exposure=ExposureSettings(mode="ramp"))
    received.capture()
    assert "This camera's exposure can't be set" in received.said[0]


class Failing(Schedule, frozen=True):
    """A schedule that was checked, and can't be evaluated now."""

    def limits(self, timezone=""):
        raise OverflowError("date value out of range")


def test_a_schedule_that_raises_gives_way_to_the_one_before_it(loop):
    made, received = loop(interval_s=0.1, clock=Clock(error_ms=lambda: 1.0))
    received.capture()
    made.update_settings(schedule=Failing())
    failed, _, reason = received.failed.get(timeout=60)
    assert isinstance(failed, Failing)
    assert "OverflowError: date value out of range" in reason
    for _ in range(2):
        received.capture()
    assert made._settings.schedule == Schedule()


def test_a_schedule_that_raises_from_the_start_gives_way_to_the_default(loop):
    _, received = loop(interval_s=0.1, schedule=Failing(), clock=Clock(error_ms=lambda: 1.0))
    for _ in range(2):
        received.capture()
    assert received.failed.qsize() == 1


def test_waking_it_after_the_stop_ends_a_long_wait_and_refuses_requests(loop):
    made, received = loop(interval_s=3600.0)
    received.capture()
    made._stop.set()
    made.wake()
    received.thread.join(60)
    assert not received.thread.is_alive()
    with pytest.raises(DriverError, match="stopping"):
        made.preview()


def test_the_focus_aid_takes_pictures_between_captures_and_costs_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    stop, looks, captures = threading.Event(), [], []

    def looked(look) -> None:
        looks.append(look)
        loop.grant_focus(0)
        loop.update_settings(0.05)

    def taken(capture) -> None:
        captures.append(capture.sequence)
        if len(captures) == 1:
            loop.grant_focus(60)
        if len(captures) == 3:
            stop.set()

    with closing(Spool(tmp_path / "spool")) as spool:
        loop = CaptureLoop(
            DriverProcess("tests.drivers.faulty_drivers:Good", {"count": str(tmp_path / "count")}),
            spool,
            Clock(),
            Status(driver="Good"),
            stop=stop,
            settings=CaptureSettings(interval_s=3600),
            callbacks=CaptureCallbacks(on_capture=taken, on_problem=lambda message: None, on_look=looked),
        )
        loop.run()
        assert spool.counts().pending == 3
    assert (len(looks), captures, loop.focus.state().state) == (1, [1, 2, 3], "off")
