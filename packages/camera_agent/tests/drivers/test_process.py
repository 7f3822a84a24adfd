from __future__ import annotations

import signal
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import BadInput, DriverError, DriverLost
from tests.waiting import wait_until

TESTS = Path(__file__).parents[1]


@pytest.fixture
def faulty_drivers(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))

    @contextmanager
    def start(name: str, *, deadline_s: float = 10.0):
        options = {"count": str(tmp_path / "count")}
        process = DriverProcess(
            f"tests.drivers.faulty_drivers:{name}", options, capture_deadline_s=deadline_s
        )
        with closing(process):
            process.open()
            yield process

    return start


def test_a_picture_is_written_where_it_was_asked_for(faulty_drivers, tmp_path):
    with faulty_drivers("Good") as process:
        image = process.capture(tmp_path / "image")
    assert (image.filename, image.filetype, image.exposure) == ("1.jpg", "image/jpeg", {"iso": 100})
    assert (tmp_path / "image").stat().st_size > 0


def test_the_driver_puts_its_camera_away_at_the_end(faulty_drivers, tmp_path):
    with faulty_drivers("Good") as process:
        process.capture(tmp_path / "image")
        assert process.health() == {"battery_percent": 50}
    assert (tmp_path / "count.closed").exists()
    assert process.pid is None


def test_a_camera_that_never_answers_is_killed_at_its_deadline_and_works_after_opening(
    faulty_drivers, tmp_path
):
    with faulty_drivers("Hangs") as process:
        process.capture(tmp_path / "image")
        with pytest.raises(DriverLost, match="did not respond to 'capture' in time"):
            process.capture(tmp_path / "image", deadline_s=0.5)
        assert not process.alive
        process.open()
        assert process.capture(tmp_path / "image").filename == "3.jpg"


def test_a_crash_in_native_code_is_reported_by_its_signal(faulty_drivers, tmp_path):
    with faulty_drivers("Crashes") as process:
        process.capture(tmp_path / "image")
        with pytest.raises(DriverLost, match="SIGSEGV"):
            process.capture(tmp_path / "image")
        with pytest.raises(DriverLost):
            process.capture(tmp_path / "image")
        process.open()
        assert process.capture(tmp_path / "image").filename == "3.jpg"


def test_a_camera_that_refuses_keeps_its_process(faulty_drivers, tmp_path):
    with faulty_drivers("Refuses") as process:
        process.capture(tmp_path / "image")
        pid = process.pid
        with pytest.raises(DriverError, match=r"The lens is shut\. Open it\."):
            process.capture(tmp_path / "image")
        assert process.capture(tmp_path / "image").filename == "3.jpg"
        assert process.pid == pid


def test_an_unexpected_exception_reaches_the_agent_as_an_error(faulty_drivers, tmp_path):
    with faulty_drivers("Raises") as process, pytest.raises(DriverError, match="ZeroDivisionError: oh"):
        process.capture(tmp_path / "image")


def test_a_driver_that_wrote_nothing_is_not_believed(faulty_drivers, tmp_path):
    with faulty_drivers("Lies") as process, pytest.raises(DriverError, match="wrote none"):
        process.capture(tmp_path / "image")


def test_what_libraries_print_does_not_mix_with_the_answers(faulty_drivers, tmp_path):
    with faulty_drivers("Chatters") as process:
        assert process.capture(tmp_path / "image").filename == "1.jpg"
        assert process.capture(tmp_path / "image").filename == "2.jpg"


def test_a_driver_that_hangs_while_closing_is_killed(faulty_drivers):
    with faulty_drivers("HangsOnClose") as process:
        child = process._process
        process.close(grace_s=0.2)
        assert child.returncode == -signal.SIGKILL
        process.close()


def test_a_driver_that_ends_its_process_is_reported_by_its_code(faulty_drivers):
    with pytest.raises(DriverLost, match="ended with code 7"), faulty_drivers("Exits"):
        pass


def test_killing_from_another_thread_ends_a_waiting_capture(faulty_drivers, tmp_path):
    def kill_at_the_second_picture():
        wait_until(lambda: (tmp_path / "count").read_text() == "2", "the second picture")
        process.kill()

    with faulty_drivers("Hangs", deadline_s=60) as process:
        process.capture(tmp_path / "image")
        killer = threading.Thread(target=kill_at_the_second_picture)
        killer.start()
        with pytest.raises(DriverLost):
            process.capture(tmp_path / "image")
        killer.join()


def test_bad_options_are_bad_input_not_a_camera_error(tmp_path):
    process = DriverProcess("replay", {"source": str(tmp_path / "gone")})
    with closing(process), pytest.raises(BadInput, match="There is no"):
        process.open()


def test_without_a_process_nothing_is_asked(tmp_path):
    with pytest.raises(DriverLost, match="has no process"):
        DriverProcess("simulated", {}).capture(tmp_path / "image")
