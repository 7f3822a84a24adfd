from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from camera_agent.clock import Clock
from camera_agent.drivers.process import DriverProcess
from camera_agent.filming import Filming, Plan
from camera_agent.spool.store import Spool
from camera_agent.status import Status
from tests.command import TESTS


@pytest.fixture
def film(tmp_path, monkeypatch):
    """Film with a naughty driver until so many captures are in the spool; gives them and what was said."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))

    def run(name: str, count: int, *, interval_s: float = 0.05, deadline_s: float = 10.0):
        stop, captures, said = threading.Event(), [], []
        with closing(Spool(tmp_path / "spool")) as spool:
            process = DriverProcess(
                f"tests.drivers.naughty:{name}",
                {"count": str(tmp_path / "count")},
                capture_deadline_s=deadline_s,
            )

            def taken(capture) -> None:
                captures.append((time.monotonic(), capture))
                if len(captures) == count:
                    stop.set()

            status = Status(driver=name)
            filming = Filming(
                process,
                spool,
                Clock(),
                status,
                stop=stop,
                plan=Plan(interval_s=interval_s),
                taken=taken,
                failed=said.append,
            )
            filming.run()
            return captures, said, status

    return run


def test_captures_carry_growing_sequence_and_time(film):
    captures, said, status = film("Good", 4)
    assert [capture.sequence for _, capture in captures] == [1, 2, 3, 4]
    moments = [capture.taken.monotonic_ns for _, capture in captures]
    assert moments == sorted(moments)
    assert len({capture.taken.boot for _, capture in captures}) == 1
    assert (said, status.state()) == ([], ("capturing", ""))


@pytest.mark.parametrize("name", ["Crashes", "Refuses", "Hangs"])
def test_a_camera_that_fails_once_costs_one_slot_not_the_film(film, name):
    captures, said, status = film(name, 3, deadline_s=2.0)
    assert [capture.filename for _, capture in captures] == ["1.jpg", "3.jpg", "4.jpg"]
    assert len(said) == 1
    assert status.state() == ("capturing", "")
    # One interval and 5 s is the goal; a machine shared with other tests gets thrice that.
    assert captures[1][0] - captures[0][0] < 0.05 + 15


def test_a_schedule_that_changes_takes_effect_while_waiting(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    stop, second = threading.Event(), threading.Event()
    captures = []
    with closing(Spool(tmp_path / "spool")) as spool:

        def taken(capture) -> None:
            captures.append(capture)
            if len(captures) == 1:
                filming.reschedule(0.05)
            if len(captures) == 3:
                stop.set()
                second.set()

        filming = Filming(
            DriverProcess("tests.drivers.naughty:Good", {"count": str(tmp_path / "count")}),
            spool,
            Clock(),
            Status(driver="Good"),
            stop=stop,
            plan=Plan(interval_s=3600),
            taken=taken,
            failed=lambda message: None,
        )
        filming.run()
    assert second.is_set()


def test_a_source_with_an_end_begins_again(folder, tmp_path):
    stop, names = threading.Event(), []

    def taken(capture) -> None:
        names.append(capture.filename)
        if len(names) == 14:
            stop.set()

    with closing(Spool(tmp_path / "spool")) as spool:
        filming = Filming(
            DriverProcess("replay", {"source": str(folder)}),
            spool,
            Clock(),
            Status(driver="replay"),
            stop=stop,
            plan=Plan(interval_s=0.01),
            taken=taken,
            failed=lambda message: None,
        )
        filming.run()
    assert names[11:] == ["img12.jpg", "img1.jpg", "img2.jpg"]


def test_waking_it_after_the_stop_ends_a_long_wait(tmp_path):
    stop = threading.Event()
    with closing(Spool(tmp_path / "spool")) as spool:
        filming = Filming(
            DriverProcess("tests.drivers.naughty:Good", {}),
            spool,
            Clock(),
            Status(driver="Good"),
            stop=stop,
            plan=Plan(interval_s=3600),
            taken=lambda capture: None,
            failed=lambda message: None,
        )
        filming.grid = type(filming.grid)(origin=time.monotonic() + 3600, interval_s=3600)
        thread = threading.Thread(target=filming.run)
        thread.start()
        stop.set()
        filming.wake()
        thread.join(5)
        assert not thread.is_alive()
